using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The input of <see cref="HookEvent.Stop"/>.</summary>
public sealed record StopHookInput : HookInput
{
    /// <summary>True when the model goes on only because a hook of this event made it; a hook that ignores this can go on for ever.</summary>
    [JsonPropertyName("stop_hook_active")]
    public bool StopHookActive { get; init; }

    /// <summary>The text of the last answer; null when there is none.</summary>
    [JsonPropertyName("last_assistant_message")]
    public string? LastAssistantMessage { get; init; }

    /// <summary>What still runs in the background and will wake the session.</summary>
    [JsonPropertyName("background_tasks")]
    public IReadOnlyList<HookBackgroundTask> BackgroundTasks { get; init => field = value ?? []; } = [];

    /// <summary>What is scheduled to wake the session.</summary>
    [JsonPropertyName("session_crons")]
    public IReadOnlyList<HookSessionCron> SessionCrons { get; init => field = value ?? []; } = [];
}

/// <summary>The input of <see cref="HookEvent.StopFailure"/>.</summary>
public sealed record StopFailureHookInput : HookInput
{
    /// <summary>What kind of error.</summary>
    [JsonPropertyName("error")]
    public AssistantError Error { get; init; }

    /// <summary>Its words.</summary>
    [JsonPropertyName("error_details")]
    public string? ErrorDetails { get; init; }

    /// <summary>The text of the last answer; null when there is none.</summary>
    [JsonPropertyName("last_assistant_message")]
    public string? LastAssistantMessage { get; init; }
}

/// <summary>The input of <see cref="HookEvent.SubagentStart"/>.</summary>
public sealed record SubagentStartHookInput : HookInput;

/// <summary>The input of <see cref="HookEvent.SubagentStop"/>.</summary>
public sealed record SubagentStopHookInput : HookInput
{
    /// <summary>True when the model goes on only because a hook of this event made it; a hook that ignores this can go on for ever.</summary>
    [JsonPropertyName("stop_hook_active")]
    public bool StopHookActive { get; init; }

    /// <summary>The file that the CLI writes the subagent's conversation to.</summary>
    [JsonPropertyName("agent_transcript_path")]
    public string AgentTranscriptPath { get; init => field = value ?? ""; } = "";

    /// <summary>The text of the last answer; null when there is none.</summary>
    [JsonPropertyName("last_assistant_message")]
    public string? LastAssistantMessage { get; init; }

    /// <summary>What still runs in the background and will wake the session.</summary>
    [JsonPropertyName("background_tasks")]
    public IReadOnlyList<HookBackgroundTask> BackgroundTasks { get; init => field = value ?? []; } = [];

    /// <summary>What is scheduled to wake the session.</summary>
    [JsonPropertyName("session_crons")]
    public IReadOnlyList<HookSessionCron> SessionCrons { get; init => field = value ?? []; } = [];
}

/// <summary>The input of <see cref="HookEvent.TeammateIdle"/>.</summary>
public sealed record TeammateIdleHookInput : HookInput
{
    /// <summary>The teammate.</summary>
    [JsonPropertyName("teammate_name")]
    public string TeammateName { get; init => field = value ?? ""; } = "";

    /// <summary>The team; a session has only one.</summary>
    [JsonPropertyName("team_name")]
    public string TeamName { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.TaskCreated"/>.</summary>
public sealed record TaskCreatedHookInput : HookInput
{
    /// <summary>The task.</summary>
    [JsonPropertyName("task_id")]
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>Its title.</summary>
    [JsonPropertyName("task_subject")]
    public string TaskSubject { get; init => field = value ?? ""; } = "";

    /// <summary>What it is about.</summary>
    [JsonPropertyName("task_description")]
    public string? TaskDescription { get; init; }

    /// <summary>The teammate who did it; null for the main conversation.</summary>
    [JsonPropertyName("teammate_name")]
    public string? TeammateName { get; init; }

    /// <summary>The team; a session has only one.</summary>
    [JsonPropertyName("team_name")]
    public string? TeamName { get; init; }
}

/// <summary>The input of <see cref="HookEvent.TaskCompleted"/>.</summary>
public sealed record TaskCompletedHookInput : HookInput
{
    /// <summary>The task.</summary>
    [JsonPropertyName("task_id")]
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>Its title.</summary>
    [JsonPropertyName("task_subject")]
    public string TaskSubject { get; init => field = value ?? ""; } = "";

    /// <summary>What it is about.</summary>
    [JsonPropertyName("task_description")]
    public string? TaskDescription { get; init; }

    /// <summary>The teammate who did it; null for the main conversation.</summary>
    [JsonPropertyName("teammate_name")]
    public string? TeammateName { get; init; }

    /// <summary>The team; a session has only one.</summary>
    [JsonPropertyName("team_name")]
    public string? TeamName { get; init; }
}

/// <summary>What runs in the background while the model stops.</summary>
public sealed record HookBackgroundTask : OpenRecord
{
    /// <summary>The task.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>What it is, for example <c>shell</c>, <c>subagent</c>, <c>monitor</c> or <c>workflow</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Its state.</summary>
    [JsonPropertyName("status")]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>What it does, at most about 1000 characters.</summary>
    [JsonPropertyName("description")]
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>The command line of a shell, at most about 1000 characters.</summary>
    [JsonPropertyName("command")]
    public string? Command { get; init; }

    /// <summary>The type of a subagent.</summary>
    [JsonPropertyName("agent_type")]
    public string? AgentType { get; init; }

    /// <summary>The MCP server.</summary>
    [JsonPropertyName("server")]
    public string? Server { get; init; }

    /// <summary>The MCP server's tool.</summary>
    [JsonPropertyName("tool")]
    public string? Tool { get; init; }

    /// <summary>The workflow's name.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }
}

/// <summary>What is scheduled to wake the session.</summary>
public sealed record HookSessionCron : OpenRecord
{
    /// <summary>The entry.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>When, as a cron expression.</summary>
    [JsonPropertyName("schedule")]
    public string Schedule { get; init => field = value ?? ""; } = "";

    /// <summary>True when it happens more than once.</summary>
    [JsonPropertyName("recurring")]
    public bool IsRecurring { get; init; }

    /// <summary>The prompt that is sent then, at most about 1000 characters.</summary>
    [JsonPropertyName("prompt")]
    public string Prompt { get; init => field = value ?? ""; } = "";
}
