using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>How a login that is under way goes.</summary>
public sealed record AuthStatusMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "auth_status";

    /// <summary>True while it goes on.</summary>
    [JsonPropertyName("isAuthenticating")]
    public bool IsAuthenticating { get; init; }

    /// <summary>What to show.</summary>
    [JsonPropertyName("output")]
    public IReadOnlyList<string> Output { get; init => field = value ?? []; } = [];

    /// <summary>Why it failed.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }
}

/// <summary>The limits of a claude.ai subscription changed.</summary>
public sealed record RateLimitMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "rate_limit_event";

    /// <summary>The limits now.</summary>
    [JsonPropertyName("rate_limit_info")]
    public RateLimitInfo RateLimitInfo { get; init => field = value ?? new(); } = new();

    private protected override string Describe() => RateLimitInfo.Status.Value;
}

/// <summary>The limits of a claude.ai subscription.</summary>
public sealed record RateLimitInfo : OpenRecord
{
    /// <summary>Whether requests are allowed.</summary>
    [JsonPropertyName("status")]
    public RateLimitStatus Status { get; init; }

    /// <summary>When the limit starts anew.</summary>
    [JsonPropertyName("resetsAt")]
    [JsonConverter(typeof(UnixSecondsConverter))]
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>Which limit, for example <c>five_hour</c> or <c>seven_day</c>.</summary>
    [JsonPropertyName("rateLimitType")]
    public string? RateLimitType { get; init; }

    /// <summary>How much of it is used, from 0 to 1.</summary>
    [JsonPropertyName("utilization")]
    public double? Utilization { get; init; }

    /// <summary>Whether extra usage is allowed.</summary>
    [JsonPropertyName("overageStatus")]
    public RateLimitStatus? OverageStatus { get; init; }

    /// <summary>When the limit of extra usage starts anew.</summary>
    [JsonPropertyName("overageResetsAt")]
    [JsonConverter(typeof(UnixSecondsConverter))]
    public DateTimeOffset? OverageResetsAt { get; init; }

    /// <summary>Why there is no extra usage, for example <c>out_of_credits</c>.</summary>
    [JsonPropertyName("overageDisabledReason")]
    public string? OverageDisabledReason { get; init; }

    /// <summary>True while requests count as extra usage.</summary>
    [JsonPropertyName("isUsingOverage")]
    public bool? IsUsingOverage { get; init; }

    /// <summary>True when extra usage serves requests now.</summary>
    [JsonPropertyName("overageInUse")]
    public bool? IsOverageInUse { get; init; }

    /// <summary>True when the account allows extra usage.</summary>
    [JsonPropertyName("overageEnabled")]
    public bool? IsOverageEnabled { get; init; }

    /// <summary>The share of the limit whose passing caused the message.</summary>
    [JsonPropertyName("surpassedThreshold")]
    public double? SurpassedThreshold { get; init; }

    /// <summary>Whose limit it is when not the member's own, for example <c>group_pool</c>.</summary>
    [JsonPropertyName("limitScope")]
    public string? LimitScope { get; init; }

    /// <summary>For example <c>credits_required</c>.</summary>
    [JsonPropertyName("errorCode")]
    public string? ErrorCode { get; init; }

    /// <summary>True when the user may buy credits.</summary>
    [JsonPropertyName("canUserPurchaseCredits")]
    public bool? CanUserPurchaseCredits { get; init; }

    /// <summary>True when a payment method is stored.</summary>
    [JsonPropertyName("hasChargeableSavedPaymentMethod")]
    public bool? HasChargeableSavedPaymentMethod { get; init; }
}
