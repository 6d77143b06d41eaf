using System.Text;

namespace Nexus.Claude.Sessions;

/// <summary>A folder's one true path: in full, without symbolic links, in Unicode's composed form.</summary>
internal static class CanonicalPath
{
    /// <summary>As many links as operating systems follow before they call it a loop.</summary>
    private const int MostLinks = 40;

    /// <summary>Resolves a path; what does not exist keeps its name.</summary>
    /// <param name="path">The path; a relative one starts at the current folder.</param>
    /// <returns>The canonical path.</returns>
    public static string Resolve(string path) => Compose(FollowLinks(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))));

    /// <summary>Unicode's composed form (NFC); a path that is not Unicode stays as it is.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The path in that form.</returns>
    public static string Compose(string path)
    {
        try
        {
            return path.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            return path;
        }
    }

    private static string FollowLinks(string full)
    {
        var resolved = Path.GetPathRoot(full) ?? "";
        var left = new Stack<string>();
        Push(left, full[resolved.Length..]);
        var links = 0;
        while (left.TryPop(out var segment))
        {
            if (segment == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }

            var next = Path.Combine(resolved, segment);
            if (TargetOf(next) is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++links > MostLinks)
                return full;
            var root = Path.GetPathRoot(target) ?? "";
            if (root.Length > 0)
                resolved = root;
            Push(left, target[root.Length..]);
        }

        return Path.TrimEndingDirectorySeparator(resolved);
    }

    private static void Push(Stack<string> left, string path)
    {
        char[] separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];
        foreach (var segment in path.Split(separators, StringSplitOptions.RemoveEmptyEntries).Reverse().Where(segment => segment != "."))
            left.Push(segment);
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Whoever may not look at a folder cannot have started a session behind it.
            return null;
        }
    }
}
