using System.Text.Json.Serialization;

namespace Nexus.Claude.Hooks;

/// <summary>The JSON contracts of all inputs of hooks, made at build time.</summary>
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
    ])]
[JsonSerializable(typeof(PreToolUseHookInput))]
[JsonSerializable(typeof(PostToolUseHookInput))]
[JsonSerializable(typeof(PostToolUseFailureHookInput))]
[JsonSerializable(typeof(PostToolBatchHookInput))]
[JsonSerializable(typeof(NotificationHookInput))]
[JsonSerializable(typeof(UserPromptSubmitHookInput))]
[JsonSerializable(typeof(UserPromptExpansionHookInput))]
[JsonSerializable(typeof(SessionStartHookInput))]
[JsonSerializable(typeof(SessionEndHookInput))]
[JsonSerializable(typeof(StopHookInput))]
[JsonSerializable(typeof(StopFailureHookInput))]
[JsonSerializable(typeof(SubagentStartHookInput))]
[JsonSerializable(typeof(SubagentStopHookInput))]
[JsonSerializable(typeof(PreCompactHookInput))]
[JsonSerializable(typeof(PostCompactHookInput))]
[JsonSerializable(typeof(PreModelSwitchHookInput))]
[JsonSerializable(typeof(PostModelSwitchHookInput))]
[JsonSerializable(typeof(PermissionRequestHookInput))]
[JsonSerializable(typeof(PermissionDeniedHookInput))]
[JsonSerializable(typeof(SetupHookInput))]
[JsonSerializable(typeof(TeammateIdleHookInput))]
[JsonSerializable(typeof(TaskCreatedHookInput))]
[JsonSerializable(typeof(TaskCompletedHookInput))]
[JsonSerializable(typeof(ElicitationHookInput))]
[JsonSerializable(typeof(ElicitationResultHookInput))]
[JsonSerializable(typeof(ConfigChangeHookInput))]
[JsonSerializable(typeof(WorktreeCreateHookInput))]
[JsonSerializable(typeof(WorktreeRemoveHookInput))]
[JsonSerializable(typeof(InstructionsLoadedHookInput))]
[JsonSerializable(typeof(CwdChangedHookInput))]
[JsonSerializable(typeof(FileChangedHookInput))]
[JsonSerializable(typeof(DirectoryAddedHookInput))]
[JsonSerializable(typeof(MessageDisplayHookInput))]
[JsonSerializable(typeof(UnknownHookInput))]
internal sealed partial class HookJson : JsonSerializerContext;
