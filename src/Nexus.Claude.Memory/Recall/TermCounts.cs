using Nexus.Claude.Memory.Record;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Recall;

/// <summary>Counts the terms of a query in one message after the other. A word that cannot become one of them is not even stemmed.</summary>
internal sealed class TermCounts
{
    private const int Prefixes = 1 << 12;

    private static readonly IrregularStem[] Irregular = [.. EnglishWords.IrregularPairs().Select(pair => new IrregularStem(pair.Form, StemOf(pair.Base)))];

    private readonly WordTable _terms;
    private readonly int[] _counts;
    private readonly bool[] _prefixes = new bool[Prefixes];

    public TermCounts(IReadOnlyList<QueryTerm> terms)
    {
        _terms = new WordTable(terms.Select(term => term.Token));
        _counts = new int[terms.Count];
        foreach (var term in terms)
        {
            string token = term.Token;
            _prefixes[Prefix(token)] = true;
            // A stem of one letter says nothing of the second letter of the word.
            for (char next = 'a'; token.Length == 1 && next <= 'z'; next++)
                _prefixes[Prefix([token[0], next])] = true;
        }

        // "went" begins unlike "go".
        foreach (var (form, stem) in Irregular)
        {
            if (_terms.IndexOf(stem) >= 0)
                _prefixes[Prefix(form)] = true;
        }
    }

    /// <summary>How often the term of this number stands in the message that was counted last.</summary>
    public int this[int term] => _counts[term];

    /// <summary>Counts the terms in a message and in what is known about it.</summary>
    /// <returns>How many tokens its text has.</returns>
    public int Count(MemoryMessage message)
    {
        Array.Clear(_counts);
        var content = new Counting(this);
        var about = new Counting(this);
        IndexTokens.Tokenize(message, ref content, ref about);
        return content.Tokens;
    }

    private static int Prefix(ReadOnlySpan<char> token) => (token[0] * 64 + (token.Length > 1 ? token[1] : 0)) % Prefixes;

    private static string StemOf(string word)
    {
        Span<char> stem = stackalloc char[word.Length + 1];
        word.CopyTo(stem);
        return stem[..PorterStemmer.Stem(stem, word.Length)].ToString();
    }

    private sealed record IrregularStem(string Form, string Stem);

    private struct Counting(TermCounts terms) : ITokenSink
    {
        public int Tokens { get; private set; }

        public bool Takes(ReadOnlySpan<char> word)
        {
            if (terms._prefixes[Prefix(word)])
                return true;
            Tokens++;
            return false;
        }

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind)
        {
            Tokens++;
            if (terms._prefixes[Prefix(token)] && terms._terms.IndexOf(token) is var index and >= 0)
                terms._counts[index]++;
        }
    }
}
