using System.Text.RegularExpressions;

namespace Nexus.Claude.Server.Errors;

/// <summary>Takes addresses, paths and keys of this machine out of texts that come from the CLI.</summary>
internal static partial class Redaction
{
    /// <summary>Takes them out.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text, with a word in place of each.</returns>
    public static string Redact(string text)
    {
        text = Keys().Replace(text, "[key]");
        text = Addresses().Replace(text, "[address]");
        text = Hosts().Replace(text, "[address]");
        return Paths().Replace(text, "$1[path]");
    }

    [GeneratedRegex(@"\b(?:sk|nx|Bearer)[-_ ][A-Za-z0-9_\-]{8,}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Keys();

    [GeneratedRegex(@"\b[a-z][a-z0-9+.\-]*://[^\s'""<>)\]]+", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"\b(?:localhost|\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?\b|\[[0-9a-f:]*::[0-9a-f:]*\](?::\d{1,5})?", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Hosts();

    [GeneratedRegex(@"(^|[\s'""(=:,\[])(?:~?/[\w.@+\-]+(?:/[\w.@+\-]*)+|[A-Za-z]:\\[^\s'"":]+|\\\\[^\s'""]+)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Paths();
}
