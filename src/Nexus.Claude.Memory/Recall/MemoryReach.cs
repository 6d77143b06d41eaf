namespace Nexus.Claude.Memory;

/// <summary>How far a search goes from the directory it is made in. It never leaves the scope.</summary>
public enum MemoryReach
{
    /// <summary>
    /// The project of the directory, the projects above and below it, and those beside it. Without a directory: what was recorded without one.
    /// </summary>
    Nearby,

    /// <summary>The project of the directory alone: its git repository with all worktrees, or the directory itself.</summary>
    Project,

    /// <summary>All projects of the scope.</summary>
    Everywhere,
}
