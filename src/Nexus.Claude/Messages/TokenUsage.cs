using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>
/// Token counts as the Messages API reports them. What they cover depends on where they stand: read the member that holds them.
/// </summary>
public sealed record TokenUsage : OpenRecord
{
    /// <summary>Tokens of the prompt that were neither read from nor written to the cache.</summary>
    [JsonIgnore]
    public long InputTokens
    {
        get => WireInputTokens ?? 0;
        init => WireInputTokens = value;
    }

    [JsonInclude]
    [JsonPropertyName("input_tokens")]
    internal long? WireInputTokens { get; init; }

    /// <summary>Tokens that the model wrote, thinking included.</summary>
    [JsonIgnore]
    public long OutputTokens
    {
        get => WireOutputTokens ?? 0;
        init => WireOutputTokens = value;
    }

    [JsonInclude]
    [JsonPropertyName("output_tokens")]
    internal long? WireOutputTokens { get; init; }

    /// <summary>Tokens of the prompt written to the cache.</summary>
    [JsonIgnore]
    public long CacheCreationInputTokens
    {
        get => WireCacheCreationInputTokens ?? 0;
        init => WireCacheCreationInputTokens = value;
    }

    [JsonInclude]
    [JsonPropertyName("cache_creation_input_tokens")]
    internal long? WireCacheCreationInputTokens { get; init; }

    /// <summary>Tokens of the prompt read from the cache.</summary>
    [JsonIgnore]
    public long CacheReadInputTokens
    {
        get => WireCacheReadInputTokens ?? 0;
        init => WireCacheReadInputTokens = value;
    }

    [JsonInclude]
    [JsonPropertyName("cache_read_input_tokens")]
    internal long? WireCacheReadInputTokens { get; init; }

    /// <summary>What the output tokens were spent on; null when not told.</summary>
    [JsonPropertyName("output_tokens_details")]
    public OutputTokensDetails? OutputTokensDetails { get; init; }

    /// <summary>Tools that ran on the API's side; null when not told.</summary>
    [JsonPropertyName("server_tool_use")]
    public ServerToolUsage? ServerToolUse { get; init; }

    /// <summary>The tier that served the request, for example <c>standard</c>.</summary>
    [JsonPropertyName("service_tier")]
    public string? ServiceTier { get; init; }

    /// <summary>The cache writes by lifetime, already counted in <see cref="CacheCreationInputTokens"/>.</summary>
    [JsonPropertyName("cache_creation")]
    public CacheCreation? CacheCreation { get; init; }

    /// <summary>Where the inference ran; empty or null when not told.</summary>
    [JsonPropertyName("inference_geo")]
    public string? InferenceGeo { get; init; }

    /// <summary>The parts of a request that the API ran in several steps, as raw JSON.</summary>
    [JsonPropertyName("iterations")]
    public JsonElement? Iterations { get => UnparsedIterations?.Value; init => UnparsedIterations = UnparsedJson.Of(value); }

    internal UnparsedJson? UnparsedIterations { get; init; }

    /// <summary>The speed that served the request, for example <c>standard</c> or <c>fast</c>.</summary>
    [JsonPropertyName("speed")]
    public string? Speed { get; init; }

    /// <summary>A credit for a refused request, as raw JSON.</summary>
    [JsonPropertyName("fallback_credit")]
    public JsonElement? FallbackCredit { get; init; }

    /// <summary>All tokens of the prompt: fresh, written to the cache and read from it.</summary>
    [JsonIgnore]
    public long TotalInputTokens => InputTokens + CacheCreationInputTokens + CacheReadInputTokens;
}

/// <summary>What output tokens were spent on.</summary>
public sealed record OutputTokensDetails : OpenRecord
{
    /// <summary>Tokens of thinking, already counted in the output tokens.</summary>
    [JsonIgnore]
    public long ThinkingTokens
    {
        get => WireThinkingTokens ?? 0;
        init => WireThinkingTokens = value;
    }

    [JsonInclude]
    [JsonPropertyName("thinking_tokens")]
    internal long? WireThinkingTokens { get; init; }
}

/// <summary>Requests of tools that run on the API's side.</summary>
public sealed record ServerToolUsage : OpenRecord
{
    /// <summary>Web searches.</summary>
    [JsonIgnore]
    public long WebSearchRequests
    {
        get => WireWebSearchRequests ?? 0;
        init => WireWebSearchRequests = value;
    }

    [JsonInclude]
    [JsonPropertyName("web_search_requests")]
    internal long? WireWebSearchRequests { get; init; }

    /// <summary>Web pages fetched.</summary>
    [JsonIgnore]
    public long WebFetchRequests
    {
        get => WireWebFetchRequests ?? 0;
        init => WireWebFetchRequests = value;
    }

    [JsonInclude]
    [JsonPropertyName("web_fetch_requests")]
    internal long? WireWebFetchRequests { get; init; }
}

/// <summary>Cache writes by lifetime.</summary>
public sealed record CacheCreation : OpenRecord
{
    /// <summary>Tokens written for one hour.</summary>
    [JsonIgnore]
    public long Ephemeral1HourInputTokens
    {
        get => WireEphemeral1HourInputTokens ?? 0;
        init => WireEphemeral1HourInputTokens = value;
    }

    [JsonInclude]
    [JsonPropertyName("ephemeral_1h_input_tokens")]
    internal long? WireEphemeral1HourInputTokens { get; init; }

    /// <summary>Tokens written for five minutes.</summary>
    [JsonIgnore]
    public long Ephemeral5MinuteInputTokens
    {
        get => WireEphemeral5MinuteInputTokens ?? 0;
        init => WireEphemeral5MinuteInputTokens = value;
    }

    [JsonInclude]
    [JsonPropertyName("ephemeral_5m_input_tokens")]
    internal long? WireEphemeral5MinuteInputTokens { get; init; }
}
