using System.Text;
using System.Text.Json;
using CsCheck;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
internal sealed class LineEncoderTests
{
    private static readonly Gen<string> Texts = Gen.Select(
        Gen.OneOf(
            Gen.Char['\0', '\uffff'],
            Gen.Char[' ', '~'],
            Gen.Char["\"\\\n\r\t\b\f\0\u001f\u007f\u0085\u009f\u00a0\u2027\u2028\u2029\ufeff\uffff\ud83d\ude00中é"]).Array[0, 60],
        static characters => new string(characters));

    [Test]
    public void Whatever_the_text_the_line_is_one_line_and_says_the_same() =>
        Texts.Sample(text => Check(text, json => json.WriteString("a"u8, text)));

    [Test]
    public void Text_that_is_already_utf8_is_written_the_same_way() =>
        Texts.Sample(text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Check(text, json => json.WriteString("a"u8, bytes));
        });

    [Test]
    public void Bytes_that_are_no_utf8_become_replacement_characters()
    {
        var line = JsonLine.Write(static json => json.WriteString("a"u8, [(byte)'x', 0xff, (byte)'y', 0xc3]));
        using var parsed = JsonDocument.Parse(line);
        Assert.That(parsed.RootElement.GetProperty("a").GetString(), Is.EqualTo("x\ufffdy\ufffd"));
    }

    [Test]
    public void A_name_is_written_the_same_way() => Texts.Sample(text =>
    {
        var line = JsonLine.Write(json => json.WriteString(text, "v"));
        using var parsed = JsonDocument.Parse(line);
        Assert.That(parsed.RootElement.EnumerateObject().Single().Name, Is.EqualTo(Repaired(text)));
    });

    [TestCase("plain, <b>&'+ é 東京 🚀", "plain, <b>&'+ é 東京 🚀")]
    [TestCase("\"\\\n\r\t\b\f", """\"\\\n\r\t\b\f""")]
    [TestCase("\0\u001b\u007f\u0085", """\u0000\u001b\u007f\u0085""")]
    [TestCase("\u2028\u2029", """\u2028\u2029""")]
    public void Only_what_must_be_is_escaped(string text, string expected) =>
        Assert.That(Encoding.UTF8.GetString(JsonLine.Write(json => json.WriteString("a"u8, text)).Span), Is.EqualTo($"{{\"a\":\"{expected}\"}}\n"));

    [Test]
    public void A_text_is_encoded_in_blocks_as_well_as_at_once() =>
        Gen.Select(Texts, Gen.Int[0, 60], Gen.Int[6, 40]).Sample((text, split, room) =>
        {
            var encoded = new StringBuilder();
            var source = text.AsSpan();
            var target = new char[room];
            split = Math.Min(split, text.Length);
            foreach (var isLast in new[] { false, true })
            {
                var block = isLast ? source : source[..split];
                while (true)
                {
                    var status = LineEncoder.Instance.Encode(block, target, out var consumed, out var written, isLast);
                    encoded.Append(target, 0, written);
                    block = block[consumed..];
                    source = source[consumed..];
                    if (status != System.Buffers.OperationStatus.DestinationTooSmall)
                        break;
                }
            }

            Assert.That(encoded.ToString(), Is.EqualTo(LineEncoder.Instance.Encode(text)));
        });

    private static void Check(string text, Action<Utf8JsonWriter> write)
    {
        var line = Encoding.UTF8.GetString(JsonLine.Write(write).Span);
        Assert.That(line[..^1].Where(static c => char.IsControl(c) || c is '\u2028' or '\u2029'), Is.Empty);
        Assert.That(line[^1], Is.EqualTo('\n'));
        using var parsed = JsonDocument.Parse(line);
        Assert.That(parsed.RootElement.GetProperty("a").GetString(), Is.EqualTo(Repaired(text)));
    }

    private static string Repaired(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
