namespace Nexus.Claude.Memory.Store;

/// <summary>Paths of any machine, compared as text: the one that recorded may have been another one.</summary>
internal static class MemoryPath
{
    /// <summary>Slashes forward, drive in lower case, no dots and no slash at the end.</summary>
    public static string Normalize(string path)
    {
        bool windows = IsWindows(path);
        var parts = new List<string>();
        foreach (string part in path.Split(windows ? ['/', '\\'] : ['/']))
        {
            if (part is "" or ".")
                continue;
            if (part == ".." && windows && parts is [[_, ':']])
                continue; // There is nothing above a drive.
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
                parts.RemoveAt(parts.Count - 1);
            else
                parts.Add(part);
        }

        string joined = string.Join('/', parts);
        if (path.StartsWith(@"\\", StringComparison.Ordinal))
            return "//" + joined;
        if (joined.Length == 0)
            return path.StartsWith('/') || path.StartsWith('\\') ? "/" : "";
        return windows ? char.ToLowerInvariant(joined[0]) + joined[1..] : path.StartsWith('/') ? "/" + joined : joined;
    }

    /// <summary>True when both name the same place, in the manner of the machine they are from.</summary>
    public static bool Same(string a, string b) => string.Equals(a, b, Comparison(a));

    /// <summary>True when the first is above the second.</summary>
    public static bool IsAbove(string parent, string child) =>
        child.Length > parent.Length && child.StartsWith(parent, Comparison(parent)) && (parent.EndsWith('/') || child[parent.Length] == '/');

    /// <summary>The directory above, null at the top.</summary>
    public static string? Parent(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 || path == "/" ? null : slash == 0 ? "/" : path[..slash];
    }

    /// <summary>True when the machine the path is from does not tell cases apart.</summary>
    public static bool IgnoresCase(string path) => Comparison(path) == StringComparison.OrdinalIgnoreCase;

    public static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static bool IsWindows(string path) =>
        (path.Length >= 2 && char.IsAsciiLetter(path[0]) && path[1] == ':') || path.StartsWith(@"\\", StringComparison.Ordinal)
        || (!path.Contains('/', StringComparison.Ordinal) && path.Contains('\\', StringComparison.Ordinal));

    // Windows does not tell cases apart; elsewhere they are different files.
    private static StringComparison Comparison(string path) =>
        path.Length >= 2 && path[1] == ':' || path.StartsWith("//", StringComparison.Ordinal) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
