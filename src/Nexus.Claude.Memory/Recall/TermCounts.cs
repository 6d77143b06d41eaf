using Nexus.Claude.Memory.Record;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Recall;

/// <summary>Counts the terms of a query in one message after the other. What cannot become one of them is not even cut.</summary>
internal sealed class TermCounts
{
    private static readonly Dictionary<string, List<string>> IrregularForms = MakeIrregularForms();

    private readonly WordTable _terms;
    private readonly int[] _counts;
    private readonly WantedBeginnings _beginnings = new();

    public TermCounts(IReadOnlyList<QueryTerm> terms)
    {
        _terms = new WordTable(terms.Select(term => term.Token));
        _counts = new int[terms.Count];
        foreach (var term in terms)
        {
            _beginnings.AddToken(term.Token);
            // "went" begins unlike "go".
            foreach (string form in IrregularForms.GetValueOrDefault(term.Token) ?? [])
                _beginnings.AddWord(form);
        }
    }

    /// <summary>How often the term of this number stands in the message that was counted last.</summary>
    public int this[int term] => _counts[term];

    /// <summary>Counts the terms in a message and in what is known about it.</summary>
    public void Count(MemoryMessage message)
    {
        Array.Clear(_counts);
        var counting = new Counting(this);
        IndexTokens.Find(message, _beginnings, ref counting);
    }

    private static Dictionary<string, List<string>> MakeIrregularForms()
    {
        var forms = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (form, word) in EnglishWords.IrregularPairs())
        {
            string stem = StemOf(word);
            if (!forms.TryGetValue(stem, out var known))
                forms.Add(stem, known = []);
            known.Add(form);
        }

        return forms;
    }

    private static string StemOf(string word)
    {
        Span<char> stem = stackalloc char[word.Length + 1];
        word.CopyTo(stem);
        return stem[..PorterStemmer.Stem(stem, word.Length)].ToString();
    }

    private readonly struct Counting(TermCounts terms) : ITokenSink
    {
        public bool Takes(ReadOnlySpan<char> word) => terms._beginnings.MayBegin(word);

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind)
        {
            if (terms._terms.IndexOf(token) is var index and >= 0)
                terms._counts[index]++;
        }
    }
}
