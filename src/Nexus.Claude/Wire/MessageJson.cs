using System.Text.Json.Serialization;

namespace Nexus.Claude.Wire;

/// <summary>The JSON contracts of all messages, made at build time: nothing is found by reflection.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 256,
    Converters =
    [
        typeof(LenientStringConverter),
        typeof(LenientInt32Converter),
        typeof(LenientInt64Converter),
        typeof(LenientDecimalConverter),
        typeof(LenientBooleanConverter),
        typeof(PresentListConverter<string>),
        typeof(PresentListConverter<BackgroundTask>),
        typeof(PresentListConverter<FailedFile>),
        typeof(PresentListConverter<McpResourceLink>),
        typeof(PresentListConverter<McpServerInfo>),
        typeof(PresentListConverter<PermissionDenial>),
        typeof(PresentListConverter<PersistedFile>),
        typeof(PresentListConverter<PluginError>),
        typeof(PresentListConverter<PluginInfo>),
        typeof(PresentListConverter<RecalledMemory>),
        typeof(PresentListConverter<SlashCommand>),
        typeof(PresentListConverter<ToolResultMeta>),
        typeof(PresentListConverter<ToolUseMeta>),
    ])]
[JsonSerializable(typeof(AssistantMessage))]
[JsonSerializable(typeof(UserMessage))]
[JsonSerializable(typeof(ResultMessage))]
[JsonSerializable(typeof(ActiveGoalMessage))]
[JsonSerializable(typeof(AuthStatusMessage))]
[JsonSerializable(typeof(CommandLifecycleMessage))]
[JsonSerializable(typeof(ConversationResetMessage))]
[JsonSerializable(typeof(StreamWarningMessage))]
[JsonSerializable(typeof(PromptSuggestionMessage))]
[JsonSerializable(typeof(RateLimitMessage))]
[JsonSerializable(typeof(StreamEventMessage))]
[JsonSerializable(typeof(ToolProgressMessage))]
[JsonSerializable(typeof(ToolUseSummaryMessage))]
[JsonSerializable(typeof(TranscriptMirrorMessage))]
[JsonSerializable(typeof(ApiRetryMessage))]
[JsonSerializable(typeof(BackgroundTasksChangedMessage))]
[JsonSerializable(typeof(CommandsChangedMessage))]
[JsonSerializable(typeof(CompactBoundaryMessage))]
[JsonSerializable(typeof(ControlRequestProgressMessage))]
[JsonSerializable(typeof(ElicitationCompleteMessage))]
[JsonSerializable(typeof(FilesPersistedMessage))]
[JsonSerializable(typeof(HookProgressMessage))]
[JsonSerializable(typeof(HookResponseMessage))]
[JsonSerializable(typeof(HookStartedMessage))]
[JsonSerializable(typeof(InformationalMessage))]
[JsonSerializable(typeof(InitMessage))]
[JsonSerializable(typeof(LocalCommandOutputMessage))]
[JsonSerializable(typeof(MemoryRecallMessage))]
[JsonSerializable(typeof(MirrorErrorMessage))]
[JsonSerializable(typeof(ModelRefusalFallbackMessage))]
[JsonSerializable(typeof(ModelRefusalNoFallbackMessage))]
[JsonSerializable(typeof(NotificationMessage))]
[JsonSerializable(typeof(PermissionDeniedMessage))]
[JsonSerializable(typeof(PluginInstallMessage))]
[JsonSerializable(typeof(SessionStateChangedMessage))]
[JsonSerializable(typeof(SessionTitleChangedMessage))]
[JsonSerializable(typeof(SessionWritesLostMessage))]
[JsonSerializable(typeof(StatusMessage))]
[JsonSerializable(typeof(TaskNotificationMessage))]
[JsonSerializable(typeof(TaskProgressMessage))]
[JsonSerializable(typeof(TaskStartedMessage))]
[JsonSerializable(typeof(TaskUpdatedMessage))]
[JsonSerializable(typeof(ThinkingTokensMessage))]
[JsonSerializable(typeof(WorkerShuttingDownMessage))]
[JsonSerializable(typeof(TextBlock))]
[JsonSerializable(typeof(ToolUseBlock))]
[JsonSerializable(typeof(ToolResultBlock))]
[JsonSerializable(typeof(ThinkingBlock))]
[JsonSerializable(typeof(AdvisorToolResultBlock))]
[JsonSerializable(typeof(BashCodeExecutionToolResultBlock))]
[JsonSerializable(typeof(CodeExecutionToolResultBlock))]
[JsonSerializable(typeof(CompactionBlock))]
[JsonSerializable(typeof(ContainerUploadBlock))]
[JsonSerializable(typeof(DocumentBlock))]
[JsonSerializable(typeof(ImageBlock))]
[JsonSerializable(typeof(McpToolResultBlock))]
[JsonSerializable(typeof(McpToolUseBlock))]
[JsonSerializable(typeof(RedactedThinkingBlock))]
[JsonSerializable(typeof(ServerToolUseBlock))]
[JsonSerializable(typeof(TextEditorCodeExecutionToolResultBlock))]
[JsonSerializable(typeof(ToolSearchToolResultBlock))]
[JsonSerializable(typeof(WebFetchToolResultBlock))]
[JsonSerializable(typeof(WebSearchToolResultBlock))]
[JsonSerializable(typeof(MessageStartEvent))]
[JsonSerializable(typeof(ContentBlockStartEvent))]
[JsonSerializable(typeof(ContentBlockDeltaEvent))]
[JsonSerializable(typeof(ContentBlockStopEvent))]
[JsonSerializable(typeof(MessageDeltaEvent))]
[JsonSerializable(typeof(MessageStopEvent))]
[JsonSerializable(typeof(PingEvent))]
[JsonSerializable(typeof(ErrorEvent))]
[JsonSerializable(typeof(TextDelta))]
[JsonSerializable(typeof(InputJsonDelta))]
[JsonSerializable(typeof(ThinkingDelta))]
[JsonSerializable(typeof(SignatureDelta))]
[JsonSerializable(typeof(CitationsDelta))]
internal sealed partial class MessageJson : JsonSerializerContext;
