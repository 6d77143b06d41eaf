using System.Text;
using System.Text.RegularExpressions;

namespace Nexus.Claude.Memory.Privacy;

/// <summary>
/// Takes out what is not meant to be kept: <c>&lt;private&gt;</c> spans, and what was never said by anybody, such as reminders of the CLI
/// and what memory itself put into an earlier prompt. A span that is not closed goes to the end.
/// </summary>
internal static partial class PrivateSpans
{
    /// <summary>The text without such spans; the same instance when there are none.</summary>
    public static string Remove(string text)
    {
        if (!text.Contains('<', StringComparison.Ordinal))
            return text;

        StringBuilder? kept = null;
        int copied = 0;
        string? open = null;
        int depth = 0;
        foreach (var tag in Tags().EnumerateMatches(text))
        {
            bool closes = text[tag.Index + 1] == '/';
            string name = NameOf(text.AsSpan(tag.Index, tag.Length));
            if (open is null)
            {
                kept ??= new StringBuilder(text.Length);
                kept.Append(text, copied, tag.Index - copied);
                copied = tag.Index + tag.Length;
                if (!closes)
                    (open, depth) = (name, 1);
            }
            else if (name == open)
            {
                depth += closes ? -1 : 1;
                copied = tag.Index + tag.Length;
                if (depth == 0)
                    open = null;
            }
        }

        if (kept is null)
            return text;
        if (open is null)
            kept.Append(text, copied, text.Length - copied);
        return kept.ToString();
    }

    private static string NameOf(ReadOnlySpan<char> tag)
    {
        var name = tag.TrimStart("</ \t\r\n");
        int end = 0;
        while (char.IsAsciiLetter(name[end]) || name[end] == '-')
            end++;
        return name[..end].ToString().ToLowerInvariant();
    }

    [GeneratedRegex(@"<\s*/?\s*(?:private|recalled-context|system-reminder|persisted-output|local-command-stdout|task-notification)(?=[\s>/])[^<>]*>",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Tags();
}
