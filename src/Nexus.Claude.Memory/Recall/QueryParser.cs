using System.Buffers;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Recall;

/// <summary>What a prompt asks: the user's own words count fully, of what was pasted only names, paths and codes, and those less.</summary>
internal static class QueryParser
{
    private const int LongestOwn = 8_000;
    private const int LongestPasted = 16_000;
    private const int MostTerms = 256;
    private const double PastedWeight = 0.3;
    private const double FileWeight = 0.3;
    private const double ExactNameWeight = 1.5;
    private const int LongestNumber = 12;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>The terms of the text and of the files.</summary>
    public static IReadOnlyList<QueryTerm> Parse(string text, IReadOnlyList<string> files)
    {
        var (own, pasted) = Divide(text);
        var terms = new Collector();
        var sink = new OwnWords(terms, KeepStopWords: false);
        MemoryTokenizer.Tokenize(own, ref sink);
        if (terms.Count == 0)
        {
            // Nothing else is left to search for.
            sink = new OwnWords(terms, KeepStopWords: true);
            MemoryTokenizer.Tokenize(own, ref sink);
        }

        var pastedSink = new PastedNames(terms, PastedWeight);
        MemoryTokenizer.Tokenize(pasted, ref pastedSink);
        var fileSink = new PastedNames(terms, FileWeight);
        foreach (string file in files)
            MemoryTokenizer.Tokenize(MemoryFileName(file), ref fileSink);
        return terms.ToList();
    }

    private static string MemoryFileName(string file) => file[(file.LastIndexOfAny(['/', '\\']) + 1)..];

    // Fenced blocks, quoted lines and the lines of logs and stack traces were pasted.
    private static (string Own, string Pasted) Divide(string text)
    {
        if (text.Length <= 200 && !text.Contains("```", StringComparison.Ordinal))
            return (text, "");

        var own = new System.Text.StringBuilder();
        var pasted = new System.Text.StringBuilder();
        bool fenced = false;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var trimmed = line.Trim();
            if (trimmed.StartsWith("```") || trimmed.StartsWith("~~~"))
            {
                fenced = !fenced;
                continue;
            }

            var target = fenced || LooksPasted(trimmed) ? pasted : own;
            int room = (target == own ? LongestOwn * 4 : LongestPasted) - target.Length;
            if (room > 0)
                target.Append(line[..Math.Min(room, line.Length)]).Append('\n');
        }

        string asked = own.ToString();
        // A question stands before what it is about, or after it.
        if (asked.Length > LongestOwn)
            asked = string.Concat(asked.AsSpan(0, LongestOwn / 2), "\n", asked.AsSpan(asked.Length - LongestOwn / 2));
        return (asked, pasted.ToString());
    }

    private static bool LooksPasted(ReadOnlySpan<char> line)
    {
        if (line.StartsWith(">") || line.StartsWith("at ") || line.StartsWith("--- ") || line.StartsWith("+++ ") || line.StartsWith("@@ "))
            return true;
        // "2026-11-20 14:02:11 ..." and "[14:02:11] ..."
        if (line.Length > 10 && (char.IsAsciiDigit(line[0]) || line[0] == '[') && line[..10].Count(':') + line[..10].Count('-') >= 2)
            return true;
        return line.Length > 200 && line.Count(' ') < line.Length / 40 && line.IndexOfAnyInRange('\u3040', '\uD7A3') < 0;
    }

    private sealed class Collector
    {
        private readonly Dictionary<string, QueryTerm> _terms = new(StringComparer.Ordinal);
        private readonly List<string> _order = [];

        public int Count => _order.Count;

        public void Add(ReadOnlySpan<char> token, double weight, TokenKind kind)
        {
            var lookup = _terms.GetAlternateLookup<ReadOnlySpan<char>>();
            if (lookup.TryGetValue(token, out var known))
            {
                if (weight > known.Weight)
                    _terms[known.Token] = known with { Weight = weight };
                return;
            }

            if (_order.Count >= MostTerms)
                return;
            string text = token.ToString();
            _terms.Add(text, new QueryTerm(text, weight, kind));
            _order.Add(text);
        }

        public List<QueryTerm> ToList() => [.. _order.Select(token => _terms[token])];
    }

    private readonly record struct OwnWords(Collector Terms, bool KeepStopWords) : ITokenSink
    {
        public bool Takes(ReadOnlySpan<char> word) => true;

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind)
        {
            if (!KeepStopWords && kind is TokenKind.Word or TokenKind.Ideographs && EnglishWords.IsStopWord(surface))
                return;
            Terms.Add(token, kind == TokenKind.Code ? ExactNameWeight : 1, kind);
        }
    }

    private readonly record struct PastedNames(Collector Terms, double Weight) : ITokenSink
    {
        public bool Takes(ReadOnlySpan<char> word) => true;

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind)
        {
            bool noise = token.Length > LongestNumber && token.IndexOfAnyExcept(Hexadecimal) < 0;
            if (kind == TokenKind.Code && !noise)
                Terms.Add(token, Weight, kind);
        }
    }
}
