namespace Nexus.Claude.Permissions;

/// <summary>
/// Folders, and whether a path really lies in one of them. Links and <c>..</c> are followed first. The CLI takes <c>a/link/..</c> for
/// <c>a</c>, the operating system for the folder that the link leads to: a path has to lie inside either way.
/// </summary>
internal sealed class PathRoots
{
    private const int MostLinks = 40;

    private static readonly StringComparison Comparison =
        OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private readonly string[] _roots;

    public PathRoots(IEnumerable<string> roots, string parameter)
    {
        ArgumentNullException.ThrowIfNull(roots, parameter);
        _roots = [.. roots];
        if (_roots.Length == 0)
            throw new ArgumentException("There is no folder.", parameter);
        foreach (var root in _roots)
        {
            if (string.IsNullOrEmpty(root) || !Path.IsPathFullyQualified(root))
                throw new ArgumentException($"'{root}' is not an absolute path.", parameter);
        }
    }

    /// <summary>True when the path, which is absolute, lies in one of the folders, or is one.</summary>
    public bool Contain(string path)
    {
        try
        {
            var lexical = Follow(Path.GetFullPath(path));
            var physical = Follow(path);
            foreach (var root in _roots)
            {
                var real = Follow(Path.GetFullPath(root));
                if (IsIn(lexical, real) && IsIn(physical, real))
                    return true;
            }

            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // What cannot be looked at cannot be vouched for.
            return false;
        }
    }

    /// <summary>The folders, for a message.</summary>
    public override string ToString() => string.Join(", ", _roots);

    private static bool IsIn(string path, string root)
    {
        var folder = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        return path.Equals(root, Comparison) || path.StartsWith(folder, Comparison);
    }

    /// <summary>The path with every link on it followed, whether or not its end exists.</summary>
    private static string Follow(string path)
    {
        var root = Path.GetPathRoot(path)!;
        var current = root;
        var left = new Stack<string>(Segments(path[root.Length..]).Reverse());
        var links = 0;
        while (left.TryPop(out var segment))
        {
            if (segment == "..")
            {
                current = Path.GetDirectoryName(current) ?? Path.GetPathRoot(current)!;
                continue;
            }

            var next = Path.Combine(current, segment);
            if (LinkTarget(next) is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MostLinks)
                throw new IOException($"'{path}' has too many links.");
            if (Path.IsPathRooted(target))
            {
                current = Path.GetPathRoot(Path.GetFullPath(target, current))!;
                target = target[Path.GetPathRoot(target)!.Length..];
            }

            foreach (var part in Segments(target).Reverse())
                left.Push(part);
        }

        return current;
    }

    private static IEnumerable<string> Segments(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(static part => part != ".");

    private static string? LinkTarget(string path)
    {
        // A folder's info also finds links to files and links that lead nowhere.
        var info = new DirectoryInfo(path);
        return info.LinkTarget;
    }
}
