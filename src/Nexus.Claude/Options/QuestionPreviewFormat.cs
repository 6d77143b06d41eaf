using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The format of the previews in the questions that the model asks the user.</summary>
[JsonConverter(typeof(OpenStringConverter<QuestionPreviewFormat>))]
public readonly record struct QuestionPreviewFormat : IOpenString<QuestionPreviewFormat>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public QuestionPreviewFormat(string value) => _value = value;

    /// <summary>Markdown or plain text. The CLI's default.</summary>
    public static QuestionPreviewFormat Markdown => new("markdown");

    /// <summary>Self-contained HTML fragments, for a web page.</summary>
    public static QuestionPreviewFormat Html => new("html");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static QuestionPreviewFormat Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
