using System.Text.Json;

namespace Nexus.Claude;

/// <summary>The answer to <see cref="HookEvent.SessionStart"/>.</summary>
public sealed record SessionStartHookOutput : ContextHookOutput
{
    /// <summary>A first prompt.</summary>
    public string? InitialUserMessage { get; init; }

    /// <summary>A title for the session.</summary>
    public string? SessionTitle { get; init; }

    /// <summary>Files whose changes are to be told to <see cref="HookEvent.FileChanged"/>; null for none.</summary>
    public IReadOnlyList<string>? WatchPaths { get; init; }

    /// <summary>True looks for skills and commands again. Default false.</summary>
    public bool ReloadSkills { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.SessionStart;

    private protected override bool HasSpecifics =>
        base.HasSpecifics || InitialUserMessage is not null || SessionTitle is not null || WatchPaths is not null || ReloadSkills;

    private protected override void WriteSpecifics(Utf8JsonWriter json)
    {
        base.WriteSpecifics(json);
        WriteText(json, "initialUserMessage", InitialUserMessage);
        WriteText(json, "sessionTitle", SessionTitle);
        WriteTexts(json, "watchPaths", WatchPaths);
        if (ReloadSkills)
            json.WriteBoolean("reloadSkills"u8, true);
    }
}

/// <summary>The answer to <see cref="HookEvent.SessionEnd"/>.</summary>
public sealed record SessionEndHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.SessionEnd;
}

/// <summary>The answer to <see cref="HookEvent.Setup"/>.</summary>
public sealed record SetupHookOutput : ContextHookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.Setup;
}

/// <summary>The answer to <see cref="HookEvent.PreCompact"/>.</summary>
public sealed record PreCompactHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.PreCompact;

    /// <summary>Keeps the conversation from being summarised.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The answer.</returns>
    public static PreCompactHookOutput Block(string reason) => new() { Decision = HookDecision.Block, Reason = reason };
}

/// <summary>The answer to <see cref="HookEvent.PostCompact"/>.</summary>
public sealed record PostCompactHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.PostCompact;
}

/// <summary>The answer to <see cref="HookEvent.PreModelSwitch"/>.</summary>
public sealed record PreModelSwitchHookOutput : HookOutput
{
    /// <summary>Whether the model changes; null for no opinion. <see cref="HookPermissionDecision.Ask"/> refuses when there is nobody to ask.</summary>
    public HookPermissionDecision? PermissionDecision { get; init; }

    /// <summary>Why.</summary>
    public string? PermissionDecisionReason { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.PreModelSwitch;

    private protected override bool HasSpecifics => PermissionDecision is not null || PermissionDecisionReason is not null;

    /// <summary>Lets the model change.</summary>
    /// <returns>The answer.</returns>
    public static PreModelSwitchHookOutput Allow() => new() { PermissionDecision = HookPermissionDecision.Allow };

    /// <summary>Keeps the model as it is.</summary>
    /// <param name="reason">Why; <see cref="ClaudeClient.SetModelAsync"/> fails with it.</param>
    /// <returns>The answer.</returns>
    public static PreModelSwitchHookOutput Deny(string reason) =>
        new() { PermissionDecision = HookPermissionDecision.Deny, PermissionDecisionReason = reason };

    internal override string? FindMistake() =>
        PermissionDecision is { Value: not ("allow" or "deny" or "ask") } unknown
            ? $"'{unknown}' is no decision about a change of the model"
            : base.FindMistake();

    private protected override void WriteSpecifics(Utf8JsonWriter json)
    {
        WriteText(json, "permissionDecision", PermissionDecision?.Value);
        WriteText(json, "permissionDecisionReason", PermissionDecisionReason);
    }
}

/// <summary>The answer to <see cref="HookEvent.PostModelSwitch"/>.</summary>
public sealed record PostModelSwitchHookOutput : ContextHookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.PostModelSwitch;
}
