using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nexus.Claude.Testing;

/// <summary>The JSON of the Messages API's replies: whole messages, stream events and errors.</summary>
internal static class ApiJson
{
    // Non-ASCII text goes out as it is, the way the real API sends it; escapes would hide a client's UTF-8 defects.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void RequireObject(string json, string parameter)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
                throw new ArgumentException($"A JSON object is needed, but this is a JSON {document.RootElement.ValueKind}: {json}", parameter);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"This is not JSON ({e.Message}): {json}", parameter, e);
        }
    }

    public static byte[] Object(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] Error(string type, string message, string? requestId) => Object(w =>
    {
        w.WriteString("type"u8, "error"u8);
        w.WriteStartObject("error"u8);
        w.WriteString("type"u8, type);
        w.WriteString("message"u8, message);
        w.WriteEndObject();
        if (requestId is not null)
            w.WriteString("request_id"u8, requestId);
    });

    public static byte[] Message(ReplyFrame frame) => Object(w =>
    {
        Head(w, frame);
        w.WriteStartArray("content"u8);
        foreach (var block in frame.Reply.Blocks)
            Block(w, block, frame, whole: true);
        w.WriteEndArray();
        w.WriteString("stop_reason"u8, frame.StopReason);
        w.WriteString("stop_sequence"u8, frame.Reply.StopSequence);
        Usage(w, frame.Usage, frame.Usage.OutputTokens);
    });

    public static byte[] MessageStart(ReplyFrame frame) => Object(w =>
    {
        w.WriteString("type"u8, "message_start"u8);
        w.WriteStartObject("message"u8);
        Head(w, frame);
        w.WriteStartArray("content"u8);
        w.WriteEndArray();
        w.WriteNull("stop_reason"u8);
        w.WriteNull("stop_sequence"u8);
        Usage(w, frame.Usage, outputTokens: 1);
        w.WriteEndObject();
    });

    public static byte[] BlockStart(int index, ReplyBlock block, ReplyFrame frame) => Object(w =>
    {
        w.WriteString("type"u8, "content_block_start"u8);
        w.WriteNumber("index"u8, index);
        w.WritePropertyName("content_block"u8);
        Block(w, block, frame, whole: false);
    });

    public static byte[] BlockDelta(int index, string type, string member, string value) => Object(w =>
    {
        w.WriteString("type"u8, "content_block_delta"u8);
        w.WriteNumber("index"u8, index);
        w.WriteStartObject("delta"u8);
        w.WriteString("type"u8, type);
        w.WriteString(member, value);
        w.WriteEndObject();
    });

    public static byte[] BlockStop(int index) => Object(w =>
    {
        w.WriteString("type"u8, "content_block_stop"u8);
        w.WriteNumber("index"u8, index);
    });

    public static byte[] MessageDelta(ReplyFrame frame) => Object(w =>
    {
        w.WriteString("type"u8, "message_delta"u8);
        w.WriteStartObject("delta"u8);
        w.WriteString("stop_reason"u8, frame.StopReason);
        w.WriteString("stop_sequence"u8, frame.Reply.StopSequence);
        w.WriteEndObject();
        Usage(w, frame.Usage, frame.Usage.OutputTokens);
    });

    public static byte[] Bare(string type) => Object(w => w.WriteString("type"u8, type));

    private static void Head(Utf8JsonWriter w, ReplyFrame frame)
    {
        w.WriteString("id"u8, frame.MessageId);
        w.WriteString("type"u8, "message"u8);
        w.WriteString("role"u8, "assistant"u8);
        w.WriteString("model"u8, frame.Model);
    }

    private static void Block(Utf8JsonWriter w, ReplyBlock block, ReplyFrame frame, bool whole)
    {
        w.WriteStartObject();
        switch (block)
        {
            case TextReplyBlock text:
                w.WriteString("type"u8, "text"u8);
                w.WriteString("text"u8, whole ? text.Text : "");
                break;
            case ThinkingReplyBlock thinking:
                w.WriteString("type"u8, "thinking"u8);
                w.WriteString("thinking"u8, whole ? thinking.Thinking : "");
                w.WriteString("signature"u8, whole ? thinking.Signature : "");
                break;
            case ToolUseReplyBlock tool:
                w.WriteString("type"u8, "tool_use"u8);
                w.WriteString("id"u8, frame.ToolUseId(tool));
                w.WriteString("name"u8, tool.Call.Name);
                w.WritePropertyName("input"u8);
                w.WriteRawValue(whole ? tool.Call.InputJson : "{}");
                break;
        }

        w.WriteEndObject();
    }

    private static void Usage(Utf8JsonWriter w, ScriptedUsage usage, int outputTokens)
    {
        w.WriteStartObject("usage"u8);
        w.WriteNumber("input_tokens"u8, usage.InputTokens);
        w.WriteNumber("cache_creation_input_tokens"u8, usage.CacheCreationInputTokens);
        w.WriteNumber("cache_read_input_tokens"u8, usage.CacheReadInputTokens);
        w.WriteNumber("output_tokens"u8, outputTokens);
        w.WriteEndObject();
    }
}
