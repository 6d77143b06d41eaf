using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What the host says about one tool of an MCP server.</summary>
[JsonConverter(typeof(OpenStringConverter<McpToolDecision>))]
public readonly record struct McpToolDecision : IOpenString<McpToolDecision>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public McpToolDecision(string value) => _value = value;

    /// <summary>Never ask.</summary>
    public static McpToolDecision AlwaysAllow => new("always_allow");

    /// <summary>Ask before each call.</summary>
    public static McpToolDecision AlwaysAsk => new("always_ask");

    /// <summary>Never run it.</summary>
    public static McpToolDecision AlwaysDeny => new("always_deny");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static McpToolDecision Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
