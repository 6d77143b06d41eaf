using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
internal sealed class LongTextReaderTests
{
    private static readonly string Prose = string.Concat(Enumerable.Repeat("A line of \"prose\" with \\ escapes, d\u00e9j\u00e0 vu, \u4e2d\u6587, \ud83d\ude00\n\tand so on. ", 5000));

    [Test]
    public void Long_texts_and_thinking_arrive_whole_beside_everything_else()
    {
        var line = Line(new JsonArray(
            new JsonObject { ["type"] = "thinking", ["thinking"] = Prose, ["signature"] = "sig" },
            new JsonObject { ["type"] = "tool_use", ["id"] = "t1", ["name"] = "Write", ["input"] = new JsonObject { ["text"] = Prose, ["content"] = Prose } },
            new JsonObject { ["text"] = Prose + "end", ["type"] = "text" },
            new JsonObject { ["type"] = "text", ["text"] = "short" }));
        var message = (AssistantMessage)MessageReader.Read(line, "assistant"u8, default);
        Assert.That(LongTextReader.TryRead(line), Is.Not.Null);
        Assert.That(((ThinkingBlock)message.Content[0]).Thinking, Is.EqualTo(Prose));
        Assert.That(((ThinkingBlock)message.Content[0]).Signature, Is.EqualTo("sig"));
        Assert.That(((ToolUseBlock)message.Content[1]).Input.GetProperty("text").GetString(), Is.EqualTo(Prose));
        Assert.That(message.Text, Is.EqualTo(Prose + "endshort"));
        Assert.That(message.Uuid, Is.EqualTo("u"));
        Assert.That(message.Raw.Utf8.Span.SequenceEqual(line), Is.True);
        Assert.That(message.ToJson(), Is.EqualTo(JsonSerializer.Deserialize(line, MessageJson.Default.AssistantMessage)!.ToJson()));
    }

    [Test]
    public void A_damaged_long_text_is_left_to_the_general_reader()
    {
        var line = Line(new JsonArray(new JsonObject { ["type"] = "text", ["text"] = Prose + "MARK" }));
        var at = line.AsSpan().IndexOf("MARK"u8);
        line[at] = 0xFF;
        Assert.That(LongTextReader.TryRead(line), Is.Null);
        Assert.That(((AssistantMessage)MessageReader.Read(line, "assistant"u8, default)).Text, Does.EndWith("\ufffdARK"));
    }

    [Test]
    public void Any_text_decodes_to_what_the_framework_says() =>
        Gen.String[Gen.Char["aZ \"\\/\b\f\n\r\t\u00e9\u4e2d\u2028\ud83d\ude00\u0001"], 0, 80].Sample(text =>
        {
            var whole = text.EnumerateRunes().All(static rune => rune != Rune.ReplacementChar);
            var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text));
            var decoded = JsonText.TryDecode(json.AsSpan(1, json.Length - 2));
            var expected = JsonSerializer.Deserialize<string>(json);
            Assert.That(decoded, whole ? Is.EqualTo(expected) : Is.Null.Or.EqualTo(expected));
        });

    [TestCase("\\ud83d\\ude00", "\ud83d\ude00")]
    [TestCase("a\\u0041b\\/", "aAb/")]
    [TestCase("", "")]
    public void Escapes_are_decoded(string escaped, string text) => Assert.That(JsonText.TryDecode(Encoding.UTF8.GetBytes(escaped)), Is.EqualTo(text));

    [TestCase("\\ud83d")]
    [TestCase("\\ude00")]
    [TestCase("\\ud83dx")]
    [TestCase("\\x")]
    [TestCase("\\u12")]
    [TestCase("\\u12g4")]
    [TestCase("\\")]
    [TestCase("a\nb")]
    public void What_is_not_clean_is_declined(string escaped) => Assert.That(JsonText.TryDecode(Encoding.UTF8.GetBytes(escaped)), Is.Null);

    private static byte[] Line(JsonArray content) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["type"] = "assistant",
        ["message"] = new JsonObject { ["id"] = "m", ["type"] = "message", ["role"] = "assistant", ["model"] = "x", ["content"] = content, ["stop_reason"] = null, ["stop_sequence"] = null },
        ["parent_tool_use_id"] = null,
        ["session_id"] = "s",
        ["uuid"] = "u",
    });
}
