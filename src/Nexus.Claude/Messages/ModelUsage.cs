using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What one model was used for and what it cost. Whether it covers the session or one turn depends on where it stands.</summary>
public sealed record ModelUsage : OpenRecord
{
    /// <summary>Tokens of prompts that were neither read from nor written to the cache.</summary>
    [JsonPropertyName("inputTokens")]
    public long InputTokens { get; init; }

    /// <summary>Tokens that the model wrote, thinking included.</summary>
    [JsonPropertyName("outputTokens")]
    public long OutputTokens { get; init; }

    /// <summary>Tokens of thinking, already counted in <see cref="OutputTokens"/>; null from older CLIs.</summary>
    [JsonPropertyName("thinkingTokens")]
    public long? ThinkingTokens { get; init; }

    /// <summary>Tokens of prompts read from the cache.</summary>
    [JsonPropertyName("cacheReadInputTokens")]
    public long CacheReadInputTokens { get; init; }

    /// <summary>Tokens of prompts written to the cache.</summary>
    [JsonPropertyName("cacheCreationInputTokens")]
    public long CacheCreationInputTokens { get; init; }

    /// <summary>Cache writes for five minutes, already counted in <see cref="CacheCreationInputTokens"/>; null from older CLIs.</summary>
    [JsonPropertyName("cacheCreationEphemeral5mInputTokens")]
    public long? CacheCreation5MinuteInputTokens { get; init; }

    /// <summary>Cache writes for one hour, already counted in <see cref="CacheCreationInputTokens"/>; null from older CLIs.</summary>
    [JsonPropertyName("cacheCreationEphemeral1hInputTokens")]
    public long? CacheCreation1HourInputTokens { get; init; }

    /// <summary>Web searches made by the API.</summary>
    [JsonPropertyName("webSearchRequests")]
    public long WebSearchRequests { get; init; }

    /// <summary>The estimated cost in US dollars; not a bill.</summary>
    [JsonPropertyName("costUSD")]
    public decimal CostUsd { get; init; }

    /// <summary>The size of the model's context window in tokens.</summary>
    [JsonPropertyName("contextWindow")]
    public long ContextWindow { get; init; }

    /// <summary>The most tokens that one answer of this model may have.</summary>
    [JsonPropertyName("maxOutputTokens")]
    public long MaxOutputTokens { get; init; }

    /// <summary>The model id that the price was looked up with; may differ from the key of the entry.</summary>
    [JsonPropertyName("canonicalModel")]
    public string? CanonicalModel { get; init; }

    /// <summary>Who served the model, for example <c>firstParty</c>, <c>bedrock</c> or <c>vertex</c>.</summary>
    [JsonPropertyName("provider")]
    public string? Provider { get; init; }

    /// <summary>Where the price came from: <c>list</c>, <c>managed</c> or <c>unknown</c> (a guess).</summary>
    [JsonPropertyName("costBasis")]
    public string? CostBasis { get; init; }
}
