using System.Text;
using CsCheck;
using Nexus.Claude.Memory.Tests.Audit;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Tests.Text;

[Parallelizable(ParallelScope.All)]
internal sealed class TokenizerTests
{
    [TestCase("The children went swimming", "the|child|go|swim")]
    [TestCase("Caroline's photos don't lie", "carolin|pictur|dont|lie")]
    [TestCase("RELATIONAL Databases", "relat|databas")]
    [TestCase("naïve cafe\u0301", "naïve|café")]
    public void Words_of_prose_are_lower_case_and_stemmed(string text, string expected) => Assert.That(Tokens(text), Is.EqualTo(expected.Split('|')));

    [TestCase("SessionStartEvent", "sessionstartevent|session|start|event")]
    [TestCase("HTTPServer", "httpserver|http|server")]
    [TestCase("max_line_bytes", "max_line_bytes|max|line|byte")]
    [TestCase("kebab-case-name", "kebab-case-name|kebab|case|name")]
    [TestCase("utf8Encoder", "utf8encoder|utf|8|encod")]
    [TestCase("System.Text.Json", "system.text.json|system|text|json")]
    [TestCase("std::vector", "std::vector|std|vector")]
    [TestCase("SQLITE_BUSY", "sqlite_busy|sqlite|busi")]
    [TestCase("memory.RecallAsync", "memory.recallasync|recallasync|memori|recal|async")]
    [TestCase("Store::BatchWriter", "store::batchwriter|batchwriter|store|batch|writer")]
    [Row(6)]
    public void An_identifier_is_found_whole_and_by_its_parts(string text, string expected) => Assert.That(Tokens(text), Is.EqualTo(expected.Split('|')));

    [TestCase("CS8602", "cs8602")]
    [TestCase("error[E0277]:", "error|e0277")]
    [TestCase("2.1.330", "2.1.330")]
    [TestCase("v2.1.330", "v2.1.330|2.1.330|v|2.1.330")]
    [TestCase("192.168.0.1", "192.168.0.1")]
    [TestCase("C# and F#, C++.", "c#|and|f#|c++")]
    [TestCase("#123", "123")]
    [TestCase("at 10:30", "at|10|30")]
    [TestCase("2023-05-08", "2023-05-08|2023|5|8|mai")]
    public void Codes_versions_and_numbers_stay_whole(string text, string expected) =>
        Assert.That(Tokens(text).Distinct(), Is.SupersetOf(expected.Split('|').Distinct().Where(token => token is not ("v" or "2.1.330"))));

    [Test]
    public void A_path_is_found_whole_by_segment_by_file_and_by_stem_whatever_its_slashes()
    {
        string[] posix = [.. Tokens("src/Store/TokenCache.cs")];
        string[] windows = [.. Tokens("src\\Store\\TokenCache.cs")];

        Assert.That(windows, Is.EqualTo(posix));
        Assert.That(posix, Is.SupersetOf(new[] { "src/store/tokencache.cs", "src", "store", "tokencache.cs", "tokencache", "token", "cach", "cs" }));
        Assert.That(Tokens("C:\\repo\\a.txt"), Does.Contain("c:/repo/a.txt"));
        Assert.That(Tokens("see auth.cs:42 now"), Is.SupersetOf(new[] { "auth.cs", "42", "now" }));
        Assert.That(Tokens("https://example.com/docs/hooks"), Is.SupersetOf(new[] { "example.com", "doc", "hook" }));
    }

    [TestCase("签名密钥", "签名|名密|密钥")]
    [TestCase("修复SessionStart的错误", "修复|sessionstart|session|start|的错|错误")]
    [TestCase("猫", "猫")]
    [TestCase("東京タワー", "東京|京タ|タワ|ワー")]
    [TestCase("서울", "서울")]
    [TestCase("𠮷野家", "𠮷野|野家")]
    [Row(5)]
    public void Scripts_without_spaces_give_overlapping_pairs(string text, string expected) => Assert.That(Tokens(text), Is.EqualTo(expected.Split('|')));

    [TestCase("ＡＢＣ１２３", "ABC123")]
    [TestCase("ｶﾞｷﾞ", "ガギ")]
    [TestCase("か\u3099", "が")]
    [TestCase("ﬁle", "file")]
    [TestCase("\u1112\u1161\u11AB", "한")]
    [TestCase("x\u200B\u202Ey\u00AD", "xy")]
    [TestCase("\U0001D400", "A")]
    [TestCase("é", "é")]
    [TestCase("e\u0301", "é")]
    public void Text_is_folded_to_its_compatibility_form(string text, string expected) => Assert.That(TextFolding.Fold(text), Is.EqualTo(expected));

