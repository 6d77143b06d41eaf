using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The input of <see cref="HookEvent.SessionStart"/>.</summary>
public sealed record SessionStartHookInput : HookInput
{
    /// <summary>How it began: <c>startup</c>, <c>resume</c>, <c>clear</c>, <c>compact</c> or <c>fork</c>.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>The model.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }

    /// <summary>Its title.</summary>
    [JsonPropertyName("session_title")]
    public string? SessionTitle { get; init; }

    /// <summary>How long ago the last answer of a resumed session was.</summary>
    [JsonPropertyName("seconds_since_last_response")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? SinceLastResponse { get; init; }

    /// <summary>How many tokens a resumed session sends again.</summary>
    [JsonPropertyName("context_tokens")]
    public long? ContextTokens { get; init; }

    /// <summary>Whether a resumed session has to be cached again.</summary>
    [JsonPropertyName("prompt_cache_likely_expired")]
    public bool? PromptCacheLikelyExpired { get; init; }

    /// <summary>The estimated cost of that, in US dollars.</summary>
    [JsonPropertyName("estimated_cache_write_usd")]
    public decimal? EstimatedCacheWriteUsd { get; init; }
}

/// <summary>The input of <see cref="HookEvent.SessionEnd"/>.</summary>
public sealed record SessionEndHookInput : HookInput
{
    /// <summary>Why: <c>clear</c>, <c>resume</c>, <c>logout</c>, <c>prompt_input_exit</c> or <c>other</c>.</summary>
    [JsonPropertyName("reason")]
    public string Reason { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.Setup"/>.</summary>
public sealed record SetupHookInput : HookInput
{
    /// <summary><c>init</c> or <c>maintenance</c>.</summary>
    [JsonPropertyName("trigger")]
    public string Trigger { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.PreCompact"/>.</summary>
public sealed record PreCompactHookInput : HookInput
{
    /// <summary><c>manual</c> or <c>auto</c>.</summary>
    [JsonPropertyName("trigger")]
    public string Trigger { get; init => field = value ?? ""; } = "";

    /// <summary>What the user wants the summary to heed.</summary>
    [JsonPropertyName("custom_instructions")]
    public string? CustomInstructions { get; init; }
}

/// <summary>The input of <see cref="HookEvent.PostCompact"/>.</summary>
public sealed record PostCompactHookInput : HookInput
{
    /// <summary><c>manual</c> or <c>auto</c>.</summary>
    [JsonPropertyName("trigger")]
    public string Trigger { get; init => field = value ?? ""; } = "";

    /// <summary>The summary.</summary>
    [JsonPropertyName("compact_summary")]
    public string Summary { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.PreModelSwitch"/>.</summary>
public sealed record PreModelSwitchHookInput : HookInput
{
    /// <summary>The model so far, as an id.</summary>
    [JsonPropertyName("from_model")]
    public string FromModel { get; init => field = value ?? ""; } = "";

    /// <summary>The model to come, as an id.</summary>
    [JsonPropertyName("to_model")]
    public string ToModel { get; init => field = value ?? ""; } = "";

    /// <summary>What was asked for: an alias, an id, or null for the default.</summary>
    [JsonPropertyName("requested_model")]
    public string? RequestedModel { get; init; }

    /// <summary>Who asked: <c>command</c>, <c>picker</c>, <c>sdk</c>.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>How many tokens the next request sends again.</summary>
    [JsonPropertyName("context_tokens")]
    public long ContextTokens { get; init; }

    /// <summary>True when the prompt cache of the model so far is likely still warm, and lost by the change.</summary>
    [JsonPropertyName("prompt_cache_warm")]
    public bool PromptCacheWarm { get; init; }

    /// <summary>How long the cache lives: <c>5m</c> or <c>1h</c>.</summary>
    [JsonPropertyName("cache_ttl")]
    public string CacheTtl { get; init => field = value ?? ""; } = "";

    /// <summary>The estimated cost, in US dollars, of caching the context again with the model to come.</summary>
    [JsonPropertyName("estimated_cache_write_usd")]
    public decimal EstimatedCacheWriteUsd { get; init; }

    /// <summary>Where the estimate's price is from: <c>configured</c>, <c>catalog</c> or <c>default</c>.</summary>
    [JsonPropertyName("pricing")]
    public string Pricing { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.PostModelSwitch"/>.</summary>
public sealed record PostModelSwitchHookInput : HookInput
{
    /// <summary>The model so far, as an id.</summary>
    [JsonPropertyName("from_model")]
    public string FromModel { get; init => field = value ?? ""; } = "";

    /// <summary>The model to come, as an id.</summary>
    [JsonPropertyName("to_model")]
    public string ToModel { get; init => field = value ?? ""; } = "";

    /// <summary>What was asked for: an alias, an id, or null for the default.</summary>
    [JsonPropertyName("requested_model")]
    public string? RequestedModel { get; init; }

    /// <summary>Who asked: <c>command</c>, <c>picker</c>, <c>sdk</c>, <c>auto</c> or <c>resume</c>.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>How many tokens the next request sends again.</summary>
    [JsonPropertyName("context_tokens")]
    public long ContextTokens { get; init; }

    /// <summary>True when the prompt cache of the model so far is likely still warm, and lost by the change.</summary>
    [JsonPropertyName("prompt_cache_warm")]
    public bool PromptCacheWarm { get; init; }

    /// <summary>How long the cache lives: <c>5m</c> or <c>1h</c>.</summary>
    [JsonPropertyName("cache_ttl")]
    public string CacheTtl { get; init => field = value ?? ""; } = "";

    /// <summary>The estimated cost, in US dollars, of caching the context again with the model to come.</summary>
    [JsonPropertyName("estimated_cache_write_usd")]
    public decimal EstimatedCacheWriteUsd { get; init; }

    /// <summary>Where the estimate's price is from: <c>configured</c>, <c>catalog</c> or <c>default</c>.</summary>
    [JsonPropertyName("pricing")]
    public string Pricing { get; init => field = value ?? ""; } = "";
}
