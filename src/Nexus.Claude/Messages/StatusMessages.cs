using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What the CLI is doing, or a new permission mode.</summary>
public sealed record StatusMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "status";

    /// <summary>What it does now; null when it does neither or when only the permission mode changed.</summary>
    [JsonPropertyName("status")]
    public ActivityStatus? Status { get; init; }

    /// <summary>The permission mode from now on; null when unchanged.</summary>
    [JsonPropertyName("permissionMode")]
    public PermissionMode? PermissionMode { get; init; }

    /// <summary><c>success</c> or <c>failed</c> after a compaction.</summary>
    [JsonPropertyName("compact_result")]
    public string? CompactResult { get; init; }

    /// <summary>Why the compaction failed.</summary>
    [JsonPropertyName("compact_error")]
    public string? CompactError { get; init; }

    /// <summary>The <c>uuid</c>s of the user messages of the turn, when they had one.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> UserMessageUuids
    {
        get => WireUserMessageUuids ?? [];
        init => WireUserMessageUuids = value;
    }

    [JsonInclude]
    [JsonPropertyName("user_message_uuids")]
    internal IReadOnlyList<string>? WireUserMessageUuids { get; init; }
}

/// <summary>The session became idle, began to work, or waits for an answer.</summary>
public sealed record SessionStateChangedMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "session_state_changed";

    /// <summary>The new state.</summary>
    [JsonPropertyName("state")]
    public SessionState State { get; init; }

    /// <summary>True when the message is meant for programs, not for display.</summary>
    [JsonIgnore]
    public bool IsSdkHostOnly
    {
        get => WireIsSdkHostOnly ?? false;
        init => WireIsSdkHostOnly = value;
    }

    [JsonInclude]
    [JsonPropertyName("sdk_host_only")]
    internal bool? WireIsSdkHostOnly { get; init; }
}

/// <summary>The session got a new title.</summary>
public sealed record SessionTitleChangedMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "session_title_changed";

    /// <summary>The new title.</summary>
    [JsonPropertyName("title")]
    public string Title { get; init => field = value ?? ""; } = "";
}

/// <summary>How far thinking has come while its text is not shown. An estimate for progress displays.</summary>
public sealed record ThinkingTokensMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "thinking_tokens";

    /// <summary>Tokens of the current thinking block so far.</summary>
    [JsonPropertyName("estimated_tokens")]
    public long EstimatedTokens { get; init; }

    /// <summary>Tokens since the previous such message.</summary>
    [JsonPropertyName("estimated_tokens_delta")]
    public long EstimatedTokensDelta { get; init; }

    /// <summary>The <c>uuid</c> of the user message that is answered.</summary>
    [JsonPropertyName("user_message_uuid")]
    public string? UserMessageUuid { get; init; }
}

/// <summary>The remote worker that runs the session is going away.</summary>
public sealed record WorkerShuttingDownMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "worker_shutting_down";

    /// <summary>Why.</summary>
    [JsonPropertyName("reason")]
    public string Reason { get; init => field = value ?? ""; } = "";
}

/// <summary>A control request that takes long is under way.</summary>
public sealed record ControlRequestProgressMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "control_request_progress";

    /// <summary>The control request.</summary>
    [JsonPropertyName("request_id")]
    public string RequestId { get; init => field = value ?? ""; } = "";

    /// <summary><c>started</c> or <c>api_retry</c>.</summary>
    [JsonPropertyName("status")]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Which attempt is next, from 1.</summary>
    [JsonPropertyName("attempt")]
    public int? Attempt { get; init; }

    /// <summary>How many retries there may be.</summary>
    [JsonPropertyName("max_retries")]
    public int? MaxRetries { get; init; }

    /// <summary>How long the CLI waits before it.</summary>
    [JsonPropertyName("retry_delay_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? RetryDelay { get; init; }

    /// <summary>The HTTP status of the failed attempt; null when no answer arrived.</summary>
    [JsonPropertyName("error_status")]
    public int? ErrorStatus { get; init; }
}
