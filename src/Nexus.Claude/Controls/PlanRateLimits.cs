using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The limits of a claude.ai plan. A window that does not apply is null.</summary>
public sealed record PlanRateLimits : OpenRecord
{
    /// <summary>The window of five hours.</summary>
    [JsonPropertyName("five_hour")]
    public PlanRateLimit? FiveHour { get; init; }

    /// <summary>The window of seven days.</summary>
    [JsonPropertyName("seven_day")]
    public PlanRateLimit? SevenDay { get; init; }

    /// <summary>The window of seven days for programs that log in with the account.</summary>
    [JsonPropertyName("seven_day_oauth_apps")]
    public PlanRateLimit? SevenDayOAuthApps { get; init; }

    /// <summary>The window of seven days for Opus.</summary>
    [JsonPropertyName("seven_day_opus")]
    public PlanRateLimit? SevenDayOpus { get; init; }

    /// <summary>The window of seven days for Sonnet.</summary>
    [JsonPropertyName("seven_day_sonnet")]
    public PlanRateLimit? SevenDaySonnet { get; init; }

    /// <summary>Weekly windows of single models; null when nothing is known of them, empty when there are none.</summary>
    [JsonPropertyName("model_scoped")]
    public IReadOnlyList<PlanRateLimit>? Models { get; init; }

    /// <summary>Usage beyond the plan that is paid for.</summary>
    [JsonPropertyName("extra_usage")]
    public ExtraUsage? ExtraUsage { get; init; }
}

/// <summary>One window of a plan's limits.</summary>
public sealed record PlanRateLimit : OpenRecord
{
    /// <summary>The model it is for; null for a window that counts all.</summary>
    [JsonPropertyName("display_name")]
    public string? DisplayName { get; init; }

    /// <summary>The used part, 0 to 100; null when it is not known.</summary>
    [JsonPropertyName("utilization")]
    public decimal? Utilization { get; init; }

    /// <summary>When the window begins anew; null when it is not known.</summary>
    [JsonIgnore]
    public DateTimeOffset? ResetsAt
    {
        get => IsoTimestamp.Read(WireResetsAt);
        init => WireResetsAt = IsoTimestamp.Write(value);
    }

    [JsonInclude]
    [JsonPropertyName("resets_at")]
    internal string? WireResetsAt { get; init; }
}

/// <summary>Usage beyond the plan that is paid for.</summary>
public sealed record ExtraUsage : OpenRecord
{
    /// <summary>True when the account allows it.</summary>
    [JsonPropertyName("is_enabled")]
    public bool IsEnabled { get; init; }

    /// <summary>The most that may be used in a month, in the unit of the account; null for no limit or when it is not known.</summary>
    [JsonPropertyName("monthly_limit")]
    public decimal? MonthlyLimit { get; init; }

    /// <summary>What is used of it.</summary>
    [JsonPropertyName("used_credits")]
    public decimal? UsedCredits { get; init; }

    /// <summary>The used part, 0 to 100.</summary>
    [JsonPropertyName("utilization")]
    public decimal? Utilization { get; init; }

    /// <summary>The currency; null when it is not known.</summary>
    [JsonPropertyName("currency")]
    public string? Currency { get; init; }
}
