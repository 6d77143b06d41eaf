using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Inject;

/// <summary>A stored text as it may stand in a prompt: no part of it can end the frame, speak as somebody else, or hide.</summary>
internal static partial class Excerpt
{
    private const string Indent = "\n    ";

    /// <summary>Makes the text harmless. It stays readable: generics, comparisons and HTML keep their signs unless they could close something.</summary>
    public static string Neutralize(string text)
    {
        text = Escapes().Replace(text, "");
        var clean = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            int codePoint = c;
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                codePoint = char.ConvertToUtf32(c, text[i + 1]);
            bool pair = codePoint > 0xFFFF;
            if (TextFolding.IsInvisible(codePoint) || char.IsSurrogate(c) && !pair)
            {
                i += pair ? 1 : 0;
                continue;
            }

            if (c is '\r' || (char.IsControl(c) && c is not ('\n' or '\t')))
                continue;
            if (c is '\u2028' or '\u2029' or '\u0085')
                clean.Append('\n');
            else
                clean.Append(c);
            if (pair)
                clean.Append(text[++i]);
        }

        string safe = Tags().Replace(clean.ToString(), "‹");
        safe = Speakers().Replace(safe, match => match.Value[..^1] + "：");
        return Lines().Replace(safe.Trim(), Indent);
    }

    /// <summary>
    /// The part of the text that says most about the query: whole when it fits, else sentences around what matched, with a note of how much
    /// was cut. Never cuts within a character as a reader sees it.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="terms">What matched.</param>
    /// <param name="budget">The tokens there are.</param>
    /// <param name="count">Counts the tokens of a text.</param>
    public static string Fit(string text, IReadOnlyList<string> terms, int budget, Func<string, int> count)
    {
        if (count(text) <= budget)
            return text;

        var sentences = Sentences(text);
        int best = BestSentence(text, sentences, terms);
        var (from, until) = (sentences[best].Start, sentences[best].End);
        if (count(text[from..until]) > budget)
            return Note(Shorten(text[from..until], budget, count), text.Length);

        // What follows explains more than what came before.
        int left = best, right = best;
        for (bool grew = true; grew;)
        {
            grew = false;
            if (right + 1 < sentences.Count && count(text[from..sentences[right + 1].End]) <= budget)
                (until, right, grew) = (sentences[right + 1].End, right + 1, true);
            if (left > 0 && count(text[sentences[left - 1].Start..until]) <= budget)
                (from, left, grew) = (sentences[left - 1].Start, left - 1, true);
        }

        return Note(text[from..until].Trim(), text.Length);
    }

    private static string Note(string kept, int length) =>
        kept.Length >= length ? kept : string.Create(CultureInfo.InvariantCulture, $"{kept} [cut {length - kept.Length} chars]");

    private static string Shorten(string text, int budget, Func<string, int> count)
    {
        int[] borders = StringInfo.ParseCombiningCharacters(text);
        int low = 0, high = borders.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (count(text[..borders[middle]]) <= budget)
                low = middle;
            else
                high = middle - 1;
        }

        return text[..borders[low]].TrimEnd();
    }

    private static List<(int Start, int End)> Sentences(string text)
    {
        var sentences = new List<(int, int)>();
        int start = 0;
        foreach (var match in SentenceEnds().EnumerateMatches(text))
        {
            int end = match.Index + match.Length;
            if (end > start)
                sentences.Add((start, end));
            start = end;
        }

        if (start < text.Length)
            sentences.Add((start, text.Length));
        return sentences;
    }

    private static int BestSentence(string text, List<(int Start, int End)> sentences, IReadOnlyList<string> terms)
    {
        var wanted = terms.ToHashSet(StringComparer.Ordinal);
        int best = 0, most = -1;
        for (int i = 0; i < sentences.Count; i++)
        {
            var found = new HashSet<string>(StringComparer.Ordinal);
            var sink = new Matching(wanted, found);
            MemoryTokenizer.Tokenize(text[sentences[i].Start..sentences[i].End], ref sink);
            if (found.Count > most)
                (best, most) = (i, found.Count);
        }

        return best;
    }

    private readonly record struct Matching(HashSet<string> Wanted, HashSet<string> Found) : ITokenSink
    {
        public bool Takes(ReadOnlySpan<char> word) => true;

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind)
        {
            string text = token.ToString();
            if (Wanted.Contains(text))
                Found.Add(text);
        }
    }

    [GeneratedRegex(@"\x1B(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1B]*(?:\x07|\x1B\\)|[@-Z\\-_])", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Escapes();

    // What could close or open a frame: a slash after the sign, or a name that means something to the CLI or to us.
    [GeneratedRegex(@"[<\uFF1C\uFE64](?=\s*(?:[/\u2215\u2044\uFF0F]|!|\?|recalled|system|private|persisted|command|local|task|user|human|assistant|function|antml|tool|invoke|instruction))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Tags();

    [GeneratedRegex(@"(?m)^[ \t]*(?:human|assistant|system|user|developer|h|a)\s*[:\uFF1A]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Speakers();

    [GeneratedRegex(@"\s*\n\s*", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Lines();

    [GeneratedRegex(@"[.!?]+[""')\]]*\s+|[。！？；]+[」』”）]*|\n+", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex SentenceEnds();
}
