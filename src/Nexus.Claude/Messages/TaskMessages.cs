using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A task began: a subagent, a shell in the background, a workflow.</summary>
public sealed record TaskStartedMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "task_started";

    /// <summary>The task.</summary>
    [JsonPropertyName("task_id")]
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>This run of the task; a resumed task gets a new one.</summary>
    [JsonPropertyName("run_id")]
    public string? RunId { get; init; }

    /// <summary>The tool use that started it.</summary>
    [JsonPropertyName("tool_use_id")]
    public string? ToolUseId { get; init; }

    /// <summary>What it does.</summary>
    [JsonPropertyName("description")]
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>The kind of task.</summary>
    [JsonPropertyName("task_type")]
    public AgentTaskType? TaskType { get; init; }

    /// <summary>The type of the subagent.</summary>
    [JsonPropertyName("subagent_type")]
    public string? SubagentType { get; init; }

    /// <summary>True when it runs in the background, false when the tool call waits for it; null when not told.</summary>
    [JsonPropertyName("is_backgrounded")]
    public bool? IsBackgrounded { get; init; }

    /// <summary>How deep the subagent is nested, from 1.</summary>
    [JsonPropertyName("spawn_depth")]
    public int? SpawnDepth { get; init; }

    /// <summary>The task that started it.</summary>
    [JsonPropertyName("parent_task_id")]
    public string? ParentTaskId { get; init; }

    /// <summary>The name of the workflow.</summary>
    [JsonPropertyName("workflow_name")]
    public string? WorkflowName { get; init; }

    /// <summary>What it was asked.</summary>
    [JsonPropertyName("prompt")]
    public string? Prompt { get; init; }

    /// <summary>True for housekeeping that a transcript should not show.</summary>
    [JsonIgnore]
    public bool SkipsTranscript
    {
        get => WireSkipsTranscript ?? false;
        init => WireSkipsTranscript = value;
    }

    [JsonInclude]
    [JsonPropertyName("skip_transcript")]
    internal bool? WireSkipsTranscript { get; init; }

    /// <summary>True for tasks that are no activity, such as watchers.</summary>
    [JsonIgnore]
    public bool IsAmbient
    {
        get => WireIsAmbient ?? false;
        init => WireIsAmbient = value;
    }

    [JsonInclude]
    [JsonPropertyName("ambient")]
    internal bool? WireIsAmbient { get; init; }

    private protected override string Describe() => $"task_started: {Description}";
}

/// <summary>How far a task has come.</summary>
public sealed record TaskProgressMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "task_progress";

    /// <summary>The task.</summary>
    [JsonPropertyName("task_id")]
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>This run of the task.</summary>
    [JsonPropertyName("run_id")]
    public string? RunId { get; init; }

    /// <summary>The tool use that started it.</summary>
    [JsonPropertyName("tool_use_id")]
    public string? ToolUseId { get; init; }

    /// <summary>What it does now.</summary>
    [JsonPropertyName("description")]
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>The type of the subagent.</summary>
    [JsonPropertyName("subagent_type")]
    public string? SubagentType { get; init; }

    /// <summary>What it has used so far.</summary>
    [JsonPropertyName("usage")]
    public TaskUsage Usage { get; init => field = value ?? new(); } = new();

    /// <summary>The tool it used last.</summary>
    [JsonPropertyName("last_tool_name")]
    public string? LastToolName { get; init; }

    /// <summary>What it has done so far.</summary>
    [JsonPropertyName("summary")]
    public string? Summary { get; init; }

    private protected override string Describe() => $"task_progress: {Description}";
}

/// <summary>Something about a task changed: merge it into what you hold.</summary>
public sealed record TaskUpdatedMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "task_updated";

    /// <summary>The task.</summary>
    [JsonPropertyName("task_id")]
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>This run of the task.</summary>
    [JsonPropertyName("run_id")]
    public string? RunId { get; init; }

    /// <summary>What changed; null members did not.</summary>
    [JsonPropertyName("patch")]
    public TaskPatch Patch { get; init => field = value ?? new(); } = new();
}

/// <summary>A task in the background ended. A turn without a prompt may follow.</summary>
public sealed record TaskNotificationMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "task_notification";

    /// <summary>The task.</summary>
    [JsonPropertyName("task_id")]
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>This run of the task.</summary>
    [JsonPropertyName("run_id")]
    public string? RunId { get; init; }

    /// <summary>The tool use that started it.</summary>
    [JsonPropertyName("tool_use_id")]
    public string? ToolUseId { get; init; }

    /// <summary>How it ended.</summary>
    [JsonPropertyName("status")]
    public AgentTaskStatus Status { get; init; }

    /// <summary>Why it stopped, for example <c>worker_restart</c>.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    /// <summary>The file that holds its output.</summary>
    [JsonPropertyName("output_file")]
    public string OutputFile { get; init => field = value ?? ""; } = "";

    /// <summary>A line for people.</summary>
    [JsonPropertyName("summary")]
    public string Summary { get; init => field = value ?? ""; } = "";

    /// <summary>What it used; null for tasks without a model.</summary>
    [JsonPropertyName("usage")]
    public TaskUsage? Usage { get; init; }

    /// <summary>The resources that it returned.</summary>
    [JsonIgnore]
    public IReadOnlyList<McpResourceLink> ResourceLinks
    {
        get => WireResourceLinks ?? [];
        init => WireResourceLinks = value;
    }

    [JsonInclude]
    [JsonPropertyName("resource_links")]
    internal IReadOnlyList<McpResourceLink>? WireResourceLinks { get; init; }

    /// <summary>True for housekeeping that a transcript should not show.</summary>
    [JsonIgnore]
    public bool SkipsTranscript
    {
        get => WireSkipsTranscript ?? false;
        init => WireSkipsTranscript = value;
    }

    [JsonInclude]
    [JsonPropertyName("skip_transcript")]
    internal bool? WireSkipsTranscript { get; init; }

    /// <summary>True for tasks that are no activity.</summary>
    [JsonIgnore]
    public bool IsAmbient
    {
        get => WireIsAmbient ?? false;
        init => WireIsAmbient = value;
    }

    [JsonInclude]
    [JsonPropertyName("ambient")]
    internal bool? WireIsAmbient { get; init; }

    private protected override string Describe() => Summary;
}

/// <summary>The set of background tasks changed: replace the one you hold.</summary>
public sealed record BackgroundTasksChangedMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "background_tasks_changed";

    /// <summary>All live background tasks.</summary>
    [JsonPropertyName("tasks")]
    public IReadOnlyList<BackgroundTask> Tasks { get; init => field = value ?? []; } = [];
}
