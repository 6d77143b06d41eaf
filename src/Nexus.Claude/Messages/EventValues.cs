using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The state of a task.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<AgentTaskStatus>))]
public readonly record struct AgentTaskStatus(string Value) : IOpenString<AgentTaskStatus>
{
    /// <summary>It waits.</summary>
    public static AgentTaskStatus Pending { get; } = new("pending");

    /// <summary>It runs.</summary>
    public static AgentTaskStatus Running { get; } = new("running");

    /// <summary>It is done.</summary>
    public static AgentTaskStatus Completed { get; } = new("completed");

    /// <summary>It failed.</summary>
    public static AgentTaskStatus Failed { get; } = new("failed");

    /// <summary>It was stopped.</summary>
    public static AgentTaskStatus Killed { get; } = new("killed");

    /// <summary>It was stopped (in notifications).</summary>
    public static AgentTaskStatus Stopped { get; } = new("stopped");

    /// <summary>It is paused.</summary>
    public static AgentTaskStatus Paused { get; } = new("paused");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static AgentTaskStatus Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>The kind of a task.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<AgentTaskType>))]
public readonly record struct AgentTaskType(string Value) : IOpenString<AgentTaskType>
{
    /// <summary>A subagent.</summary>
    public static AgentTaskType LocalAgent { get; } = new("local_agent");

    /// <summary>A shell command.</summary>
    public static AgentTaskType LocalBash { get; } = new("local_bash");

    /// <summary>A workflow.</summary>
    public static AgentTaskType LocalWorkflow { get; } = new("local_workflow");

    /// <summary>A task of an MCP server.</summary>
    public static AgentTaskType McpTask { get; } = new("mcp_task");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static AgentTaskType Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>How a hook command ended.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<HookOutcome>))]
public readonly record struct HookOutcome(string Value) : IOpenString<HookOutcome>
{
    /// <summary>Well.</summary>
    public static HookOutcome Success { get; } = new("success");

    /// <summary>With an error.</summary>
    public static HookOutcome Error { get; } = new("error");

    /// <summary>It was cancelled.</summary>
    public static HookOutcome Cancelled { get; } = new("cancelled");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static HookOutcome Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>How important a notice is.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<NoticeLevel>))]
public readonly record struct NoticeLevel(string Value) : IOpenString<NoticeLevel>
{
    /// <summary>For information.</summary>
    public static NoticeLevel Info { get; } = new("info");

    /// <summary>Worth a look.</summary>
    public static NoticeLevel Notice { get; } = new("notice");

    /// <summary>A suggestion.</summary>
    public static NoticeLevel Suggestion { get; } = new("suggestion");

    /// <summary>A warning.</summary>
    public static NoticeLevel Warning { get; } = new("warning");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static NoticeLevel Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>How urgent a notification is.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<NotificationPriority>))]
public readonly record struct NotificationPriority(string Value) : IOpenString<NotificationPriority>
{
    /// <summary>Can wait.</summary>
    public static NotificationPriority Low { get; } = new("low");

    /// <summary>Normal.</summary>
    public static NotificationPriority Medium { get; } = new("medium");

    /// <summary>Soon.</summary>
    public static NotificationPriority High { get; } = new("high");

    /// <summary>At once.</summary>
    public static NotificationPriority Immediate { get; } = new("immediate");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static NotificationPriority Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>Whether requests are allowed.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<RateLimitStatus>))]
public readonly record struct RateLimitStatus(string Value) : IOpenString<RateLimitStatus>
{
    /// <summary>They are.</summary>
    public static RateLimitStatus Allowed { get; } = new("allowed");

    /// <summary>They are, but the limit is near.</summary>
    public static RateLimitStatus AllowedWarning { get; } = new("allowed_warning");

    /// <summary>They are not.</summary>
    public static RateLimitStatus Rejected { get; } = new("rejected");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static RateLimitStatus Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>What became of a user message.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<CommandState>))]
public readonly record struct CommandState(string Value) : IOpenString<CommandState>
{
    /// <summary>It waits for its turn.</summary>
    public static CommandState Queued { get; } = new("queued");

    /// <summary>Its turn began.</summary>
    public static CommandState Started { get; } = new("started");

    /// <summary>Its turn is done.</summary>
    public static CommandState Completed { get; } = new("completed");

    /// <summary>It was cancelled.</summary>
    public static CommandState Cancelled { get; } = new("cancelled");

    /// <summary>It was dropped.</summary>
    public static CommandState Discarded { get; } = new("discarded");

    /// <summary>It was refused.</summary>
    public static CommandState Refused { get; } = new("refused");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static CommandState Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>Who or what caused a message.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<OriginKind>))]
public readonly record struct OriginKind(string Value) : IOpenString<OriginKind>
{
    /// <summary>A person.</summary>
    public static OriginKind Human { get; } = new("human");

    /// <summary>A channel of an MCP server.</summary>
    public static OriginKind Channel { get; } = new("channel");

    /// <summary>Another session.</summary>
    public static OriginKind Peer { get; } = new("peer");

    /// <summary>A background task.</summary>
    public static OriginKind TaskNotification { get; } = new("task-notification");

    /// <summary>A coordinating agent.</summary>
    public static OriginKind Coordinator { get; } = new("coordinator");

    /// <summary>Not known.</summary>
    public static OriginKind Unclassified { get; } = new("unclassified");

    /// <summary>An observing agent.</summary>
    public static OriginKind Observer { get; } = new("observer");

    /// <summary>The CLI went on by itself.</summary>
    public static OriginKind AutoContinuation { get; } = new("auto-continuation");

    /// <summary>Activity of an observing agent.</summary>
    public static OriginKind ObserverActivity { get; } = new("observer-activity");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static OriginKind Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>When a queued user message runs.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<MessagePriority>))]
public readonly record struct MessagePriority(string Value) : IOpenString<MessagePriority>
{
    /// <summary>At once.</summary>
    public static MessagePriority Now { get; } = new("now");

    /// <summary>After the current step.</summary>
    public static MessagePriority Next { get; } = new("next");

    /// <summary>After all other queued messages.</summary>
    public static MessagePriority Later { get; } = new("later");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static MessagePriority Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
