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
        (2, OneOf("went", "children", "photos", "running", "ties", "aed", "oing", "SessionStartEvent", "max_line_bytes", "a.BarBaz", "src/Store/Token.cs")),
        (1, OneOf("密钥轮换", "CS8602", "42", "2026-11-20", "naïve")));

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    [Test]
    public void Words_that_are_not_stemmed_are_counted_all_the_same() => Gen.Select(Words.Array[1, 40], Words.Array[1, 6]).Sample((text, asked) =>
    {
        var message = new MemoryMessage { ConversationId = "c", Role = MemoryRole.User, Content = string.Join(' ', text), CreatedAt = TemporaryMemory.Start, Files = ["/repo/Ties.cs"] };
        var every = new Listing([]);
        var about = new Listing([]);
        IndexTokens.Tokenize(message, ref every, ref about);
        var wanted = new Listing([]);
        MemoryTokenizer.Tokenize(string.Join(' ', asked), ref wanted);
        var terms = wanted.Tokens.Distinct().Select(token => new QueryTerm(token, 1, TokenKind.Word)).ToList();

        var counts = new TermCounts(terms);
        int length = counts.Count(message);

        Assert.That(length, Is.EqualTo(every.Tokens.Count));
        Assert.That(terms.Select((_, i) => counts[i]), Is.EqualTo(terms.Select(term => every.Tokens.Concat(about.Tokens).Count(token => token == term.Token))));
    });

    [Test]
    public void A_stem_keeps_the_first_two_letters_of_its_word() => Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyz"], 1, 12].Sample(word =>
    {
        Span<char> stem = new char[word.Length + 1];
        word.CopyTo(stem);
        int length = PorterStemmer.Stem(stem, word.Length);

        Assert.That(length, Is.Positive);
        Assert.That(stem[..Math.Min(2, length)].ToString(), Is.EqualTo(word[..Math.Min(2, length)]));
    });

    private readonly record struct Listing(List<string> Tokens) : ITokenSink
    {
        public bool Takes(ReadOnlySpan<char> word) => true;

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind) => Tokens.Add(token.ToString());
    }
}
