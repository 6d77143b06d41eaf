using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Security;

/// <summary>
/// Checks the folder that a request names to work in. Links and <c>..</c> are followed first: what counts is where the process really ends
/// up. The checked path is the one that is used, so a link that is changed afterwards leads nowhere else.
/// </summary>
internal static class WorkingDirectories
{
    private const int MostLinks = 40;

    private static readonly StringComparison Comparison =
        OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Checks a folder.</summary>
    /// <param name="caller">Who names it.</param>
    /// <param name="path">The folder as the client wrote it.</param>
    /// <param name="param">The request's member that it comes from, for errors.</param>
    /// <returns>Its real path.</returns>
    /// <exception cref="GatewayException">It is no absolute path (400), or the caller may not work in it, whether or not it exists (403).</exception>
    public static string Resolve(Caller caller, string path, string param)
    {
        if (!Path.IsPathFullyQualified(path))
            throw GatewayException.Invalid(param, $"'{param}' must be an absolute path.");
        if (Follow(path) is { } real && caller.Policy.WorkingDirectories.Any(root => Follow(root) is { } realRoot && IsIn(real, realRoot)) && Directory.Exists(real))
            return real;

        // One answer for all of it, or the difference would tell which folders there are.
        throw new GatewayException(
            403, "invalid_request_error", "working_directory_not_allowed",
            $"The folder named by '{param}' does not exist, or this key may not work in it. Its operator allows folders for each key.", param);
    }

    private static bool IsIn(string path, string root)
    {
        var folder = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        return path.Equals(root, Comparison) || path.StartsWith(folder, Comparison);
    }

    /// <summary>The path with every link on it followed; null when it cannot be looked at.</summary>
    private static string? Follow(string path)
    {
        try
        {
            var root = Path.GetPathRoot(path)!;
            var current = root;
            var left = new Stack<string>(Segments(path[root.Length..]).Reverse());
            for (var links = 0; left.TryPop(out var segment);)
            {
                if (segment == "..")
                {
                    current = Path.GetDirectoryName(current) ?? Path.GetPathRoot(current)!;
                    continue;
                }

                var next = Path.Combine(current, segment);
                if (new DirectoryInfo(next).LinkTarget is not { } target)
                {
                    current = next;
                    continue;
                }

                if (++links > MostLinks)
                    return null;
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
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // What cannot be looked at cannot be vouched for.
            return null;
        }
    }

    private static IEnumerable<string> Segments(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(static part => part != ".");
}
