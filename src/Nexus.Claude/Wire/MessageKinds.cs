using System.Text.Json.Serialization.Metadata;

namespace Nexus.Claude.Wire;

/// <summary>Finds the contract of a message by its discriminators, without making strings of them.</summary>
internal static class MessageKinds
{
    /// <summary>The contract, or null when the kind is not known.</summary>
    internal static JsonTypeInfo? Find(ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype)
    {
        var json = MessageJson.Default;
        if (type.SequenceEqual("system"u8))
            return FindSystem(json, subtype);
        if (type.SequenceEqual("assistant"u8))
            return json.AssistantMessage;
        if (type.SequenceEqual("user"u8))
            return json.UserMessage;
        if (type.SequenceEqual("result"u8))
            return json.ResultMessage;
        if (type.SequenceEqual("active_goal"u8))
            return json.ActiveGoalMessage;
        if (type.SequenceEqual("auth_status"u8))
            return json.AuthStatusMessage;
        if (type.SequenceEqual("command_lifecycle"u8))
            return json.CommandLifecycleMessage;
        if (type.SequenceEqual("conversation_reset"u8))
            return json.ConversationResetMessage;
        if (type.SequenceEqual("prompt_suggestion"u8))
            return json.PromptSuggestionMessage;
        if (type.SequenceEqual("rate_limit_event"u8))
            return json.RateLimitMessage;
        if (type.SequenceEqual("stream_event"u8))
            return json.StreamEventMessage;
        if (type.SequenceEqual("tool_progress"u8))
            return json.ToolProgressMessage;
        if (type.SequenceEqual("tool_use_summary"u8))
            return json.ToolUseSummaryMessage;
        if (type.SequenceEqual("transcript_mirror"u8))
            return json.TranscriptMirrorMessage;
        return null;
    }

    private static JsonTypeInfo? FindSystem(MessageJson json, ReadOnlySpan<byte> subtype)
    {
        if (subtype.SequenceEqual("api_retry"u8))
            return json.ApiRetryMessage;
        if (subtype.SequenceEqual("background_tasks_changed"u8))
            return json.BackgroundTasksChangedMessage;
        if (subtype.SequenceEqual("commands_changed"u8))
            return json.CommandsChangedMessage;
        if (subtype.SequenceEqual("compact_boundary"u8))
            return json.CompactBoundaryMessage;
        if (subtype.SequenceEqual("control_request_progress"u8))
            return json.ControlRequestProgressMessage;
        if (subtype.SequenceEqual("elicitation_complete"u8))
            return json.ElicitationCompleteMessage;
        if (subtype.SequenceEqual("files_persisted"u8))
            return json.FilesPersistedMessage;
        if (subtype.SequenceEqual("hook_progress"u8))
            return json.HookProgressMessage;
        if (subtype.SequenceEqual("hook_response"u8))
            return json.HookResponseMessage;
        if (subtype.SequenceEqual("hook_started"u8))
            return json.HookStartedMessage;
        if (subtype.SequenceEqual("informational"u8))
            return json.InformationalMessage;
        if (subtype.SequenceEqual("init"u8))
            return json.InitMessage;
        if (subtype.SequenceEqual("local_command_output"u8))
            return json.LocalCommandOutputMessage;
        if (subtype.SequenceEqual("memory_recall"u8))
            return json.MemoryRecallMessage;
        if (subtype.SequenceEqual("mirror_error"u8))
            return json.MirrorErrorMessage;
        if (subtype.SequenceEqual("model_refusal_fallback"u8))
            return json.ModelRefusalFallbackMessage;
        if (subtype.SequenceEqual("model_refusal_no_fallback"u8))
            return json.ModelRefusalNoFallbackMessage;
        if (subtype.SequenceEqual("notification"u8))
            return json.NotificationMessage;
        if (subtype.SequenceEqual("permission_denied"u8))
            return json.PermissionDeniedMessage;
        if (subtype.SequenceEqual("plugin_install"u8))
            return json.PluginInstallMessage;
        if (subtype.SequenceEqual("session_state_changed"u8))
            return json.SessionStateChangedMessage;
        if (subtype.SequenceEqual("session_title_changed"u8))
            return json.SessionTitleChangedMessage;
        if (subtype.SequenceEqual("session_writes_lost"u8))
            return json.SessionWritesLostMessage;
        if (subtype.SequenceEqual("status"u8))
            return json.StatusMessage;
        if (subtype.SequenceEqual("task_notification"u8))
            return json.TaskNotificationMessage;
        if (subtype.SequenceEqual("task_progress"u8))
            return json.TaskProgressMessage;
        if (subtype.SequenceEqual("task_started"u8))
            return json.TaskStartedMessage;
        if (subtype.SequenceEqual("task_updated"u8))
            return json.TaskUpdatedMessage;
        if (subtype.SequenceEqual("thinking_tokens"u8))
            return json.ThinkingTokensMessage;
        if (subtype.SequenceEqual("worker_shutting_down"u8))
            return json.WorkerShuttingDownMessage;
        return null;
    }
}
