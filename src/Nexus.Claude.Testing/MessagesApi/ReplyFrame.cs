using System.Globalization;

namespace Nexus.Claude.Testing;

/// <summary>A reply bound to one request: the ids, the model and the figures that go on the wire.</summary>
internal sealed class ReplyFrame
{
    private readonly int _number;

    public ReplyFrame(ScriptedReply reply, string requestedModel, int number)
    {
        Reply = reply;
        _number = number;
        Model = reply.Model ?? requestedModel;
        MessageId = string.Create(CultureInfo.InvariantCulture, $"msg_scripted{number:D6}");
        StopReason = reply.StopReason ?? (reply.Blocks.Any(b => b is ToolUseReplyBlock) ? "tool_use" : "end_turn");
        Usage = reply.Usage ?? new ScriptedUsage(12, Math.Max(1, reply.Blocks.Sum(Pieces)));
    }

    public ScriptedReply Reply { get; }

    public string Model { get; }

    public string MessageId { get; }

    public string StopReason { get; }

    public ScriptedUsage Usage { get; }

    public string ToolUseId(ToolUseReplyBlock block)
    {
        if (block.Call.Id is { } id)
            return id;

        int index = 0;
        while (!ReferenceEquals(Reply.Blocks[index], block))
            index++;
        return string.Create(CultureInfo.InvariantCulture, $"toolu_scripted{_number:D6}_{index}");
    }

    /// <summary>The events of the stream in order, without pings and without the errors a reply may script.</summary>
    public IEnumerable<(string Name, byte[] Data)> Events()
    {
        yield return ("message_start", ApiJson.MessageStart(this));
        for (int i = 0; i < Reply.Blocks.Count; i++)
        {
            var block = Reply.Blocks[i];
            yield return ("content_block_start", ApiJson.BlockStart(i, block, this));
            foreach (var (type, member, value) in Deltas(block))
                yield return ("content_block_delta", ApiJson.BlockDelta(i, type, member, value));
            yield return ("content_block_stop", ApiJson.BlockStop(i));
        }

        yield return ("message_delta", ApiJson.MessageDelta(this));
        if (!Reply.IsTruncated)
            yield return ("message_stop", ApiJson.Bare("message_stop"));
    }

    private static IEnumerable<(string Type, string Member, string Value)> Deltas(ReplyBlock block)
    {
        switch (block)
        {
            case TextReplyBlock text:
                foreach (string chunk in text.Chunks)
                    yield return ("text_delta", "text", chunk);
                break;
            case ThinkingReplyBlock thinking:
                foreach (string chunk in thinking.Chunks)
                    yield return ("thinking_delta", "thinking", chunk);
                yield return ("signature_delta", "signature", thinking.Signature);
                break;
            case ToolUseReplyBlock tool:
                // The API sends an empty fragment first; half a token of JSON never parses on its own, so the cut lies anywhere.
                yield return ("input_json_delta", "partial_json", "");
                string json = tool.Call.InputJson;
                int middle = json.Length / 2;
                if (middle > 0 && char.IsHighSurrogate(json[middle - 1]))
                    middle++;
                yield return ("input_json_delta", "partial_json", json[..middle]);
                yield return ("input_json_delta", "partial_json", json[middle..]);
                break;
        }
    }

    private static int Pieces(ReplyBlock block) => block switch
    {
        TextReplyBlock text => text.Chunks.Count,
        ThinkingReplyBlock thinking => thinking.Chunks.Count,
        _ => 8,
    };
}
