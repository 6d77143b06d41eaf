namespace Nexus.Claude;

/// <summary>Which sessions <see cref="ClaudeSessions.ListAsync"/> returns.</summary>
public sealed record SessionListOptions
{
    /// <summary>The most sessions to return; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>How many to pass over, newest first. Default 0.</summary>
    public int Offset { get; init; }

    /// <summary>
    /// True (the default) adds the sessions of the other git worktrees of the project's repository. Only for transcripts on this machine,
    /// and only when <see cref="ClaudeSessions"/> is for one project.
    /// </summary>
    public bool IncludeWorktrees { get; init; } = true;

    /// <summary>
    /// True (the default) includes sessions that a program started, such as this SDK; false leaves those of people at a terminal.
    /// Only for transcripts on this machine.
    /// </summary>
    public bool IncludeProgrammatic { get; init; } = true;
}

/// <summary>Which messages <see cref="ClaudeSessions.GetMessagesAsync"/> returns.</summary>
public sealed record SessionMessageOptions
{
    /// <summary>The most messages to return; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>How many to pass over, oldest first. Default 0.</summary>
    public int Offset { get; init; }

    /// <summary>True includes notices of the CLI, such as where the conversation was compacted. Default false.</summary>
    public bool IncludeSystemMessages { get; init; }
}
