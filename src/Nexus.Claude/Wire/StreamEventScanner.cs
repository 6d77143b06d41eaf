namespace Nexus.Claude.Wire;

/// <summary>
/// Reads the most frequent message, a stream event with a piece of text in the order in which the CLI writes it, in one pass and with two
/// allocations: the message and the text. Anything else is left to <see cref="StreamEventReader"/>.
/// </summary>
internal static class StreamEventScanner
{
    private static readonly SessionIdText?[] SessionIds = new SessionIdText?[64];

    private static ReadOnlySpan<byte> Head => """{"type":"stream_event","event":{"type":"content_block_delta","index":"""u8;

    private static ReadOnlySpan<byte> Middle => ""","delta":{"type":"text_delta","text":"""u8;

    /// <summary>The message, or null when the line is another. It needs no kind: a read loop asks it first, and looks for the kind only when it declines.</summary>
    internal static StreamEventMessage? TryRead(ReadOnlyMemory<byte> line)
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
