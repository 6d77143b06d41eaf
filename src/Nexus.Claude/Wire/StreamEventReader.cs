using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>
/// Reads <see cref="StreamEventMessage"/> without JSON contracts, when it is not the piece of text that <see cref="StreamEventScanner"/>
/// reads.
/// </summary>
internal static class StreamEventReader
{
    internal static StreamEventMessage Read(ref JsonTokenReader reader)
    {
        StreamEvent? content = null;
        string? sessionId = null, parentToolUseId = null, uuid = null;
        StreamEventExtras? extras = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("event"u8))
                content = ReadEvent(ref reader);
            else if (member.SequenceEqual("session_id"u8))
                sessionId = MemberReader.SessionId(ref reader);
            else if (member.SequenceEqual("parent_tool_use_id"u8))
                parentToolUseId = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("uuid"u8))
                uuid = MemberReader.Text(ref reader);
            else if (!member.SequenceEqual("type"u8) && !ReadExtra(ref reader, member, ref extras))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new StreamEventMessage(content, extras)
        {
            SessionId = sessionId,
            ParentToolUseId = parentToolUseId,
            Uuid = uuid,
            AdditionalProperties = more,
        };
    }

    // What only some events carry.
    private static bool ReadExtra(ref JsonTokenReader reader, scoped ReadOnlySpan<byte> member, ref StreamEventExtras? extras)
    {
        if (member.SequenceEqual("api_message_id"u8))
            (extras ??= new()).ApiMessageId = MemberReader.Text(ref reader);
        else if (member.SequenceEqual("ttft_ms"u8))
            (extras ??= new()).TimeToFirstToken = MemberReader.Milliseconds(ref reader);
        else if (member.SequenceEqual("user_message_uuid"u8))
            (extras ??= new()).UserMessageUuid = MemberReader.Text(ref reader);
        else if (member.SequenceEqual("user_message_uuids"u8))
            (extras ??= new()).UserMessageUuids = MemberReader.Texts(ref reader);
        else if (member.SequenceEqual("resume_reason"u8))
            (extras ??= new()).ResumeReason = MemberReader.Text(ref reader);
        else if (member.SequenceEqual("thinking_display"u8))
            (extras ??= new()).ThinkingDisplay = MemberReader.Text(ref reader);
        else if (member.SequenceEqual("owed_rows"u8))
            (extras ??= new()).OwedRows = MemberReader.Unparsed(ref reader);
        else if (member.SequenceEqual("abandoned_blocks"u8))
            (extras ??= new()).AbandonedBlocks = MemberReader.Unparsed(ref reader);
        else
            return false;
        return true;
    }

    private static StreamEvent? ReadEvent(ref JsonTokenReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            var type = MemberReader.TypeOf(reader);
            if (type.SequenceEqual("content_block_delta"u8))
                return ReadBlockDelta(ref reader);
            if (type.SequenceEqual("content_block_start"u8))
                return ReadBlockStart(ref reader);
            if (type.SequenceEqual("content_block_stop"u8))
                return ReadBlockStop(ref reader);
            if (type.SequenceEqual("message_start"u8))
                return ReadMessageStart(ref reader);
            if (type.SequenceEqual("message_delta"u8))
                return ReadMessageDelta(ref reader);
            if (type.SequenceEqual("message_stop"u8))
                return ReadMessageStop(ref reader);
        }

        return MemberReader.Rare(ref reader, MessageJson.Default.StreamEvent);
    }

    private static MessageStartEvent ReadMessageStart(ref JsonTokenReader reader)
    {
        ApiMessage? message = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("message"u8))
                message = AssistantReader.ReadApiMessage(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new MessageStartEvent
        {
            Message = message!,
            AdditionalProperties = more,
        };
    }

    private static ContentBlockStartEvent ReadBlockStart(ref JsonTokenReader reader)
    {
        int index = 0;
        ContentBlock? contentBlock = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("index"u8))
                index = MemberReader.ToInt32(ref reader);
            else if (member.SequenceEqual("content_block"u8))
                contentBlock = ReadBlock(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new ContentBlockStartEvent
        {
            Index = index,
            ContentBlock = contentBlock,
            AdditionalProperties = more,
        };
    }

    private static ContentBlockDeltaEvent ReadBlockDelta(ref JsonTokenReader reader)
    {
        int index = 0;
        ContentDelta? delta = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("index"u8))
                index = MemberReader.ToInt32(ref reader);
            else if (member.SequenceEqual("delta"u8))
                delta = DeltaReader.Read(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new ContentBlockDeltaEvent
        {
            Index = index,
            Delta = delta,
            AdditionalProperties = more,
        };
    }

    private static ContentBlockStopEvent ReadBlockStop(ref JsonTokenReader reader)
    {
        int index = 0;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("index"u8))
                index = MemberReader.ToInt32(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new ContentBlockStopEvent
        {
            Index = index,
            AdditionalProperties = more,
        };
    }

    private static MessageDeltaEvent ReadMessageDelta(ref JsonTokenReader reader)
    {
        MessageDelta? delta = null;
        TokenUsage? usage = null;
        JsonElement? contextManagement = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("delta"u8))
                delta = DeltaReader.ReadMessageDelta(ref reader);
            else if (member.SequenceEqual("usage"u8))
                usage = UsageReader.Read(ref reader);
            else if (member.SequenceEqual("context_management"u8))
                contextManagement = MemberReader.Element(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new MessageDeltaEvent
        {
            Delta = delta!,
            Usage = usage,
            ContextManagement = contextManagement,
            AdditionalProperties = more,
        };
    }

    private static MessageStopEvent ReadMessageStop(ref JsonTokenReader reader)
    {
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new MessageStopEvent
        {
            AdditionalProperties = more,
        };
    }

    private static ContentBlock? ReadBlock(ref JsonTokenReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : ContentReader.ReadBlock(ref reader);
}
