namespace Nexus.Claude.Sessions;

/// <summary>Finds the worktrees of a repository by git's own files, without running git.</summary>
internal static class GitWorktrees
{
    /// <summary>All worktrees of the repository that a folder lies in.</summary>
    /// <param name="directory">A folder in any of them.</param>
    /// <returns>The roots of the worktrees; none outside of a repository.</returns>
    public static IReadOnlyList<string> Of(string directory)
    {
        try
        {
            return CommonDirectoryOf(directory) is { } common ? Roots(common) : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? CommonDirectoryOf(string directory)
    {
        for (var folder = Path.GetFullPath(directory); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var dotGit = Path.Combine(folder, ".git");
            if (Directory.Exists(dotGit))
                return dotGit;
            if (!File.Exists(dotGit))
                continue;
            const string prefix = "gitdir:";
            var line = FirstLine(dotGit);
            if (line is null || !line.StartsWith(prefix, StringComparison.Ordinal))
                return null;
            var own = Path.GetFullPath(line[prefix.Length..].Trim(), folder);
            return FirstLine(Path.Combine(own, "commondir")) is { } common ? Path.GetFullPath(common, own) : own;
        }

        return null;
    }

    private static List<string> Roots(string common)
    {
        List<string> roots = [];
        if (Path.GetFileName(Path.TrimEndingDirectorySeparator(common)) == ".git" && Path.GetDirectoryName(common) is { } main)
            roots.Add(main);
        var others = Path.Combine(common, "worktrees");
        if (!Directory.Exists(others))
            return roots;
        foreach (var worktree in Directory.EnumerateDirectories(others))
        {
            if (FirstLine(Path.Combine(worktree, "gitdir")) is { } dotGit && Path.GetDirectoryName(Path.GetFullPath(dotGit, worktree)) is { } root)
                roots.Add(root);
        }

        return roots;
    }

    private static string? FirstLine(string path) => File.Exists(path) ? File.ReadLines(path).FirstOrDefault()?.Trim() : null;
}
