using CsCheck;
using Nexus.Claude.Memory.Recall;
using Nexus.Claude.Memory.Record;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Tests.Recall;

[Parallelizable(ParallelScope.All)]
internal sealed class TermCountsTests
{
    private static readonly Gen<string> Words = Gen.Frequency(
        (6, Gen.String[Gen.Char["aeiougdnsty"], 1, 7]),
        (3, OneOf("went", "children", "photos", "running", "ties", "aed", "oing", "eyed", "capability", "SessionStartEvent", "max_line_bytes", "a.BarBaz", "src/Store/Token.cs")),
        (1, OneOf("密钥轮换", "CS8602", "42", "2026-11-20", "naïve", "café", "O'Neil", "it’s", "C:\\src\\Store", "v2.1.330", "C#", "https://a.b/c", "x=3-y", "“quoted”", "THE")));

    private static readonly Gen<string> Suffixed = Gen.Select(Gen.String[Gen.Char["aeioubdlrsty"], 1, 6],
        OneOf("", "s", "es", "ies", "ed", "ing", "y", "eed", "ational", "tional", "enci", "anci", "izer", "bli", "alli", "entli", "eli", "ousli", "ization", "ation", "ator",
            "alism", "iveness", "fulness", "ousness", "aliti", "iviti", "biliti", "bility", "logi", "icate", "ative", "alize", "iciti", "ical", "ful", "ness", "al", "ance",
            "er", "able", "ible", "ement", "ion", "sses"), (stem, suffix) => stem + suffix);

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    [Test]
    public void What_is_not_cut_is_counted_all_the_same() => Gen.Select(Words.Array[1, 60], Words.Array[1, 6], OneOf(" ", " ", "  ", ", ", "\n", "", ".", "(")).Sample((text, asked, between) =>
    {
        var message = new MemoryMessage { ConversationId = "c", Role = MemoryRole.User, Content = string.Join(between, text), CreatedAt = TemporaryMemory.Start, Files = ["/repo/Ties.cs"] };
        var every = new Listing([]);
        var about = new Listing([]);
        IndexTokens.Tokenize(message, ref every, ref about);
        var wanted = new Listing([]);
        MemoryTokenizer.Tokenize(string.Join(' ', asked), ref wanted);
        var terms = wanted.Tokens.Distinct().Select(token => new QueryTerm(token, 1, TokenKind.Word)).ToList();

        var counts = new TermCounts(terms);
        counts.Count(message);

        Assert.That(terms.Select((_, i) => counts[i]), Is.EqualTo(terms.Select(term => every.Tokens.Concat(about.Tokens).Count(token => token == term.Token))));
    });

    [Test]
    public void A_word_begins_like_its_stem_but_for_the_last_letter_of_some() => Suffixed.Sample(word =>
    {
        Span<char> stem = new char[word.Length + 1];
        word.CopyTo(stem);
        stem = stem[..PorterStemmer.Stem(stem, word.Length)];
        if (stem.Length > 1 && stem[^1] is 'i' or 'e' or 'l')
            stem = stem[..^1];

        Assert.That(stem.Length, Is.Positive);
        Assert.That(word, Does.StartWith(stem.ToString()));
    }, iter: 20_000);

    private readonly record struct Listing(List<string> Tokens) : ITokenSink
    {
        public bool Takes(ReadOnlySpan<char> word) => true;

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind) => Tokens.Add(token.ToString());
    }
}
