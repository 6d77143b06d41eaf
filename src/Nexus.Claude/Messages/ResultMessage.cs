using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The end of a turn: exactly one for each turn.</summary>
public sealed record ResultMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "result";

    /// <summary>How the turn ended. <c>success</c> alone does not mean success: use <see cref="IsSuccess"/>.</summary>
    [JsonPropertyName("subtype")]
    public ResultSubtype Subtype { get; init; }

    /// <summary>True when the turn failed, also when the subtype is <c>success</c> (an API failure reports itself so).</summary>
    [JsonPropertyName("is_error")]
    public bool IsError { get; init; }

    /// <summary>The final answer, or the text of an API error. Null on the error subtypes: see <see cref="Errors"/>.</summary>
    [JsonPropertyName("result")]
    public string? Text { get; init; }

    /// <summary>
    /// What went wrong on an error subtype. Some entries are diagnostics that begin with <c>[ede_diagnostic]</c> and are not meant
    /// for users.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<string> Errors
    {
        get => WireErrors ?? [];
        init => WireErrors = value;
    }

    [JsonInclude]
    [JsonPropertyName("errors")]
    internal IReadOnlyList<string>? WireErrors { get; init; }

    /// <summary>Why the agent's loop ended. Null after local slash commands and blocked prompts.</summary>
    [JsonPropertyName("terminal_reason")]
    public TerminalReason? TerminalReason { get; init; }

    /// <summary>Why the model stopped in its last answer.</summary>
    [JsonPropertyName("stop_reason")]
    public StopReason? StopReason { get; init; }

    /// <summary>The HTTP status of a failed API call; null when there was none or no answer arrived.</summary>
    [JsonPropertyName("api_error_status")]
    public int? ApiErrorStatus { get; init; }

    /// <summary>The API's own name of that failure, for example <c>invalid_request_error</c>.</summary>
    [JsonPropertyName("api_error_type")]
    public string? ApiErrorType { get; init; }

    /// <summary>The CLI's name of that failure, for example <c>max_output_tokens</c>.</summary>
    [JsonPropertyName("api_error")]
    public string? ApiError { get; init; }

    /// <summary>How long the turn took.</summary>
    [JsonPropertyName("duration_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Duration { get; init; }

    /// <summary>How long the API calls took in sum. May exceed <see cref="Duration"/> when calls overlap.</summary>
    [JsonPropertyName("duration_api_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan ApiDuration { get; init; }

    /// <summary>Round trips to the model within this turn; 0 when the model was not asked.</summary>
    [JsonPropertyName("num_turns")]
    public int NumTurns { get; init; }

    /// <summary>
    /// The estimated cost of the <b>session so far</b> in US dollars. Every result repeats the running total: take the last, never
    /// add them up.
    /// </summary>
    [JsonPropertyName("total_cost_usd")]
    public decimal SessionCostUsd { get; init; }

    /// <summary>
    /// Tokens of the main loop in <b>this turn only</b>. Subagents and helper calls are not in it: for accounting see <see
    /// cref="SessionModelUsage"/>.
    /// </summary>
    [JsonPropertyName("usage")]
    public TokenUsage TurnUsage { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// Usage and cost by model for the <b>session so far</b>, subagents included. Every result repeats the running totals: take the
    /// last, never add them up.
    /// </summary>
    [JsonPropertyName("modelUsage")]
    public IReadOnlyDictionary<string, ModelUsage> SessionModelUsage
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, ModelUsage>.Empty;
    } = ReadOnlyDictionary<string, ModelUsage>.Empty;

    /// <summary>Usage and cost by model <b>since the previous result</b>: these may be added up. Null from CLIs before 2.1.330.</summary>
    [JsonPropertyName("model_usage_since_last_result")]
    public IReadOnlyDictionary<string, ModelUsage>? TurnModelUsage { get; init; }

    /// <summary>The tool calls that were refused in this turn.</summary>
    [JsonPropertyName("permission_denials")]
    public IReadOnlyList<PermissionDenial> PermissionDenials { get; init => field = value ?? []; } = [];

    /// <summary>The answer as JSON when a schema was asked for.</summary>
    [JsonPropertyName("structured_output")]
    public JsonElement? StructuredOutput { get; init; }

    /// <summary>The tool call that a hook deferred; the turn ended in front of it.</summary>
    [JsonPropertyName("deferred_tool_use")]
    public DeferredToolUse? DeferredToolUse { get; init; }

    /// <summary>The slash command that made this result without the model.</summary>
    [JsonPropertyName("local_command")]
    public string? LocalCommand { get; init; }

    /// <summary>What caused the turn when it was not a prompt, for example a finished background task.</summary>
    [JsonPropertyName("origin")]
    public MessageOrigin? Origin { get; init; }

    /// <summary>The <c>uuid</c> of the user message that this turn answered; null when it had none.</summary>
    [JsonPropertyName("user_message_uuid")]
    public string? UserMessageUuid { get; init; }

    /// <summary>The <c>uuid</c>s of all user messages that this turn took in, oldest first.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> UserMessageUuids
    {
        get => WireUserMessageUuids ?? [];
        init => WireUserMessageUuids = value;
    }

    [JsonInclude]
    [JsonPropertyName("user_message_uuids")]
    internal IReadOnlyList<string>? WireUserMessageUuids { get; init; }

    /// <summary>Why this turn went on with one that a restart interrupted.</summary>
    [JsonPropertyName("resume_reason")]
    public string? ResumeReason { get; init; }

    /// <summary>User messages still waiting when this result was written: more results follow without further input.</summary>
    [JsonPropertyName("queued_turn_count")]
    public int? QueuedTurnCount { get; init; }

    /// <summary>How many results the process wrote before this one, from 0; a gap means that one was lost.</summary>
    [JsonPropertyName("result_index")]
    public int? ResultIndex { get; init; }

    /// <summary>When the claude.ai login in use ends for good; null for other credentials.</summary>
    [JsonIgnore]
    public DateTimeOffset? CredentialExpiresAt
    {
        get => IsoTimestamp.Read(WireCredentialExpiresAt);
        init => WireCredentialExpiresAt = IsoTimestamp.Write(value);
    }

    [JsonInclude]
    [JsonPropertyName("credential_expires_at")]
    internal string? WireCredentialExpiresAt { get; init; }

    /// <summary>Whether fast mode is on.</summary>
    [JsonPropertyName("fast_mode_state")]
    public FastModeState? FastModeState { get; init; }

    /// <summary>Why fast mode cannot serve now, for example <c>sdk_opt_in_required</c>.</summary>
    [JsonPropertyName("fast_mode_disabled_reason")]
    public string? FastModeDisabledReason { get; init; }

    /// <summary>Why the CLI could not start its work; it exits after such a result.</summary>
    [JsonPropertyName("startup_failure_reason")]
    public StartupFailureReason? StartupFailureReason { get; init; }

    /// <summary>The configuration file that could not be read.</summary>
    [JsonPropertyName("invalid_config_file")]
    public InvalidConfigFile? InvalidConfigFile { get; init; }

    /// <summary>From the start of the turn to the first token.</summary>
    [JsonPropertyName("ttft_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>From the start of the turn to the first event of the stream.</summary>
    [JsonPropertyName("ttft_stream_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? TimeToFirstStreamEvent { get; init; }

    /// <summary>From the start of the turn to the first content of the answer.</summary>
    [JsonPropertyName("first_content_frame_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? TimeToFirstContent { get; init; }

    /// <summary>From the start of the turn to the first API request.</summary>
    [JsonPropertyName("time_to_request_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? TimeToRequest { get; init; }

    /// <summary>From the start of the process to the first API request.</summary>
    [JsonPropertyName("time_to_request_from_spawn_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? TimeToRequestFromSpawn { get; init; }

    /// <summary>When the first API request was sent, by the CLI's clock.</summary>
    [JsonPropertyName("request_sent_wall_ms")]
    [JsonConverter(typeof(UnixMillisecondsConverter))]
    public DateTimeOffset? RequestSentAt { get; init; }

    /// <summary>True when a process started in advance served the turn.</summary>
    [JsonPropertyName("warm_spare_claimed")]
    public bool? IsWarmSpare { get; init; }

    /// <summary>Fresh prompt tokens of the turn's first request.</summary>
    [JsonPropertyName("first_request_input_tokens")]
    public long? FirstRequestInputTokens { get; init; }

    /// <summary>Prompt tokens of the turn's first request read from the cache.</summary>
    [JsonPropertyName("first_request_cache_read_input_tokens")]
    public long? FirstRequestCacheReadInputTokens { get; init; }

    /// <summary>API messages that began in this turn and were not finished.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> BegunMessageIds
    {
        get => WireBegunMessageIds ?? [];
        init => WireBegunMessageIds = value;
    }

    [JsonInclude]
    [JsonPropertyName("begun_message_ids")]
    internal IReadOnlyList<string>? WireBegunMessageIds { get; init; }

    /// <summary>What subagents did. Null from CLIs before 2.1.330.</summary>
    [JsonPropertyName("subagent_stats")]
    public SubagentStats? SubagentStats { get; init; }

    /// <summary>How often the model's safeguards stopped an answer.</summary>
    [JsonPropertyName("safety_stops")]
    public int? SafetyStops { get; init; }

    /// <summary>True when the turn succeeded: subtype <c>success</c> and not <see cref="IsError"/>.</summary>
    [JsonIgnore]
    public bool IsSuccess => !IsError && Subtype == ResultSubtype.Success;

    /// <summary>True when the turn was interrupted.</summary>
    [JsonIgnore]
    public bool IsInterrupted => TerminalReason is { Value: "aborted_streaming" or "aborted_tools" };

    private protected override string Describe()
    {
        var text = Text ?? string.Join("; ", Errors);
        return text.Length == 0 ? Subtype.Value : $"{(IsSuccess ? "success" : "error")}: {text}";
    }
}
