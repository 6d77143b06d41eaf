using System.Buffers;
using System.Text.RegularExpressions;

namespace Nexus.Claude.Memory.Privacy;

/// <summary>Text that gives orders to a model. It is kept, but recalled last, and labelled.</summary>
internal static partial class Suspicion
{
    private const int Longest = 20_000;
    private const int LongestWord = 200;

    // Almost no message gives orders: one pass tells whether the expression has to be tried.
    private static readonly SearchValues<string> Hints = SearchValues.Create(
        ["ignore", "disregard", "forget", "override", "must now", "system prompt", "do not", "curl", "wget"], StringComparison.OrdinalIgnoreCase);

    public static bool IsRaisedBy(string text)
    {
        var looked = text.AsSpan(0, Math.Min(text.Length, Longest));
        // The Chinese hints apart: with them the framework searches letter by letter.
        return (looked.ContainsAny(Hints) || looked.Contains("忽略", StringComparison.Ordinal) || looked.Contains("不要告诉", StringComparison.Ordinal) || HasLongWord(looked))
            && Orders().IsMatch(looked);
    }

    private static bool HasLongWord(ReadOnlySpan<char> text)
    {
        for (int at = LongestWord - 1; at < text.Length;)
        {
            // Whatever is that long holds no white space at one of these places.
            int space = text.Slice(at - LongestWord + 1, LongestWord).LastIndexOfAny(' ', '\n', '\t');
            if (space < 0)
                return true;
            at += space + 1;
        }

        return false;
    }

    [GeneratedRegex(
        @"\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|your\s+)*(?:previous|prior|above|earlier|preceding|system)\s+(?:instruction|prompt|message|rule|direction)"
        + @"|\byou\s+must now\b|\bnew\s+system prompt\b|\b(?:reveal|print|repeat|leak)\s+(?:your|the)\s+system\s+prompt"
        + @"|\bdo not\s+(?:tell|inform|mention\s+(?:this|it)\s+to)\s+the\s+user\b|\b(?:curl|wget)\b[^\n|]{0,200}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b"
        + @"|忽略(?:之前|以上|所有|前面)[^\n]{0,8}(?:指令|提示|要求)|不要告诉用户|[A-Za-z0-9+/]{200,}={0,2}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Orders();
}
