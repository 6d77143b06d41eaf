namespace Nexus.Claude;

/// <summary>A session as a list shows it.</summary>
public sealed record SessionInfo
{
    /// <summary>Its id, a UUID; <see cref="ClaudeOptions.Resume"/> takes it.</summary>
    public required string SessionId { get; init; }

    /// <summary>One line for people: the title it was given, else one made by the CLI, else the last or the first prompt.</summary>
    public required string Summary { get; init; }

    /// <summary>When something was written to it last, by the clock of the file system or the store.</summary>
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>When it began; null when its first entries do not say.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The size of its file in bytes; null for a session in a store.</summary>
    public long? FileSize { get; init; }

    /// <summary>The title that somebody gave it; null when nobody did.</summary>
    public string? CustomTitle { get; init; }

    /// <summary>The first prompt, on one line of at most 200 characters; null when none is found at its beginning.</summary>
    public string? FirstPrompt { get; init; }

    /// <summary>The git branch at its end; null when it was not in a repository.</summary>
    public string? GitBranch { get; init; }

    /// <summary>The folder that it was started in.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Its tag; null when it has none.</summary>
    public string? Tag { get; init; }
}
