using System.Text.RegularExpressions;

namespace Nexus.Claude.Server.Sessions;

/// <summary>Takes out of a text what tells about this machine: addresses, paths, keys.</summary>
internal static partial class Redaction
{
    private const int Longest = 2_000;

    /// <summary>A text that a client may see.</summary>
    /// <param name="text">The CLI's text.</param>
    /// <returns>The text.</returns>
    public static string Of(string text)
    {
        var clean = Keys().Replace(text, "[key]");
        clean = Addresses().Replace(clean, "[address]");
        clean = Hosts().Replace(clean, "[address]");
        clean = Paths().Replace(clean, "[path]");
        return clean.Length > Longest ? clean[..Longest] + "..." : clean;
    }

    [GeneratedRegex(@"\bsk-[A-Za-z0-9_\-]{8,}", RegexOptions.CultureInvariant)]
    private static partial Regex Keys();

    [GeneratedRegex(@"\b[a-z][a-z0-9+.\-]*://[^\s""'<>)\]]+", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"(?<![\w.])(?:(?:\d{1,3}\.){3}\d{1,3}|localhost|\[[0-9a-f:]*:[0-9a-f:]*\])(?::\d{1,5})?(?![\w.]*\w)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Hosts();

    [GeneratedRegex(@"(?<![\w/.\\])(?:~?/[\w.@\-]+(?:/[\w.@\-]*)+|[A-Za-z]:\\[^\s""'<>|]+|\\\\[\w.\-]+\\[^\s""'<>|]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Paths();
}
