using System.Text.RegularExpressions;
using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Privacy;

/// <summary>The files whose contents are not kept.</summary>
internal sealed class IgnoredFiles
{
    /// <summary>A file of a project that names more of them, one glob a line.</summary>
    public const string FileName = ".nexusmemoryignore";

    private readonly List<Regex> _globs;

    public IgnoredFiles(IEnumerable<string> globs) => _globs = [.. globs.Select(ToExpression)];

    private IgnoredFiles(List<Regex> globs) => _globs = globs;

    /// <summary>With what the project's own list adds.</summary>
    public IgnoredFiles With(string? directory)
    {
        if (directory is null)
            return this;
        try
        {
            string path = Path.Combine(directory, FileName);
            if (!File.Exists(path))
                return this;
            var more = File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(ToExpression);
            return new IgnoredFiles([.. _globs, .. more]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A list that cannot be read may name anything.
            return new IgnoredFiles([ToExpression("**")]);
        }
    }

    public bool Contains(string file)
    {
        string path = MemoryPath.Normalize(file);
        return _globs.Exists(glob => glob.IsMatch(path));
    }

    // A glob without a slash names files wherever they are, one with a slash a place.
    private static Regex ToExpression(string glob)
    {
        string pattern = Regex.Escape(glob.Trim().Replace('\\', '/'))
            .Replace(@"\*\*/", "(?:.*/)?", StringComparison.Ordinal)
            .Replace(@"\*\*", ".*", StringComparison.Ordinal)
            .Replace(@"\*", "[^/]*", StringComparison.Ordinal)
            .Replace(@"\?", "[^/]", StringComparison.Ordinal);
        return new Regex($"(?:^|/){pattern.TrimStart('/')}(?:/.*)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }
}