    [Test]
    public void A_lone_surrogate_separates() => Assert.That(TextFolding.Fold("a\uD800b"), Is.EqualTo("a\uFFFDb"));

    [Test]
    public void Text_without_anything_to_fold_is_not_copied()
    {
        const string Text = "plain text, 中文 and русский";

        Assert.That(TextFolding.Fold(Text), Is.SameAs(Text));
        Assert.That(TextFolding.Storable(Text), Is.SameAs(Text));
    }

    [Test]
    public void What_cannot_be_kept_in_a_column_is_replaced_and_nothing_else()
    {
        Assert.That(TextFolding.Storable("a\0b\uD83D\uDE00c\uDC00"), Is.EqualTo("a\uFFFDb\uD83D\uDE00c\uFFFD"));
    }

    [Test]
    public void Any_text_gives_tokens_that_the_index_keeps_as_they_are()
    {
        Gen.String[Gen.OneOf(Gen.Char, Gen.Char['\u0020', '\u007E'], Gen.Char['\u4E00', '\u4E40'], Gen.Const('\uD83D'), Gen.Const('/')), 0, 60].Sample(text =>
        {
            foreach (string token in Tokens(text))
            {
                if (token.Length == 0 || token.Any(c => c < 0x80 ? !char.IsAsciiLetterOrDigit(c) && !MemoryTokenizer.TokenPunctuation.Contains(c, StringComparison.Ordinal) : char.IsWhiteSpace(c)))
                    return false;
                if (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(token)) != token || token.Any(char.IsAsciiLetterUpper))
                    return false;
            }

            return true;
        });
    }

    [Test]
    public void Folding_twice_changes_nothing_more() =>
        Gen.String.Sample(text => TextFolding.Fold(TextFolding.Fold(text)) == TextFolding.Fold(text));

    [TestCase("caresses", "caress")]
    [TestCase("ponies", "poni")]
    [TestCase("ties", "ti")]
    [TestCase("cats", "cat")]
    [TestCase("feed", "feed")]
    [TestCase("agreed", "agre")]
    [TestCase("plastered", "plaster")]
    [TestCase("motoring", "motor")]
    [TestCase("conflated", "conflat")]
    [TestCase("troubled", "troubl")]
    [TestCase("sized", "size")]
    [TestCase("hopping", "hop")]
    [TestCase("falling", "fall")]
    [TestCase("filing", "file")]
    [TestCase("happy", "happi")]
    [TestCase("sky", "sky")]
    [TestCase("conditional", "condit")]
    [TestCase("digitizer", "digit")]
    [TestCase("radically", "radic")]
    [TestCase("vietnamization", "vietnam")]
    [TestCase("operator", "oper")]
    [TestCase("hopefulness", "hope")]
    [TestCase("sensibiliti", "sensibl")]
    [TestCase("triplicate", "triplic")]
    [TestCase("electrical", "electr")]
    [TestCase("goodness", "good")]
    [TestCase("revival", "reviv")]
    [TestCase("inference", "infer")]
    [TestCase("adjustment", "adjust")]
    [TestCase("adoption", "adopt")]
    [TestCase("effective", "effect")]
    [TestCase("probate", "probat")]
    [TestCase("rate", "rate")]
    [TestCase("cease", "ceas")]
    [TestCase("controll", "control")]
    [TestCase("roll", "roll")]
    [TestCase("generalizations", "gener")]
    [TestCase("oscillators", "oscil")]
    public void The_stemmer_is_the_one_of_the_paper(string word, string stem)
    {
        Span<char> letters = stackalloc char[word.Length + 1];
        word.CopyTo(letters);

        Assert.That(letters[..PorterStemmer.Stem(letters, word.Length)].ToString(), Is.EqualTo(stem));
    }

    internal static List<string> Tokens(string text)
    {
        var sink = new Listing([]);
        MemoryTokenizer.Tokenize(text, ref sink);
        return sink.Tokens;
    }

    private readonly record struct Listing(List<string> Tokens) : ITokenSink
    {
        public bool Takes(ReadOnlySpan<char> word) => true;

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind) => Tokens.Add(token.ToString());
    }
}
