using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>
/// Reads the most frequent message, a stream event with a piece of text, in one pass and with two allocations: the message and the
/// text. The CLI's own order of members takes the shortest way, any other order a token reader; any other shape is left to the
/// general reader.
/// </summary>
internal static class StreamEventScanner
{
    private static readonly SessionIdText?[] SessionIds = new SessionIdText?[64];

    private static ReadOnlySpan<byte> Head => """{"type":"stream_event","event":{"type":"content_block_delta","index":"""u8;

    private static ReadOnlySpan<byte> Middle => ""","delta":{"type":"text_delta","text":"""u8;

    /// <summary>The message, or null when the line has another shape.</summary>
    internal static StreamEventMessage? TryRead(ReadOnlyMemory<byte> line)
    {
        if (TryReadUsualOrder(line) is { } usual)
            return usual;
        try
        {
            return Scan(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// The message when the line is a piece of text in the order in which the CLI writes it, else null. It needs no kind: a read loop may
    /// ask it first and look for the kind of the line only when it declines.
    /// </summary>
    internal static StreamEventMessage? TryReadUsualOrder(ReadOnlyMemory<byte> line)
    {
        var span = line.Span;
        if (!span.StartsWith(Head))
            return null;
        var at = Head.Length;
        if (!TryReadIndex(span, ref at, out var index) || !span[at..].StartsWith(Middle))
            return null;
        at += Middle.Length;
        if (!TryReadText(span, ref at, out var piece) || !span[at..].StartsWith("}}"u8))
            return null;
        at += 2;

        string? sessionId = null, parent = null;
        RawSlice uuid = default, apiMessageId = default;
        while (span[at..].StartsWith(","u8))
        {
            at++;
            if (!TryReadString(span, ref at, out var name) || !span[at..].StartsWith(":"u8))
                return null;
            at++;
            RawSlice value = default;
            if (span[at..].StartsWith("null"u8))
                at += 4;
            else if (!TryReadString(span, ref at, out value))
                return null;
            var key = span.Slice(name.Start, name.Length);
            var text = span.Slice(value.Start, value.Length);
            if (key.SequenceEqual("session_id"u8))
                sessionId = value.Start == 0 ? null : InternSessionId(text);
            else if (key.SequenceEqual("parent_tool_use_id"u8))
                parent = value.Start == 0 ? null : Utf8Text.ToString(text);
            else if (key.SequenceEqual("uuid"u8))
                uuid = value;
            else if (key.SequenceEqual("api_message_id"u8))
                apiMessageId = value;
            else
                return null;
        }

        if (!span[at..].SequenceEqual("}"u8))
            return null;
        return new StreamEventMessage(piece, index, uuid, apiMessageId)
        {
            SessionId = sessionId,
            ParentToolUseId = parent,
            Raw = new RawJson(line),
        };
    }

    private static bool TryReadIndex(ReadOnlySpan<byte> span, ref int at, out int index)
    {
        index = 0;
        var start = at;
        while (at < span.Length && at - start < 6 && span[at] is >= (byte)'0' and <= (byte)'9')
            index = (index * 10) + (span[at++] - '0');
        return at > start && (at == start + 1 || span[start] != '0');
    }

    // From the opening quote on.
    private static bool TryReadText(ReadOnlySpan<byte> span, ref int at, out string text)
    {
        text = "";
        if (at >= span.Length || span[at] != '"' || !JsonText.TryMeasure(span, at + 1, out var end, out var surplus))
            return false;
        var escaped = span[(at + 1)..end];
        at = end + 1;
        if (surplus == 0)
            text = Utf8Text.ToString(escaped);
        else if (JsonText.TryDecode(escaped, surplus) is { } decoded)
            text = decoded;
        else
            return false;
        return true;
    }

    // A string without escapes, from its opening quote on.
    private static bool TryReadString(ReadOnlySpan<byte> span, ref int at, out RawSlice slice)
    {
        slice = default;
        if (at >= span.Length || span[at] != '"')
            return false;
        var length = PlainText.EndOf(span[(at + 1)..]);
        if (length < 0 || span[at + 1 + length] != '"')
            return false;
        slice = new RawSlice(at + 1, length);
        at += length + 2;
        return true;
    }

    private static StreamEventMessage? Scan(ReadOnlyMemory<byte> line)
    {
        var reader = new JsonTokenReader(line.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;

        string? text = null, sessionId = null, parent = null;
        var index = 0;
        RawSlice uuid = default, apiMessageId = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueIsEscaped)
                return null;
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("event"u8))
            {
                text = ScanEvent(ref reader, out index);
                if (text is null)
                    return null;
                continue;
            }

            var isString = reader.TokenType == JsonTokenType.String;
            if (isString ? reader.ValueIsEscaped : reader.TokenType != JsonTokenType.Null)
                return null;
            if (name.SequenceEqual("uuid"u8))
                uuid = Slice(ref reader, isString);
            else if (name.SequenceEqual("session_id"u8))
                sessionId = isString ? InternSessionId(reader.ValueSpan) : null;
            else if (name.SequenceEqual("parent_tool_use_id"u8))
                parent = isString ? reader.GetString() : null;
            else if (name.SequenceEqual("api_message_id"u8))
                apiMessageId = Slice(ref reader, isString);
            else if (!name.SequenceEqual("type"u8))
                return null;
        }

        // Reads on to find that nothing follows the object.
        if (text is null || reader.Read())
            return null;
        return new StreamEventMessage(text, index, uuid, apiMessageId)
        {
            SessionId = sessionId,
            ParentToolUseId = parent,
            Raw = new RawJson(line),
        };
    }

    private static string? ScanEvent(ref JsonTokenReader reader, out int index)
    {
        index = 0;
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        string? text = null;
        var isDelta = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("type"u8))
            {
                isDelta = reader.TokenType == JsonTokenType.String && reader.ValueSpan.SequenceEqual("content_block_delta"u8);
                if (!isDelta)
                    return null;
            }
            else if (name.SequenceEqual("index"u8))
            {
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out index))
                    return null;
            }
            else if (name.SequenceEqual("delta"u8))
            {
                text = ScanDelta(ref reader);
                if (text is null)
                    return null;
            }
            else
            {
                return null;
            }
        }

        return isDelta ? text : null;
    }

    private static string? ScanDelta(ref JsonTokenReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        string? text = null;
        var isText = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                return null;
            if (name.SequenceEqual("type"u8))
            {
                isText = reader.ValueSpan.SequenceEqual("text_delta"u8);
                if (!isText)
                    return null;
            }
            else if (name.SequenceEqual("text"u8))
            {
                // Strictly: a text that is not Unicode is for the general reader to repair.
                text = JsonText.TryDecode(reader.ValueSpan);
                if (text is null)
                    return null;
            }
            else
            {
                return null;
            }
        }

        return isText ? text : null;
    }

    private static RawSlice Slice(ref JsonTokenReader reader, bool isString) =>
        isString ? new RawSlice(reader.TokenStartIndex + 1, reader.ValueSpan.Length) : default;

    /// <summary>
    /// The same string for the same id, because every message of a session repeats it. A slot may be overwritten by another
    /// session at any time; that costs an allocation and nothing else.
    /// </summary>
    internal static string InternSessionId(ReadOnlySpan<byte> id)
    {
        if (id.Length is 0 or > 64)
            return Utf8Text.ToString(id);
        ref var slot = ref SessionIds[(id[0] * 31 + id[id.Length / 2] * 7 + id[^1]) & 63];
        var known = Volatile.Read(ref slot);
        if (known is not null && id.SequenceEqual(known.Utf8))
            return known.Text;
        known = new SessionIdText(id.ToArray(), Utf8Text.ToString(id));
        Volatile.Write(ref slot, known);
        return known.Text;
    }

    private sealed record SessionIdText(byte[] Utf8, string Text);
}
