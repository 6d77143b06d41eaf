namespace Nexus.Claude.Memory.Store;

/// <summary>The project of a directory: the root of its git repository, the same for all its worktrees; else the directory itself.</summary>
internal static class Project
{
    /// <summary>The project that a directory belongs to, empty for none. Looks at the file system when the directory is there.</summary>
    public static string Of(string? directory)
    {
        if (string.IsNullOrWhiteSpace(directory))
            return "";
        string? at = directory;
        try
        {
            for (; at is not null; at = Path.GetDirectoryName(at))
            {
                string git = Path.Combine(at, ".git");
                if (Directory.Exists(git))
                    return MemoryPath.Normalize(at);
                if (File.Exists(git))
                    return MemoryPath.Normalize(MainWorktree(git) ?? at);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A directory that cannot be looked into is its own project.
        }

        return MemoryPath.Normalize(directory);
    }

    // "gitdir: /repo/.git/worktrees/name" leads to /repo.
    private static string? MainWorktree(string file)
    {
        string text = File.ReadAllText(file).Trim();
        const string Prefix = "gitdir:";
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        string git = Path.GetFullPath(text[Prefix.Length..].Trim(), Path.GetDirectoryName(file)!);
        string? worktrees = Path.GetDirectoryName(git);
        return Path.GetFileName(worktrees) == "worktrees" && Path.GetDirectoryName(worktrees) is { } common && Path.GetFileName(common) == ".git"
            ? Path.GetDirectoryName(common)
            : null;
    }
}
