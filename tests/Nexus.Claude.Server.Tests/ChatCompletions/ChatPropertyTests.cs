using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using Nexus.Claude.Server.ChatCompletions;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.ChatCompletions;

internal sealed class ChatPropertyTests
{
    // Any UTF-16 at all: halves of pairs, controls, line ends of all kinds, emoji, Chinese, long ones.
    private static readonly Gen<string> AnyText = Gen.Frequency(
        (3, Gen.Char.Array[0, 40].Select(static characters => new string(characters))),
        (3, Gen.OneOf("你好，世界", "👩‍👩‍👧", "\ud83d", "\ude00", "\"", "\\", "\n", "\r\n", "\u2028", "\u2029", "\u0085", "\0", "\u007f", "data: ", "[DONE]", "é").Array[0, 12].Select(static parts => string.Concat(parts))),
        (1, Gen.Int[90_000, 110_000].Select(static length => string.Concat(Enumerable.Repeat("汉a😀\"", length / 5)))));

    [Test]
    [Property("seed-row", 99)]
    public void Any_text_survives_the_stream_and_the_whole_completion()
    {
        AnyText.Array[1, 4].Sample(
            pieces =>
            {
                TurnEvent[] events = [.. pieces.Select(static piece => (TurnEvent)new TurnEvent.TextDelta(piece)), End()];
                var text = string.Concat(pieces);
                var streamed = string.Concat(Stream(events).Select(static delta => delta.TryGetValue("content", out var content) ? content : ""));
                return streamed == text && Whole(events).Content == text;
            },
            iter: 300);
    }

    [Test]
    [Property("gateway-row", 7)]
    public void Any_cutting_of_tool_arguments_is_put_together_again()
    {
        Gen.Select(AnyText, Gen.Int[1, 20].Array[0, 30]).Array[1, 4].Sample(
            calls =>
            {
                List<TurnEvent> events = [];
                List<string> expected = [];
                foreach (var (text, cuts) in calls)
                {
                    // As the API writes it: escaped, so any cut is between characters of JSON and not of the text.
                    var json = JsonSerializer.Serialize(new Dictionary<string, string> { ["x"] = Whole(text) });
                    expected.Add(json);
                    var index = expected.Count - 1;
                    events.Add(new TurnEvent.ToolCall(index, $"toolu_{index}", "f"));
                    foreach (var piece in Cut(json, cuts))
                        events.Add(new TurnEvent.ToolArguments(index, piece));
                }

                events.Add(End(EndReason.ToolUse));
                var streamed = new SortedDictionary<int, string>();
                foreach (var delta in Stream([.. events]))
                {
                    if (delta.TryGetValue("index", out var index))
                        streamed[int.Parse(index, System.Globalization.CultureInfo.InvariantCulture)] = streamed.GetValueOrDefault(int.Parse(index, System.Globalization.CultureInfo.InvariantCulture), "") + delta["arguments"];
                }

                return streamed.Values.SequenceEqual(expected) && Whole([.. events]).Arguments.SequenceEqual(expected);
            },
            iter: 200);
    }

    [Test]
    [Property("gateway-row", 12)]
    public async Task Any_history_is_translated_or_refused_with_a_400()
    {
        var text = AnyText.Where(static value => value.Length < 5000).Select(static value => JsonSerializer.Serialize(value));
        var junk = Gen.OneOf("null", "1", "-1.5", "true", "[]", "{}", "\"x\"", "[[]]", "[null]", "\"\\ud83d\"", "1e400");
        var part = Gen.OneOf(
            text.Select(static value => $$"""{"type":"text","text":{{value}}}"""),
            text.Select(static value => $$"""{"type":"image_url","image_url":{"url":{{value}} } }"""),
            Gen.Const($$"""{"type":"image_url","image_url":{"url":"data:image/png;base64,{{Turns.MediaInputTests.Png}}"} }"""),
            text.Select(static value => $$"""{"type":"file","file":{"file_data":{{value}},"filename":{{value}} } }"""),
            text.Select(static value => $$"""{"type":"refusal","refusal":{{value}}}"""),
            junk);
        var content = Gen.OneOf(text, junk, part.Array[0, 4].Select(static parts => $"[{string.Join(',', parts)}]"));
        var id = Gen.OneOf("a", "b", "functions.x:0", "", "\u00e9");
        var call = Gen.Select(id, Gen.OneOf("f", "a.b", "bad name", ""), Gen.OneOf("\"{}\"", "\"{\\\"x\\\":1}\"", "\"[\"", "\"\"", "{}", "\"[1]\"", "\"{\\\"x\\\":\\\"\\\\ud800\\\"}\""))
            .Select(static (id, name, arguments) => $$"""{"id":"{{id}}","type":"function","function":{"name":"{{name}}","arguments":{{arguments}} } }""");
        var message = Gen.OneOf(
            Gen.Select(Gen.OneOf("system", "developer", "user", "assistant", "tool", "function", "robot"), content)
                .Select(static (role, content) => $$"""{"role":"{{role}}","content":{{content}}}"""),
            Gen.Select(content, call.Array[0, 3]).Select(static (content, calls) => $$"""{"role":"assistant","content":{{content}},"tool_calls":[{{string.Join(',', calls)}}]}"""),
            Gen.Select(id, content).Select(static (id, content) => $$"""{"role":"tool","tool_call_id":"{{id}}","content":{{content}}}"""),
            Gen.Const("""{"role":"assistant","function_call":{"name":"f","arguments":"{}"}}"""),
            Gen.Const("""{"role":"function","name":"f","content":"x"}"""),
            junk);
        await message.Array[0, 8].SampleAsync(
            async messages =>
            {
                try
                {
                    var turn = (await Translate.Messages($"[{string.Join(',', messages)}]")).Turn;
                    return turn.Messages[^1].Role == TurnRole.User
                        && turn.Messages.Zip(turn.Messages.Skip(1)).All(static pair => pair.First.Role != pair.Second.Role);
                }
                catch (GatewayException error)
                {
                    return error.Status == 400 && error.Message.Length > 0;
                }
            },
            iter: 2000);
    }

