using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Messages;

/// <summary>Writes the events of a message, in the order and form of Anthropic's API.</summary>
/// <param name="output">Where to.</param>
/// <param name="request">What was asked for.</param>
/// <param name="began">How the turn began.</param>
/// <param name="id">The message's id.</param>
internal sealed class MessageEventEncoder(IBufferWriter<byte> output, MessageRequest request, TurnEvent.Began began, string id) : IStreamEncoder
{
    private int _index = -1;
    private bool _hasText;
    private Block _open;
    private byte[] _delta = [];

    private enum Block
    {
        None,
        Text,
        Thinking,
        ToolUse,
    }

    /// <inheritdoc/>
    public void Begin()
    {
        WriteEvent("message_start"u8, json =>
        {
            json.WriteStartObject("message"u8);
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "message"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("model"u8, began.Model);
            json.WriteStartArray("content"u8);
            json.WriteEndArray();
            MessageFields.WriteStop(json, null);
            MessageFields.WriteUsage(json, began.Usage);
            json.WriteEndObject();
        });
        WriteEvent("ping"u8, static _ => { });
    }

    /// <inheritdoc/>
    public void Write(TurnEvent happening)
    {
        switch (happening)
        {
            case TurnEvent.TextDelta { Text.Length: > 0 } delta:
                WriteText(delta.Text);
                break;
            case TurnEvent.ThinkingDelta { Text.Length: > 0 } delta when request.IncludesThinking:
                OpenThinking();
                WriteDelta("thinking_delta"u8, "thinking"u8, delta.Text);
                break;
            case TurnEvent.ThinkingSignature signature when request.IncludesThinking:
                OpenThinking();
                WriteDelta("signature_delta"u8, "signature"u8, signature.Value);
                Close();
                break;
            case TurnEvent.ToolCall call:
                Open(Block.ToolUse, json =>
                {
                    json.WriteString("type"u8, "tool_use"u8);
                    json.WriteString("id"u8, call.Id);
                    json.WriteString("name"u8, call.Name);
                    json.WriteStartObject("input"u8);
                    json.WriteEndObject();
                });
                break;
            case TurnEvent.ToolArguments arguments when _open == Block.ToolUse:
                WriteDelta("input_json_delta"u8, "partial_json"u8, arguments.Json);
                break;
            case TurnEvent.Ended ended:
                WriteEnd(ended);
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public void Fail(GatewayException error)
    {
        output.Write("event: error\ndata: "u8);
        ErrorBody.WriteAnthropic(output, error, request.Turn.RequestId);
        output.Write("\n\n"u8);
    }

    private void WriteText(string text)
    {
        _hasText = true;
        if (_open != Block.Text)
        {
            Open(Block.Text, static json =>
            {
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, ""u8);
            });
        }

        WriteDelta("text_delta"u8, "text"u8, text);
    }

    private void OpenThinking()
    {
        if (_open == Block.Thinking)
            return;
        Open(Block.Thinking, static json =>
        {
            json.WriteString("type"u8, "thinking"u8);
            json.WriteString("thinking"u8, ""u8);
            json.WriteString("signature"u8, ""u8);
        });
    }

    private void WriteEnd(TurnEvent.Ended ended)
    {
        if (!_hasText && ended.StructuredOutput is { } value)
            WriteText(value.GetRawText());
        Close();
        WriteEvent("message_delta"u8, json =>
        {
            json.WriteStartObject("delta"u8);
            MessageFields.WriteStop(json, ended);
            json.WriteEndObject();
            MessageFields.WriteUsage(json, ended.Usage);
        });
        WriteEvent("message_stop"u8, static _ => { });
    }

    private void Open(Block block, Action<Utf8JsonWriter> write)
    {
        Close();
        _open = block;
        _index++;
        _delta = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":{_index},\"delta\":{{\"type\":\""));
        WriteEvent("content_block_start"u8, json =>
        {
            json.WriteNumber("index"u8, _index);
            json.WriteStartObject("content_block"u8);
            write(json);
            json.WriteEndObject();
        });
    }

    private void Close()
    {
        if (_open == Block.None)
            return;
        _open = Block.None;
        WriteEvent("content_block_stop"u8, json => json.WriteNumber("index"u8, _index));
    }

    private void WriteDelta(ReadOnlySpan<byte> type, ReadOnlySpan<byte> member, string text)
    {
        output.Write(_delta);
        output.Write(type);
        output.Write("\",\""u8);
        output.Write(member);
        output.Write("\":"u8);
        JsonEscape.WriteString(output, text);
        output.Write("}}\n\n"u8);
    }

    private void WriteEvent(ReadOnlySpan<byte> type, Action<Utf8JsonWriter> write)
    {
        output.Write("event: "u8);
        output.Write(type);
        output.Write("\ndata: "u8);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            write(json);
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }
}
