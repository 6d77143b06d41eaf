using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>One completed content block of an answer, or a text that the CLI wrote itself, such as an API error.</summary>
public sealed record AssistantMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "assistant";

    /// <summary>The message of the Messages API with the block in it.</summary>
    [JsonPropertyName("message")]
    public ApiMessage Message { get; init => field = value ?? new(); } = new();

    /// <summary>The tool use whose subagent wrote this; null on the main thread.</summary>
    [JsonPropertyName("parent_tool_use_id")]
    public string? ParentToolUseId { get; init; }

    /// <summary>The kind of failure that this message reports; null on an ordinary answer.</summary>
    [JsonPropertyName("error")]
    public AssistantError? Error { get; init; }

    /// <summary>The API's request id, for support.</summary>
    [JsonPropertyName("request_id")]
    public string? RequestId { get; init; }

    /// <summary>
    /// The <c>uuid</c> of the user message that is answered. Only on the first such message of a turn, and only when the prompt had a
    /// uuid.
    /// </summary>
    [JsonPropertyName("user_message_uuid")]
    public string? UserMessageUuid { get; init; }

    /// <summary>The <c>uuid</c>s of all user messages taken into the turn so far, oldest first.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> UserMessageUuids
    {
        get => WireUserMessageUuids ?? [];
        init => WireUserMessageUuids = value;
    }

    [JsonInclude]
    [JsonPropertyName("user_message_uuids")]
    internal IReadOnlyList<string>? WireUserMessageUuids { get; init; }

    /// <summary>Why this turn goes on with one that a restart interrupted.</summary>
    [JsonPropertyName("resume_reason")]
    public string? ResumeReason { get; init; }

    /// <summary>True when the turn went on inside the thinking block of a truncated answer.</summary>
    [JsonIgnore]
    public bool IsResumedFromIncompleteThinking
    {
        get => WireIsResumedFromIncompleteThinking ?? false;
        init => WireIsResumedFromIncompleteThinking = value;
    }

    [JsonInclude]
    [JsonPropertyName("resumed_from_incomplete_thinking")]
    internal bool? WireIsResumedFromIncompleteThinking { get; init; }

    /// <summary>The <c>uuid</c>s of earlier messages that this one replaces: remove them.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Supersedes
    {
        get => WireSupersedes ?? [];
        init => WireSupersedes = value;
    }

    [JsonInclude]
    [JsonPropertyName("supersedes")]
    internal IReadOnlyList<string>? WireSupersedes { get; init; }

    /// <summary>True when an interrupt cut the answer off: the text may end in the middle of a word.</summary>
    [JsonIgnore]
    public bool IsAborted
    {
        get => WireIsAborted ?? false;
        init => WireIsAborted = value;
    }

    [JsonInclude]
    [JsonPropertyName("aborted")]
    internal bool? WireIsAborted { get; init; }

    /// <summary>The subagent that wrote this (the <c>task_id</c> of its task messages); null on the main thread.</summary>
    [JsonPropertyName("agent_id")]
    public string? AgentId { get; init; }

    /// <summary>The type of that subagent.</summary>
    [JsonPropertyName("subagent_type")]
    public string? SubagentType { get; init; }

    /// <summary>What that subagent was asked to do.</summary>
    [JsonPropertyName("task_description")]
    public string? TaskDescription { get; init; }

    /// <summary>When the block was finished, by the CLI's clock. For display: do not sort by it.</summary>
    [JsonIgnore]
    public DateTimeOffset? Timestamp
    {
        get => IsoTimestamp.Read(WireTimestamp);
        init => WireTimestamp = IsoTimestamp.Write(value);
    }

    [JsonInclude]
    [JsonPropertyName("timestamp")]
    internal string? WireTimestamp { get; init; }

    /// <summary>The figures of <c>/context</c> as raw JSON; only on its answer.</summary>
    [JsonPropertyName("context_usage")]
    public JsonElement? ContextUsage { get; init; }

    /// <summary>The figures of <c>/usage</c> as raw JSON; only on its answer.</summary>
    [JsonPropertyName("usage_report")]
    public JsonElement? UsageReport { get; init; }

    /// <summary>Display names of the tools used in this message.</summary>
    [JsonIgnore]
    public IReadOnlyList<ToolUseMeta> ToolUseMeta
    {
        get => WireToolUseMeta ?? [];
        init => WireToolUseMeta = value;
    }

    [JsonInclude]
    [JsonPropertyName("tool_use_meta")]
    internal IReadOnlyList<ToolUseMeta>? WireToolUseMeta { get; init; }

    /// <summary>True when the text reports a failed API call.</summary>
    [JsonIgnore]
    public bool IsApiErrorMessage
    {
        get => WireIsApiErrorMessage ?? false;
        init => WireIsApiErrorMessage = value;
    }

    [JsonInclude]
    [JsonPropertyName("is_api_error_message")]
    internal bool? WireIsApiErrorMessage { get; init; }

    /// <summary>The HTTP status of that failure; null when no answer arrived.</summary>
    [JsonPropertyName("api_error_status")]
    public int? ApiErrorStatus { get; init; }

    /// <summary>The API's own name of that failure, for example <c>invalid_request_error</c>.</summary>
    [JsonPropertyName("api_error_type")]
    public string? ApiErrorType { get; init; }

    /// <summary>The CLI's name of that failure, for example <c>max_output_tokens</c>.</summary>
    [JsonPropertyName("api_error")]
    public string? ApiError { get; init; }

    /// <summary>More about that failure, as raw JSON.</summary>
    [JsonPropertyName("api_error_params")]
    public JsonElement? ApiErrorParams { get; init; }

    /// <summary>The API message that was refused, when this message stands in for it.</summary>
    [JsonPropertyName("refused_message_id")]
    public string? RefusedMessageId { get; init; }

    /// <summary>The output of the slash command that this message was made from.</summary>
    [JsonPropertyName("local_command_source")]
    public string? LocalCommandSource { get; init; }

    /// <summary>That slash command and its arguments, as raw JSON.</summary>
    [JsonPropertyName("local_command_run")]
    public JsonElement? LocalCommandRun { get; init; }

    /// <summary>How long the model thought before this block.</summary>
    [JsonPropertyName("thinking_duration_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? ThinkingDuration { get; init; }

    /// <summary>How the CLI would show the thinking.</summary>
    [JsonPropertyName("thinking_display")]
    public string? ThinkingDisplay { get; init; }

    /// <summary>The content blocks of this line: the same as <c>Message.Content</c>.</summary>
    [JsonIgnore]
    public IReadOnlyList<ContentBlock> Content => Message.Content;

    /// <summary>The text blocks of this line, joined; empty when there is none.</summary>
    [JsonIgnore]
    public string Text => Message.Text;

    /// <summary>The model that wrote it; <c>&lt;synthetic&gt;</c> when the CLI wrote it itself.</summary>
    [JsonIgnore]
    public string Model => Message.Model;

    /// <summary>The API's message id; the same on every line of one answer.</summary>
    [JsonIgnore]
    public string MessageId => Message.Id;

    /// <summary>True when a subagent wrote this, not the main thread.</summary>
    [JsonIgnore]
    public bool IsSidechain => ParentToolUseId is not null;

    private protected override string Describe() => ContentText.Describe(Content);
}

/// <summary>How to show a tool use.</summary>
public sealed record ToolUseMeta : OpenRecord
{
    /// <summary>The tool use.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The tool's name for people.</summary>
    [JsonPropertyName("display_name")]
    public string? DisplayName { get; init; }

    /// <summary>The name of its MCP server for people.</summary>
    [JsonPropertyName("server_display_name")]
    public string? ServerDisplayName { get; init; }

    /// <summary>The tool's name on its server.</summary>
    [JsonPropertyName("tool_name")]
    public string? ToolName { get; init; }
}
