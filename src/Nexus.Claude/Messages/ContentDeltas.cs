using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A piece of a text block.</summary>
public sealed record TextDelta : ContentDelta
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "text_delta";

    /// <summary>The piece.</summary>
    [JsonPropertyName("text")]
    public string Text { get; init => field = value ?? ""; } = "";
}

/// <summary>A piece of a tool's arguments. Only all pieces of a block together are JSON.</summary>
public sealed record InputJsonDelta : ContentDelta
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "input_json_delta";

    /// <summary>The piece.</summary>
    [JsonPropertyName("partial_json")]
    public string PartialJson { get; init => field = value ?? ""; } = "";
}

/// <summary>A piece of a thinking block.</summary>
public sealed record ThinkingDelta : ContentDelta
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "thinking_delta";

    /// <summary>The piece.</summary>
    [JsonPropertyName("thinking")]
    public string Thinking { get; init => field = value ?? ""; } = "";

    /// <summary>Tokens of thinking so far when the text is not shown.</summary>
    [JsonPropertyName("estimated_tokens")]
    public long? EstimatedTokens { get; init; }
}

/// <summary>The signature of a thinking block.</summary>
public sealed record SignatureDelta : ContentDelta
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "signature_delta";

    /// <summary>The signature.</summary>
    [JsonPropertyName("signature")]
    public string Signature { get; init => field = value ?? ""; } = "";
}

/// <summary>A citation of a text block.</summary>
public sealed record CitationsDelta : ContentDelta
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "citations_delta";

    /// <summary>The citation as raw JSON.</summary>
    [JsonPropertyName("citation")]
    public JsonElement? Citation { get; init; }
}
