using System.Text.Json;

namespace Nexus.Claude;

/// <summary>The answer to <see cref="HookEvent.ConfigChange"/>.</summary>
public sealed record ConfigChangeHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.ConfigChange;

    /// <summary>Keeps the change from taking effect in this session.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The answer.</returns>
    public static ConfigChangeHookOutput Block(string reason) => new() { Decision = HookDecision.Block, Reason = reason };
}

/// <summary>The answer to <see cref="HookEvent.InstructionsLoaded"/>.</summary>
public sealed record InstructionsLoadedHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.InstructionsLoaded;
}

/// <summary>The answer to <see cref="HookEvent.WorktreeCreate"/>.</summary>
public sealed record WorktreeCreateHookOutput : HookOutput
{
    /// <summary>The full path of the worktree that the hook has made. The CLI cannot do without it.</summary>
    public required string WorktreePath { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.WorktreeCreate;

    private protected override bool HasSpecifics => true;

    internal override string? FindMistake() => string.IsNullOrEmpty(WorktreePath) ? "WorktreePath is empty" : base.FindMistake();

    private protected override void WriteSpecifics(Utf8JsonWriter json) => json.WriteString("worktreePath"u8, WorktreePath);
}

/// <summary>The answer to <see cref="HookEvent.WorktreeRemove"/>.</summary>
public sealed record WorktreeRemoveHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.WorktreeRemove;
}

/// <summary>The answer to <see cref="HookEvent.CwdChanged"/>.</summary>
public sealed record CwdChangedHookOutput : HookOutput
{
    /// <summary>Files whose changes are to be told to <see cref="HookEvent.FileChanged"/> from now on; null keeps those so far.</summary>
    public IReadOnlyList<string>? WatchPaths { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.CwdChanged;

    private protected override bool HasSpecifics => WatchPaths is not null;

    private protected override void WriteSpecifics(Utf8JsonWriter json) => WriteTexts(json, "watchPaths", WatchPaths);
}

/// <summary>The answer to <see cref="HookEvent.FileChanged"/>.</summary>
public sealed record FileChangedHookOutput : HookOutput
{
    /// <summary>Files whose changes are to be told from now on; null keeps those so far.</summary>
    public IReadOnlyList<string>? WatchPaths { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.FileChanged;

    private protected override bool HasSpecifics => WatchPaths is not null;

    private protected override void WriteSpecifics(Utf8JsonWriter json) => WriteTexts(json, "watchPaths", WatchPaths);
}

/// <summary>The answer to <see cref="HookEvent.DirectoryAdded"/>.</summary>
public sealed record DirectoryAddedHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.DirectoryAdded;
}