    private static string Whole(string text) => string.Concat(text.EnumerateRunes());

    private static IEnumerable<string> Cut(string text, int[] lengths)
    {
        var start = 0;
        foreach (var length in lengths)
        {
            var take = Math.Min(length, text.Length - start);
            yield return text.Substring(start, take);
            start += take;
        }

        yield return text[start..];
    }

    private static TurnEvent.Ended End(EndReason reason = EndReason.EndTurn) => new() { Reason = reason, Usage = new TurnUsage(1, 2, 3, 4) };

    private static ChatRequest Request() => new()
    {
        Ignored = new IgnoredParams(strict: false),
        IncludesReasoning = true,
        Turn = new TurnRequest { RequestId = "req", Caller = Caller.Anonymous, Model = "m", Messages = [] },
    };

    /// <summary>The deltas of a stream as texts, read from its bytes.</summary>
    private static IEnumerable<Dictionary<string, string>> Stream(TurnEvent[] events)
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = new ChatChunkEncoder(output, Request(), "m", "chatcmpl-1", 1);
        encoder.Begin();
        foreach (var happening in events)
            encoder.Write(happening);

        // Bytes that are no UTF-8 would not survive this, and line ends of any kind inside an event would cut it.
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(output.WrittenSpan);
        foreach (var item in ServerSentEvent.Parse(text).SkipLast(1))
        {
            var delta = item.Json.GetProperty("choices")[0].GetProperty("delta");
            Dictionary<string, string> texts = [];
            if (delta.TryGetProperty("content", out var content))
                texts["content"] = Text(content);
            if (delta.TryGetProperty("tool_calls", out var calls))
            {
                texts["index"] = calls[0].GetProperty("index").GetRawText();
                texts["arguments"] = Text(calls[0].GetProperty("function").GetProperty("arguments"));
            }

            yield return texts;
        }
    }

    private static (string Content, string[] Arguments) Whole(TurnEvent[] events)
    {
        var reply = new ReplyBlocks();
        reply.Add(new TurnEvent.Began("m", default));
        foreach (var happening in events)
            reply.Add(happening);
        var output = new ArrayBufferWriter<byte>();
        ChatCompletionWriter.Write(output, Request(), reply, "chatcmpl-1", 1);
        using var document = JsonDocument.Parse(output.WrittenMemory);
        var message = document.RootElement.GetProperty("choices")[0].GetProperty("message");
        var content = message.GetProperty("content");
        return (
            content.ValueKind == JsonValueKind.Null ? "" : Text(content),
            message.TryGetProperty("tool_calls", out var calls)
                ? [.. calls.EnumerateArray().Select(static call => Text(call.GetProperty("function").GetProperty("arguments")))]
                : []);
    }

    // As a JavaScript client reads it: half a pair is a character like any other there.
    private static string Text(JsonElement json)
    {
        var raw = json.GetRawText()[1..^1];
        if (!raw.Contains("\\u", StringComparison.Ordinal))
            return json.GetString()!;
        var text = new StringBuilder();
        for (var index = 0; index < raw.Length; index++)
        {
            if (raw[index] != '\\')
            {
                text.Append(raw[index]);
                continue;
            }

            index++;
            if (raw[index] == 'u')
            {
                text.Append((char)Convert.ToUInt16(raw.Substring(index + 1, 4), 16));
                index += 4;
            }
            else
            {
                text.Append(raw[index] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', var other => other });
            }
        }

        return text.ToString();
    }
}
