using System.Text.Json;

namespace Nexus.Claude.Hooks;

/// <summary>What is known about an event beside its types.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Read">Reads its input.</param>
internal sealed record HookEventFacts(string Name, Func<JsonElement, HookInput> Read)
{
    /// <summary>How it says no, given the reason; null when it cannot.</summary>
    public Func<string, HookOutput>? Refuse { get; init; }

    /// <summary>True when a hook that fails has to say no.</summary>
    public bool IsGate { get; init; }

    /// <summary>True when the CLI compares a matcher with something of the event.</summary>
    public bool TakesMatcher { get; init; } = true;
}

/// <summary>The facts of all events.</summary>
internal static class HookEvents
{
    private static readonly Dictionary<string, HookEventFacts> ByName = All().ToDictionary(facts => facts.Name);

    /// <summary>The names of all known events.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>The facts of an event; null when its name is not known.</summary>
    public static HookEventFacts? Find(string name) => ByName.GetValueOrDefault(name);

    private static IEnumerable<HookEventFacts> All() =>
    [
        Of(HookEvent.PreToolUse) with { Refuse = PreToolUseHookOutput.Deny, IsGate = true },
        Of(HookEvent.PostToolUse) with { Refuse = PostToolUseHookOutput.Block },
        Of(HookEvent.PostToolUseFailure),
        Of(HookEvent.PostToolBatch) with { Refuse = PostToolBatchHookOutput.Block, TakesMatcher = false },
        Of(HookEvent.Notification),
        Of(HookEvent.UserPromptSubmit) with { Refuse = UserPromptSubmitHookOutput.Block, IsGate = true, TakesMatcher = false },
        Of(HookEvent.UserPromptExpansion) with { Refuse = UserPromptExpansionHookOutput.Block, IsGate = true },
        Of(HookEvent.SessionStart),
        Of(HookEvent.SessionEnd),
        Of(HookEvent.Stop) with { TakesMatcher = false },
        Of(HookEvent.StopFailure),
        Of(HookEvent.SubagentStart),
        Of(HookEvent.SubagentStop),
        Of(HookEvent.PreCompact) with { Refuse = PreCompactHookOutput.Block },
        Of(HookEvent.PostCompact),
        Of(HookEvent.PreModelSwitch) with { Refuse = PreModelSwitchHookOutput.Deny, IsGate = true },
        Of(HookEvent.PostModelSwitch),
        Of(HookEvent.PermissionRequest) with { Refuse = static reason => PermissionRequestHookOutput.Deny(reason), IsGate = true },
        Of(HookEvent.PermissionDenied),
        Of(HookEvent.Setup),
        Of(HookEvent.TeammateIdle) with { TakesMatcher = false },
        Of(HookEvent.TaskCreated) with { Refuse = TaskCreatedHookOutput.Block, TakesMatcher = false },
        Of(HookEvent.TaskCompleted) with { TakesMatcher = false },
        Of(HookEvent.Elicitation) with { Refuse = ElicitationHookOutput.Decline, IsGate = true },
        Of(HookEvent.ElicitationResult) with { Refuse = ElicitationResultHookOutput.Decline, IsGate = true },
        Of(HookEvent.ConfigChange) with { Refuse = ConfigChangeHookOutput.Block, IsGate = true },
        Of(HookEvent.WorktreeCreate) with { TakesMatcher = false },
        Of(HookEvent.WorktreeRemove) with { TakesMatcher = false },
        Of(HookEvent.InstructionsLoaded),
        Of(HookEvent.CwdChanged) with { TakesMatcher = false },
        Of(HookEvent.FileChanged),
        Of(HookEvent.DirectoryAdded),
        Of(HookEvent.MessageDisplay) with { TakesMatcher = false },
    ];

    private static HookEventFacts Of<TInput, TOutput>(HookEvent<TInput, TOutput> hookEvent)
        where TInput : HookInput
        where TOutput : HookOutput => new(hookEvent.Name.Value, hookEvent.Read);
}
