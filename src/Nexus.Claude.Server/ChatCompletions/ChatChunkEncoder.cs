using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.ChatCompletions;

/// <summary>
/// Writes the chunks of a completion (gateway.md 3.2). What all chunks share is put together once; a chunk is then that, its own text and a tail,
/// copied into the response's buffer.
/// </summary>
internal sealed class ChatChunkEncoder : IStreamEncoder
{
    private readonly IBufferWriter<byte> _output;
    private readonly ChatRequest _request;
    private readonly byte[] _head;
    private readonly byte[] _delta;
    private readonly byte[] _tail;
    private readonly JsonFence? _fence;
    private bool _hasText;
    private bool _hasArguments = true;
    private int _call;

    /// <summary>Begins a completion.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="model">The model that answers.</param>
    /// <param name="id">The completion's id.</param>
    /// <param name="created">When it began, in seconds of Unix time.</param>
    public ChatChunkEncoder(IBufferWriter<byte> output, ChatRequest request, string model, string id, long created)
    {
        _output = output;
        _request = request;
        _fence = request.IsJsonObject ? new JsonFence() : null;
        _head = Head(model, id, created);
        _delta = [.. _head, .. ",\"choices\":[{\"index\":0,\"delta\":{"u8];
        _tail = [.. "},\"logprobs\":null,\"finish_reason\":null}]"u8, .. UsageNull, .. "}\n\n"u8];
    }

    private ReadOnlySpan<byte> UsageNull => _request.IncludesUsage ? ",\"usage\":null"u8 : default;

    /// <inheritdoc/>
    public void Begin()
    {
        _output.Write(_head);
        WriteConversation();
        _output.Write(",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null"u8);
        _output.Write(_tail);
    }

    /// <inheritdoc/>
    public void Write(TurnEvent happening)
    {
        switch (happening)
        {
            case TurnEvent.TextDelta delta:
                WriteText(_fence is null ? delta.Text : _fence.Push(delta.Text));
                break;
            case TurnEvent.ThinkingDelta delta when _request.IncludesReasoning && delta.Text.Length > 0:
                _output.Write(_delta);
                _output.Write("\"reasoning_content\":"u8);
                JsonEscape.WriteString(_output, delta.Text);
                _output.Write(_tail);
                break;
            case TurnEvent.ToolCall call:
                EndCall();
                _hasArguments = false;
                _call = call.Index;
                WriteCall(call);
                break;
            case TurnEvent.ToolArguments { Json.Length: > 0 } arguments:
                _hasArguments = true;
                WriteArguments(arguments.Index, arguments.Json);
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
        // Without [DONE]: clients take the object for the error that it is, and the missing end for what is missing.
        _output.Write("data: "u8);
        ErrorBody.WriteOpenAi(_output, error);
        _output.Write("\n\n"u8);
    }

    private void WriteText(string text)
    {
        if (text.Length == 0)
            return;
        _hasText = true;
        _output.Write(_delta);
        _output.Write("\"content\":"u8);
        JsonEscape.WriteString(_output, text);
        _output.Write(_tail);
    }

    private void WriteCall(TurnEvent.ToolCall call)
    {
        _output.Write(_delta);
        if (_request.UsesFunctions)
        {
            _output.Write("\"function_call\":{\"name\":"u8);
            JsonEscape.WriteString(_output, call.Name);
            _output.Write(",\"arguments\":\"\"}"u8);
        }
        else
        {
            // The first delta of a call has to have its id, type and name: clients start the call with it.
            _output.Write("\"tool_calls\":[{\"index\":"u8);
            WriteNumber(call.Index);
            _output.Write(",\"id\":"u8);
            JsonEscape.WriteString(_output, call.Id);
            _output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
            JsonEscape.WriteString(_output, call.Name);
            _output.Write(",\"arguments\":\"\"}}]"u8);
        }

        _output.Write(_tail);
    }

    private void WriteArguments(int index, string arguments)
    {
        _output.Write(_delta);
        if (_request.UsesFunctions)
        {
            _output.Write("\"function_call\":{\"arguments\":"u8);
            JsonEscape.WriteString(_output, arguments);
            _output.Write("}"u8);
        }
        else
        {
            _output.Write("\"tool_calls\":[{\"index\":"u8);
            WriteNumber(index);
            _output.Write(",\"function\":{\"arguments\":"u8);
            JsonEscape.WriteString(_output, arguments);
            _output.Write("}}]"u8);
        }

        _output.Write(_tail);
    }

    // Clients parse the arguments as JSON, and nothing is none.
    private void EndCall()
    {
        if (!_hasArguments)
            WriteArguments(_call, "{}");
        _hasArguments = true;
    }

    private void WriteEnd(TurnEvent.Ended ended)
    {
        if (_fence is not null)
            WriteText(_fence.Finish());
        if (!_hasText && ended.StructuredOutput is { } output)
            WriteText(output.GetRawText());
        EndCall();
        _output.Write(_head);
        WriteConversation();
        _output.Write(",\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\""u8);
        _output.Write(ChatFields.FinishReason(ended.Reason, _request.UsesFunctions));
        _output.Write("\"}]"u8);
        _output.Write(UsageNull);
        _output.Write("}\n\n"u8);
        if (_request.IncludesUsage || _request.IncludesCost)
        {
            _output.Write(_head);
            _output.Write(",\"choices\":[],\"usage\":"u8);
            using (var json = new Utf8JsonWriter(_output))
                ChatFields.WriteUsage(json, ended, _request.IncludesCost);
            _output.Write("}\n\n"u8);
        }

        _output.Write("data: [DONE]\n\n"u8);
    }

    private void WriteConversation()
    {
        if (_request.Turn.ConversationId is not { } id)
            return;
        _output.Write(",\"conversation_id\":"u8);
        JsonEscape.WriteString(_output, id);
    }

    private void WriteNumber(int number)
    {
        var span = _output.GetSpan(11);
        Utf8Formatter.TryFormat(number, span, out var written);
        _output.Advance(written);
    }

    private static byte[] Head(string model, string id, long created)
    {
        var head = new ArrayBufferWriter<byte>(128);
        head.Write("data: {\"id\":"u8);
        JsonEscape.WriteString(head, id);
        head.Write(",\"object\":\"chat.completion.chunk\",\"created\":"u8);
        var span = head.GetSpan(20);
        Utf8Formatter.TryFormat(created, span, out var written);
        head.Advance(written);
        head.Write(",\"model\":"u8);
        JsonEscape.WriteString(head, model);
        return head.WrittenSpan.ToArray();
    }
}
