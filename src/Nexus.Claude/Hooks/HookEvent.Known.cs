using Nexus.Claude.Hooks;

namespace Nexus.Claude;

/// <content>The events of CLI 2.1.330, in the order of the official SDK.</content>
public readonly partial record struct HookEvent
{
    /// <summary>Before a tool runs. A hook can allow it, deny it, have the user asked, defer it, or change its input. Matched by the tool's name.</summary>
    public static HookEvent<PreToolUseHookInput, PreToolUseHookOutput> PreToolUse { get; } =
        new("PreToolUse", static () => HookJson.Default.PreToolUseHookInput);

    /// <summary>After a tool ran. A hook can replace its output or add context. Matched by the tool's name.</summary>
    public static HookEvent<PostToolUseHookInput, PostToolUseHookOutput> PostToolUse { get; } =
        new("PostToolUse", static () => HookJson.Default.PostToolUseHookInput);

    /// <summary>After a tool failed. Matched by the tool's name.</summary>
    public static HookEvent<PostToolUseFailureHookInput, PostToolUseFailureHookOutput> PostToolUseFailure { get; } =
        new("PostToolUseFailure", static () => HookJson.Default.PostToolUseFailureHookInput);

    /// <summary>After all tools of one answer ran, before the model is asked again. Takes no matcher.</summary>
    public static HookEvent<PostToolBatchHookInput, PostToolBatchHookOutput> PostToolBatch { get; } =
        new("PostToolBatch", static () => HookJson.Default.PostToolBatchHookInput);

    /// <summary>The CLI wants the user's attention. Matched by the type of notification.</summary>
    public static HookEvent<NotificationHookInput, NotificationHookOutput> Notification { get; } =
        new("Notification", static () => HookJson.Default.NotificationHookInput);

    /// <summary>A prompt was sent. A hook can add context or block it. Takes no matcher.</summary>
    public static HookEvent<UserPromptSubmitHookInput, UserPromptSubmitHookOutput> UserPromptSubmit { get; } =
        new("UserPromptSubmit", static () => HookJson.Default.UserPromptSubmitHookInput);

    /// <summary>A slash command or a prompt of an MCP server was turned into a prompt. A hook can add context or block it. Matched by the command's name.</summary>
    public static HookEvent<UserPromptExpansionHookInput, UserPromptExpansionHookOutput> UserPromptExpansion { get; } =
        new("UserPromptExpansion", static () => HookJson.Default.UserPromptExpansionHookInput);

    /// <summary>The conversation began anew. CLI 2.1.330 calls it after <c>/compact</c> and <c>/clear</c> only, not when the CLI starts or resumes; hooks of settings files get those too.</summary>
    public static HookEvent<SessionStartHookInput, SessionStartHookOutput> SessionStart { get; } =
        new("SessionStart", static () => HookJson.Default.SessionStartHookInput);

    /// <summary>The conversation ended. CLI 2.1.330 calls it at <c>/clear</c> only, not when the CLI ends; hooks of settings files get that too.</summary>
    public static HookEvent<SessionEndHookInput, SessionEndHookOutput> SessionEnd { get; } =
        new("SessionEnd", static () => HookJson.Default.SessionEndHookInput);

    /// <summary>The model is done with its answer. A hook can make it go on. Takes no matcher.</summary>
    public static HookEvent<StopHookInput, StopHookOutput> Stop { get; } =
        new("Stop", static () => HookJson.Default.StopHookInput);

    /// <summary>A turn ended with an API error. Matched by the error.</summary>
    public static HookEvent<StopFailureHookInput, StopFailureHookOutput> StopFailure { get; } =
        new("StopFailure", static () => HookJson.Default.StopFailureHookInput);

    /// <summary>A subagent began. Matched by the agent's type.</summary>
    public static HookEvent<SubagentStartHookInput, SubagentStartHookOutput> SubagentStart { get; } =
        new("SubagentStart", static () => HookJson.Default.SubagentStartHookInput);

    /// <summary>A subagent is done. A hook can make it go on. Matched by the agent's type.</summary>
    public static HookEvent<SubagentStopHookInput, SubagentStopHookOutput> SubagentStop { get; } =
        new("SubagentStop", static () => HookJson.Default.SubagentStopHookInput);

    /// <summary>Before the conversation is summarised. Matched by the trigger.</summary>
    public static HookEvent<PreCompactHookInput, PreCompactHookOutput> PreCompact { get; } =
        new("PreCompact", static () => HookJson.Default.PreCompactHookInput);

    /// <summary>After the conversation was summarised. Matched by the trigger.</summary>
    public static HookEvent<PostCompactHookInput, PostCompactHookOutput> PostCompact { get; } =
        new("PostCompact", static () => HookJson.Default.PostCompactHookInput);

    /// <summary>Before another model is used. A hook can deny it. Matched by the new model.</summary>
    public static HookEvent<PreModelSwitchHookInput, PreModelSwitchHookOutput> PreModelSwitch { get; } =
        new("PreModelSwitch", static () => HookJson.Default.PreModelSwitchHookInput);

    /// <summary>After another model was chosen. Matched by the new model.</summary>
    public static HookEvent<PostModelSwitchHookInput, PostModelSwitchHookOutput> PostModelSwitch { get; } =
        new("PostModelSwitch", static () => HookJson.Default.PostModelSwitchHookInput);

    /// <summary>The user is about to be asked for a permission. A hook can answer in his place; the first answer wins. Matched by the tool's name.</summary>
    public static HookEvent<PermissionRequestHookInput, PermissionRequestHookOutput> PermissionRequest { get; } =
        new("PermissionRequest", static () => HookJson.Default.PermissionRequestHookInput);

    /// <summary>A tool call was denied by the classifier of the mode <c>auto</c>. Matched by the tool's name.</summary>
    public static HookEvent<PermissionDeniedHookInput, PermissionDeniedHookOutput> PermissionDenied { get; } =
        new("PermissionDenied", static () => HookJson.Default.PermissionDeniedHookInput);

    /// <summary>The CLI sets a folder up. CLI 2.1.330 does not call it; hooks of settings files get it.</summary>
    public static HookEvent<SetupHookInput, SetupHookOutput> Setup { get; } =
        new("Setup", static () => HookJson.Default.SetupHookInput);

    /// <summary>A teammate is about to be idle.</summary>
    public static HookEvent<TeammateIdleHookInput, TeammateIdleHookOutput> TeammateIdle { get; } =
        new("TeammateIdle", static () => HookJson.Default.TeammateIdleHookInput);

    /// <summary>A task was put on the list of tasks.</summary>
    public static HookEvent<TaskCreatedHookInput, TaskCreatedHookOutput> TaskCreated { get; } =
        new("TaskCreated", static () => HookJson.Default.TaskCreatedHookInput);

    /// <summary>A task of the list of tasks was completed.</summary>
    public static HookEvent<TaskCompletedHookInput, TaskCompletedHookOutput> TaskCompleted { get; } =
        new("TaskCompleted", static () => HookJson.Default.TaskCompletedHookInput);

    /// <summary>An MCP server asks the user something. A hook can answer in his place. Matched by the server's name.</summary>
    public static HookEvent<ElicitationHookInput, ElicitationHookOutput> Elicitation { get; } =
        new("Elicitation", static () => HookJson.Default.ElicitationHookInput);

    /// <summary>The user answered an MCP server. A hook can change the answer before the server sees it. Matched by the server's name.</summary>
    public static HookEvent<ElicitationResultHookInput, ElicitationResultHookOutput> ElicitationResult { get; } =
        new("ElicitationResult", static () => HookJson.Default.ElicitationResultHookInput);

    /// <summary>A settings file changed. A hook can keep the change from taking effect. Matched by the source.</summary>
    public static HookEvent<ConfigChangeHookInput, ConfigChangeHookOutput> ConfigChange { get; } =
        new("ConfigChange", static () => HookJson.Default.ConfigChangeHookInput);

    /// <summary>A worktree is needed; the hook makes it and says where it is.</summary>
    public static HookEvent<WorktreeCreateHookInput, WorktreeCreateHookOutput> WorktreeCreate { get; } =
        new("WorktreeCreate", static () => HookJson.Default.WorktreeCreateHookInput);

    /// <summary>A worktree made by a hook is no longer needed.</summary>
    public static HookEvent<WorktreeRemoveHookInput, WorktreeRemoveHookOutput> WorktreeRemove { get; } =
        new("WorktreeRemove", static () => HookJson.Default.WorktreeRemoveHookInput);

    /// <summary>A file of instructions (CLAUDE.md) was loaded. Matched by the reason.</summary>
    public static HookEvent<InstructionsLoadedHookInput, InstructionsLoadedHookOutput> InstructionsLoaded { get; } =
        new("InstructionsLoaded", static () => HookJson.Default.InstructionsLoadedHookInput);

    /// <summary>The working directory of the session changed.</summary>
    public static HookEvent<CwdChangedHookInput, CwdChangedHookOutput> CwdChanged { get; } =
        new("CwdChanged", static () => HookJson.Default.CwdChangedHookInput);

    /// <summary>A watched file changed. Matched by the file's name.</summary>
    public static HookEvent<FileChangedHookInput, FileChangedHookOutput> FileChanged { get; } =
        new("FileChanged", static () => HookJson.Default.FileChangedHookInput);

    /// <summary>A directory was added to the session.</summary>
    public static HookEvent<DirectoryAddedHookInput, DirectoryAddedHookOutput> DirectoryAdded { get; } =
        new("DirectoryAdded", static () => HookJson.Default.DirectoryAddedHookInput);

    /// <summary>Lines of an answer are about to be handed out. A hook can change what is handed out, not what the conversation keeps. Takes no matcher.</summary>
    public static HookEvent<MessageDisplayHookInput, MessageDisplayHookOutput> MessageDisplay { get; } =
        new("MessageDisplay", static () => HookJson.Default.MessageDisplayHookInput);
}
