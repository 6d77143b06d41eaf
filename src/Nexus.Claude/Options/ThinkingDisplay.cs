using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What the stream shows of the model's thinking (<c>--thinking-display</c>).</summary>
[JsonConverter(typeof(OpenStringConverter<ThinkingDisplay>))]
public readonly record struct ThinkingDisplay : IOpenString<ThinkingDisplay>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public ThinkingDisplay(string value) => _value = value;

    /// <summary>Thinking blocks hold a summary.</summary>
    public static ThinkingDisplay Summarized => new("summarized");

    /// <summary>Thinking blocks come without text.</summary>
    public static ThinkingDisplay Omitted => new("omitted");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static ThinkingDisplay Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
