using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
public sealed class JsonTokenReaderTests
{
    private static readonly Gen<string> Document = JsonTexts.OfDepth(4);

    [Test]
    public void Any_JSON_gives_the_tokens_that_the_framework_finds() => Document.Sample(CheckSame, iter: 4000);

    [Test]
    public void Any_text_near_JSON_is_refused_where_the_framework_refuses_it() =>
        Gen.Select(Document, Gen.Select(Gen.Int[0, 100000], Gen.OneOf<char>(Gen.OneOf<char>([.. "{}[]\",:\\ue.-+01tnf \n\u0001"]), Gen.Char[' ', '~'])).Array[1, 3]).Sample(
            (json, changes) =>
            {
                var text = json.ToCharArray();
                foreach (var (place, character) in changes)
                    text[place % text.Length] = character;
                CheckSame(new string(text));
                CheckSame(json[..(changes[0].Item1 % (json.Length + 1))]);
            },
            iter: 8000);

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("01")]
    [TestCase("-")]
    [TestCase("1.")]
    [TestCase("1e")]
    [TestCase("[1,]")]
    [TestCase("{\"a\":1,}")]
    [TestCase("{\"a\" 1}")]
    [TestCase("[1 2]")]
    [TestCase("[}")]
    [TestCase("{]")]
    [TestCase("\"\\x\"")]
    [TestCase("\"\\u12g4\"")]
    [TestCase("\"\\u12")]
    [TestCase("tru")]
    [TestCase("nulll")]
    [TestCase("1 1")]
    [TestCase("{\"a\":{\"b\":[1,{\"c\":null}]}} ")]
    public void What_is_no_JSON_is_refused_as_by_the_framework(string json) => CheckSame(json);

    [Test]
    public void Nesting_goes_as_deep_as_the_contracts([Range(254, 258)] int depth) => CheckSame(Nested(depth));

    [Test]
    public void Nesting_of_frames_goes_deeper([Range(510, 514)] int depth) => CheckSame(Nested(depth), JsonTokenReader.DeepestFrame);

    [Test]
    public void A_value_can_be_skipped_read_by_the_framework_or_recognised_and_the_reader_goes_on_behind_it() => Document.Sample(
        json =>
        {
            var line = Encoding.UTF8.GetBytes($"{{\"a\":[1,{json}],\"b\":[{json}],\"c\":[{json}]}}");
            var known = Encoding.UTF8.GetBytes($"[{json}]");
            var reader = new JsonTokenReader(line);
            Assert.That(reader.Read() && MemberReader.Next(ref reader, out _) && reader.Read() && reader.Read(), Is.True);
            var element = MemberReader.Json(ref reader);
            Assert.That(element.GetRawText(), Is.EqualTo(json.Trim()));
            Assert.That(reader.Read(), Is.True);
            Assert.That(reader.TokenType, Is.EqualTo(JsonTokenType.EndArray));
            Assert.That(MemberReader.Next(ref reader, out _), Is.True);
            var start = reader.TokenStartIndex;
            reader.Skip();
            Assert.That(reader.Since(start).SequenceEqual(known), Is.True);
            Assert.That(MemberReader.Next(ref reader, out var name), Is.True);
            Assert.That(name.SequenceEqual("c"u8), Is.True);
            Assert.That(reader.TrySkipArray("[7,7,7,7]"u8), Is.False);
            Assert.That(reader.TrySkipArray(known), Is.True);
            Assert.That(MemberReader.Next(ref reader, out _), Is.False);
            Assert.That(reader.TokenType, Is.EqualTo(JsonTokenType.EndObject));
            Assert.That(reader.Read(), Is.False);
        },
        iter: 2000);

    [Test]
    public void An_amount_is_the_decimal_that_the_framework_reads() =>
        Gen.OneOf(
            Gen.Select(Gen.String[Gen.Char['0', '9'], 1, 20], Gen.String[Gen.Char['0', '9'], 0, 32], static (whole, rest) =>
                $"{whole.TrimStart('0').PadLeft(1, '0')}{(rest.Length == 0 ? "" : $".{rest}")}"),
            Gen.Double[0, 1].Select(static number => number.ToString("R", CultureInfo.InvariantCulture)),
            Gen.Long.Select(static number => number.ToString(CultureInfo.InvariantCulture))).Sample(
            static json =>
            {
                var bytes = Encoding.UTF8.GetBytes(json);
                var reader = new JsonTokenReader(bytes);
                Assert.That(reader.Read());
                var framework = new Utf8JsonReader(bytes);
                Assert.That(framework.Read());
                if (reader.TryGetAmount(out var amount))
                    Assert.That((amount, amount.Scale), Is.EqualTo((framework.GetDecimal(), framework.GetDecimal().Scale)), json);
                else
                    Assert.That(json.Length > 17 || json.StartsWith('-') || json.Contains('E'), Is.True, json);
            },
            iter: 20000);

    [Test]
    public void What_is_no_number_is_no_amount([Values("null", "\"1\"", "true", "[1]", "{}")] string json)
    {
        var reader = new JsonTokenReader(Encoding.UTF8.GetBytes(json));
        Assert.That(reader.Read());
        Assert.That(reader.TryGetAmount(out _), Is.False);
    }

    [Test]
    public void A_list_that_comes_again_is_the_same_list_and_one_that_differs_is_read()
    {
        var texts = new RepeatedValue<List<string>>(MemberReader.Texts);
        var first = Read("""["a","b"]""");
        Assert.That(first, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(Read("""["a","b"]"""), Is.SameAs(first));
        Assert.That(Read("""["a","b","c"]"""), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(Read("""["a"]"""), Is.EqualTo(new[] { "a" }));
        Assert.That(Read("null"), Is.Null);
        Assert.That(Read("""["a"]"""), Is.EqualTo(new[] { "a" }));

        List<string>? Read(string json)
        {
            var reader = new JsonTokenReader(Encoding.UTF8.GetBytes($"{json},"));
            reader.Read();
            return texts.Read(ref reader);
        }
    }

    private static string Nested(int depth) =>
        string.Concat(Enumerable.Repeat("[{\"a\":", depth / 2)) + (depth % 2 == 1 ? "[]" : "1") + string.Concat(Enumerable.Repeat("}]", depth / 2));

    private static void CheckSame(string json) => CheckSame(json, JsonTokenReader.MaxDepth);

    private static void CheckSame(string json, int maxDepth)
    {
        var line = Encoding.UTF8.GetBytes(json);
        Assert.That(ReadByUs(line, maxDepth), Is.EqualTo(ReadByFramework(line, maxDepth)), json);
    }

    private static List<string> ReadByFramework(byte[] line, int maxDepth)
    {
        List<string> tokens = [];
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
                tokens.Add(reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                    ? $"{reader.TokenType} {reader.TokenStartIndex} {reader.ValueIsEscaped} {Encoding.UTF8.GetString(reader.ValueSpan)} {reader.GetString()}"
                    : $"{reader.TokenType} {reader.TokenStartIndex}{NumberOf(reader.TokenType, reader.ValueSpan)}");
            }
        }
        catch (Exception refused) when (refused is JsonException or InvalidOperationException)
        {
            return [];
        }

        return tokens;
    }

    private static List<string> ReadByUs(byte[] line, int maxDepth)
    {
        List<string> tokens = [];
        var reader = new JsonTokenReader(line, maxDepth);
        try
        {
            while (reader.Read())
            {
                tokens.Add(reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                    ? $"{reader.TokenType} {reader.TokenStartIndex} {reader.ValueIsEscaped} {Encoding.UTF8.GetString(reader.ValueSpan)} {reader.GetString()}"
                    : $"{reader.TokenType} {reader.TokenStartIndex}{NumberOf(reader.TokenType, reader.ValueSpan)}");
                Assert.That(!reader.TryGetDigits(out var digits) || digits.ToString() == Encoding.UTF8.GetString(reader.ValueSpan).TrimStart('0').PadLeft(1, '0'));
            }
        }
        catch (JsonException)
        {
            return [];
        }

        return tokens;
    }

    private static string NumberOf(JsonTokenType type, ReadOnlySpan<byte> value) =>
        type == JsonTokenType.Number ? $" {Encoding.UTF8.GetString(value)}" : "";
}
