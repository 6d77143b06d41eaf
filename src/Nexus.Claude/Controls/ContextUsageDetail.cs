using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>How exactly <see cref="ClaudeClient.GetContextUsageAsync"/> counts.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<ContextUsageDetail>))]
public readonly record struct ContextUsageDetail(string Value) : IOpenString<ContextUsageDetail>
{
    /// <summary>From the last answer of the model and local estimates.</summary>
    public static ContextUsageDetail Summary { get; } = new("summary");

    /// <summary>Each category is counted by the API.</summary>
    public static ContextUsageDetail Full { get; } = new("full");

    /// <summary>The text on the wire; empty leaves the choice to the CLI, which takes <see cref="Full"/>.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static ContextUsageDetail Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
