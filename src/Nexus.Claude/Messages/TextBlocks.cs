using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A piece of text.</summary>
public sealed record TextBlock : ContentBlock
{
    /// <summary>Creates an empty block.</summary>
    [JsonConstructor]
    public TextBlock()
    {
    }

    /// <summary>Creates a block.</summary>
    /// <param name="text">The text.</param>
    public TextBlock(string text) => Text = text;

    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "text";

    /// <summary>The text.</summary>
    [JsonPropertyName("text")]
    public string Text { get; init => field = value ?? ""; } = "";

    /// <summary>The sources of the text as raw JSON; null when there are none.</summary>
    [JsonPropertyName("citations")]
    public JsonElement? Citations { get; init; }
}

/// <summary>What the model thought before it answered.</summary>
public sealed record ThinkingBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "thinking";

    /// <summary>The thinking; empty when the model does not show it.</summary>
    [JsonPropertyName("thinking")]
    public string Thinking { get; init => field = value ?? ""; } = "";

    /// <summary>The API's signature of the thinking; null from old producers.</summary>
    [JsonPropertyName("signature")]
    public string? Signature { get; init; }
}

/// <summary>Thinking that only the API can read.</summary>
public sealed record RedactedThinkingBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "redacted_thinking";

    /// <summary>The encrypted thinking.</summary>
    [JsonPropertyName("data")]
    public string Data { get; init => field = value ?? ""; } = "";
}
