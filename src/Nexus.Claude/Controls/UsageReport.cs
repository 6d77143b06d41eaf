using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What the session has used so far, and how much of the account's plan is used.</summary>
public sealed record UsageReport : OpenRecord
{
    /// <summary>The running totals of the session.</summary>
    [JsonPropertyName("session")]
    public SessionTotals Totals { get; init => field = value ?? new(); } = new();

    /// <summary>The plan of the account (<c>pro</c>, <c>max</c>, <c>team</c>, <c>enterprise</c>); null for an API key or a cloud.</summary>
    [JsonPropertyName("subscription_type")]
    public string? SubscriptionType { get; init; }

    /// <summary>False when no limits of a plan apply (API key, cloud); then <see cref="RateLimits"/> is null.</summary>
    [JsonPropertyName("rate_limits_available")]
    public bool AreRateLimitsAvailable { get; init; }

    /// <summary>The limits of the plan; null when there are none or they could not be had.</summary>
    [JsonPropertyName("rate_limits")]
    public PlanRateLimits? RateLimits { get; init; }

    /// <summary>
    /// What the usage comes from, found in the transcripts of this machine; an estimate. Null without a plan, or when it was skipped.
    /// </summary>
    [JsonPropertyName("behaviors")]
    public UsageBehaviors? Behaviors { get; init; }
}

/// <summary>Running totals of a session. Each report repeats what the one before counted: take the last, never add them up.</summary>
public sealed record SessionTotals : OpenRecord
{
    /// <summary>The estimated cost in US dollars; not a bill.</summary>
    [JsonPropertyName("total_cost_usd")]
    public decimal SessionCostUsd { get; init; }

    /// <summary>How long the API was waited for.</summary>
    [JsonPropertyName("total_api_duration_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan SessionApiDuration { get; init; }

    /// <summary>How long the session has lasted.</summary>
    [JsonPropertyName("total_duration_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan SessionDuration { get; init; }

    /// <summary>Lines of files that tools added.</summary>
    [JsonPropertyName("total_lines_added")]
    public long SessionLinesAdded { get; init; }

    /// <summary>Lines of files that tools removed.</summary>
    [JsonPropertyName("total_lines_removed")]
    public long SessionLinesRemoved { get; init; }

    /// <summary>What each model was used for, by the name it was asked for.</summary>
    [JsonPropertyName("model_usage")]
    public IReadOnlyDictionary<string, ModelUsage> SessionModelUsage { get; init => field = value ?? new Dictionary<string, ModelUsage>(); } =
        new Dictionary<string, ModelUsage>();
}
