using System.Buffers;
using System.Text.Json;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Messages;

/// <summary>Writes a whole message.</summary>
internal static class MessageWriter
{
    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="reply">The reply; it has ended.</param>
    /// <param name="id">The message's id.</param>
    public static void Write(IBufferWriter<byte> output, MessageRequest request, ReplyBlocks reply, string id)
    {
        var ended = reply.Ended!;
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, reply.Model);
        json.WriteStartArray("content"u8);
        var blocks = reply.ToBlocks();
        foreach (var block in blocks)
            WriteBlock(json, block, request);
        if (ended.StructuredOutput is { } value && !blocks.Any(static block => block is TextBlock))
            WriteBlock(json, new TextBlock(value.GetRawText()), request);
        json.WriteEndArray();
        MessageFields.WriteStop(json, ended);
        MessageFields.WriteUsage(json, ended.Usage);
        json.WriteEndObject();
    }

    private static void WriteBlock(Utf8JsonWriter json, ContentBlock block, MessageRequest request)
    {
        switch (block)
        {
            case TextBlock text:
                json.WriteStartObject();
                json.WriteString("type"u8, "text"u8);
                MessageFields.WriteText(json, "text"u8, text.Text);
                json.WriteEndObject();
                break;
            case ThinkingBlock thinking when request.IncludesThinking:
                json.WriteStartObject();
                json.WriteString("type"u8, "thinking"u8);
                MessageFields.WriteText(json, "thinking"u8, thinking.Thinking);
                json.WriteString("signature"u8, thinking.Signature ?? "");
                json.WriteEndObject();
                break;
            case ToolUseBlock call:
                json.WriteStartObject();
                json.WriteString("type"u8, "tool_use"u8);
                json.WriteString("id"u8, call.Id);
                json.WriteString("name"u8, call.Name);
                json.WritePropertyName("input"u8);
                call.Input.WriteTo(json);
                json.WriteEndObject();
                break;
            default:
                break;
        }
    }
}
