using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The most that an organisation grants to one tool of an MCP server.</summary>
[JsonConverter(typeof(OpenStringConverter<McpToolCeiling>))]
public readonly record struct McpToolCeiling : IOpenString<McpToolCeiling>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public McpToolCeiling(string value) => _value = value;

    /// <summary>No limit.</summary>
    public static McpToolCeiling Allow => new("allow");

    /// <summary>At most with a question, also in permission mode <c>auto</c>.</summary>
    public static McpToolCeiling Ask => new("ask");

    /// <summary>Not at all.</summary>
    public static McpToolCeiling Blocked => new("blocked");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static McpToolCeiling Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
