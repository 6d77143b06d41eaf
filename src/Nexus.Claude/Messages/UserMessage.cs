using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>
/// A message in the role of the user that the CLI reports: tool results, text it added itself, replays of what was sent.
/// </summary>
public sealed record UserMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "user";

    /// <summary>The message of the Messages API.</summary>
    [JsonPropertyName("message")]
    public UserMessageBody Message { get; init => field = value ?? new(); } = new();

    /// <summary>The tool use whose subagent this belongs to; null on the main thread.</summary>
    [JsonPropertyName("parent_tool_use_id")]
    public string? ParentToolUseId { get; init; }

    /// <summary>True when the CLI made the message, not a person.</summary>
    [JsonIgnore]
    public bool IsSynthetic
    {
        get => WireIsSynthetic ?? false;
        init => WireIsSynthetic = value;
    }

    [JsonInclude]
    [JsonPropertyName("isSynthetic")]
    internal bool? WireIsSynthetic { get; init; }

    /// <summary>True when the message repeats one that was already said (or reports a command such as set model).</summary>
    [JsonIgnore]
    public bool IsReplay
    {
        get => WireIsReplay ?? false;
        init => WireIsReplay = value;
    }

    [JsonInclude]
    [JsonPropertyName("isReplay")]
    internal bool? WireIsReplay { get; init; }

    /// <summary>
    /// The tool's structured output as raw JSON: its shape is the tool's own; a string that begins with <c>Error: </c> when it was
    /// refused or failed.
    /// </summary>
    [JsonPropertyName("tool_use_result")]
    public JsonElement? ToolUseResult { get; init; }

    /// <summary>How each tool call of this message was decided.</summary>
    [JsonIgnore]
    public IReadOnlyList<ToolResultMeta> ToolResultMeta
    {
        get => WireToolResultMeta ?? [];
        init => WireToolResultMeta = value;
    }

    [JsonInclude]
    [JsonPropertyName("tool_result_meta")]
    internal IReadOnlyList<ToolResultMeta>? WireToolResultMeta { get; init; }

    /// <summary>When a queued message runs.</summary>
    [JsonPropertyName("priority")]
    public MessagePriority? Priority { get; init; }

    /// <summary>Who sent it; null when it was the user.</summary>
    [JsonPropertyName("origin")]
    public MessageOrigin? Origin { get; init; }

    /// <summary>False when the message only goes into the transcript and starts no turn.</summary>
    [JsonPropertyName("shouldQuery")]
    public bool? ShouldQuery { get; init; }

    /// <summary>When the message was made, by the CLI's clock.</summary>
    [JsonIgnore]
    public DateTimeOffset? Timestamp
    {
        get => IsoTimestamp.Read(WireTimestamp);
        init => WireTimestamp = IsoTimestamp.Write(value);
    }

    [JsonInclude]
    [JsonPropertyName("timestamp")]
    internal string? WireTimestamp { get; init; }

    /// <summary>True when file mentions and slash commands in it are not expanded.</summary>
    [JsonIgnore]
    public bool IsClientComposed
    {
        get => WireIsClientComposed ?? false;
        init => WireIsClientComposed = value;
    }

    [JsonInclude]
    [JsonPropertyName("client_composed")]
    internal bool? WireIsClientComposed { get; init; }

    /// <summary>The subagent that this belongs to (the <c>task_id</c> of its task messages); null on the main thread.</summary>
    [JsonPropertyName("agent_id")]
    public string? AgentId { get; init; }

    /// <summary>The type of that subagent.</summary>
    [JsonPropertyName("subagent_type")]
    public string? SubagentType { get; init; }

    /// <summary>What that subagent was asked to do.</summary>
    [JsonPropertyName("task_description")]
    public string? TaskDescription { get; init; }

    /// <summary>Attachments of a replayed message, as raw JSON.</summary>
    [JsonPropertyName("file_attachments")]
    public JsonElement? FileAttachments { get; init; }

    /// <summary>The API message that was refused, when this message follows from it.</summary>
    [JsonPropertyName("refused_message_id")]
    public string? RefusedMessageId { get; init; }

    /// <summary>The content blocks. A plain string on the wire is one <see cref="TextBlock"/> here.</summary>
    [JsonIgnore]
    public IReadOnlyList<ContentBlock> Content => Message.Content;

    /// <summary>The text blocks, joined; empty when there is none. Texts inside tool results are not part of it.</summary>
    [JsonIgnore]
    public string Text => ContentText.Join(Content);

    /// <summary>True when this belongs to a subagent, not to the main thread.</summary>
    [JsonIgnore]
    public bool IsSidechain => ParentToolUseId is not null;

    private protected override string Describe() => ContentText.Describe(Content);
}

/// <summary>A user message of the Messages API.</summary>
public sealed record UserMessageBody : OpenRecord
{
    /// <summary>Always <c>user</c>.</summary>
    [JsonPropertyName("role")]
    public string Role { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The content blocks. A plain string on the wire is one <see cref="TextBlock"/> here and is written as a string again.
    /// </summary>
    [JsonPropertyName("content")]
    [JsonConverter(typeof(ContentListConverter))]
    public IReadOnlyList<ContentBlock> Content { get; init => field = value ?? []; } = [];
}

/// <summary>How one tool call was decided.</summary>
public sealed record ToolResultMeta : OpenRecord
{
    /// <summary>The tool use.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Why the tool did not run, for example <c>permission-rule</c>; null when it ran.</summary>
    [JsonPropertyName("non_execution_kind")]
    public string? NonExecutionKind { get; init; }

    /// <summary>What the user said when refusing.</summary>
    [JsonPropertyName("user_feedback")]
    public string? UserFeedback { get; init; }

    /// <summary>Who allowed or refused it.</summary>
    [JsonPropertyName("permission_decision")]
    public ToolPermissionDecision? PermissionDecision { get; init; }
}

/// <summary>Who allowed or refused a tool call.</summary>
public sealed record ToolPermissionDecision : OpenRecord
{
    /// <summary><c>accept</c> or <c>reject</c>.</summary>
    [JsonPropertyName("decision")]
    public string Decision { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Where the decision came from, for example <c>user_temporary</c>, <c>user_reject</c>, <c>hook</c> or <c>config</c>.
    /// </summary>
    [JsonPropertyName("source")]
    public string? Source { get; init; }

    /// <summary>The kind of reason, for example <c>rule</c> or <c>mode</c>.</summary>
    [JsonPropertyName("reason_type")]
    public string? ReasonType { get; init; }
}
