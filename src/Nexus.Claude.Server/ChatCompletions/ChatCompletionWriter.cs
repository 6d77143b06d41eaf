using System.Buffers;
using System.Text.Json;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.ChatCompletions;

/// <summary>Writes a whole completion (gateway.md 3.1).</summary>
internal static class ChatCompletionWriter
{
    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="reply">The reply; it has ended.</param>
    /// <param name="id">The completion's id.</param>
    /// <param name="created">When it began, in seconds of Unix time.</param>
    public static void Write(IBufferWriter<byte> output, ChatRequest request, ReplyBlocks reply, string id, long created)
    {
        var ended = reply.Ended!;
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, reply.Model);
        if (request.Turn.ConversationId is { } conversation)
            json.WriteString("conversation_id"u8, conversation);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WritePropertyName("message"u8);
        WriteMessage(json, request, reply.ToBlocks(), ended);
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, ChatFields.FinishReason(ended.Reason, request.UsesFunctions));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        ChatFields.WriteUsage(json, ended, request.IncludesCost);
        json.WriteNull("system_fingerprint"u8);
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatRequest request, IReadOnlyList<ContentBlock> blocks, TurnEvent.Ended ended)
    {
        var text = ended.StructuredOutput is { } output ? output.GetRawText() : string.Concat(blocks.OfType<TextBlock>().Select(static block => block.Text));
        if (request.IsJsonObject)
        {
            var fence = new JsonFence();
            text = fence.Push(text) + fence.Finish();
        }

        var calls = blocks.OfType<ToolUseBlock>().ToArray();
        var isRefusal = ended.Reason == EndReason.Refusal;
        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        WriteText(json, "content"u8, isRefusal || (text.Length == 0 && calls.Length > 0) ? null : text);
        WriteText(json, "refusal"u8, isRefusal ? text : null);
        if (request.IncludesReasoning && string.Concat(blocks.OfType<ThinkingBlock>().Select(static block => block.Thinking)) is { Length: > 0 } thinking)
            WriteText(json, "reasoning_content"u8, thinking);
        if (calls.Length > 0 && request.UsesFunctions)
        {
            json.WritePropertyName("function_call"u8);
            WriteFunction(json, calls[0]);
        }
        else if (calls.Length > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in calls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, call.Id);
                json.WriteString("type"u8, "function"u8);
                json.WritePropertyName("function"u8);
                WriteFunction(json, call);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFunction(Utf8JsonWriter json, ToolUseBlock call)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, call.Name);
        WriteText(json, "arguments"u8, call.Input.GetRawText());
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        json.WritePropertyName(name);
        if (text is null)
            json.WriteNullValue();
        else
            json.WriteRawValue(JsonEscape.ToUtf8(text).Span, skipInputValidation: true);
    }
}
