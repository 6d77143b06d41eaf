namespace Nexus.Claude.Wire;

/// <summary>
/// Reads an assistant message of many megabytes. Its long texts are cut out, the rest is read as usual, and each text is decoded
/// straight into its string; the token reader would walk them byte by byte, three times. They are looked at three times in all: to find the end, to count the
/// characters, and to decode.
/// </summary>
internal static class LongTextReader
{
    /// <summary>A line shorter than this is read faster in the usual way.</summary>
    public const int MinimumLine = 256 * 1024;

    private const int MinimumText = 64 * 1024;

    /// <summary>Reads the line.</summary>
    /// <param name="line">The line of an assistant message.</param>
    /// <returns>The message; null when there is no long text, or something about it is unusual.</returns>
    public static AssistantMessage? TryRead(ReadOnlyMemory<byte> line)
    {
        var json = line.Span;
        if (!TryFind(json, out var texts))
            return null;

        var decoded = new string[texts.Count];
        for (var i = 0; i < texts.Count; i++)
        {
            if (JsonText.TryDecode(json[texts[i].Start..texts[i].End], texts[i].Surplus) is not { } text)
                return null;
            decoded[i] = text;
        }

        if (MessageReader.Read(CutOut(json, texts), "assistant"u8, default) is not AssistantMessage message)
            return null;
        var blocks = message.Content.ToArray();
        for (var i = 0; i < texts.Count; i++)
        {
            ref var block = ref blocks[texts[i].Block];
            switch (block)
            {
                case TextBlock text when !texts[i].IsThinking:
                    block = text with { Text = decoded[i] };
                    break;
                case ThinkingBlock thinking when texts[i].IsThinking:
                    block = thinking with { Thinking = decoded[i] };
                    break;
                default:
                    return null;
            }
        }

        return message with { Message = message.Message with { Content = blocks }, Raw = new RawJson(line) };
    }

    private static bool TryFind(ReadOnlySpan<byte> json, out List<LongText> texts)
    {
        texts = [];
        var cursor = new JsonCursor(json);
        var isClean = cursor.TryEnterObject();
        while (isClean && cursor.TryNextMember(out var name))
        {
            if (!name.SequenceEqual("message"u8) || !cursor.TryEnterObject())
            {
                cursor.TrySkip();
                continue;
            }

            while (isClean && cursor.TryNextMember(out name))
            {
                if (name.SequenceEqual("content"u8) && cursor.TryEnterArray())
                    isClean = TryFindInBlocks(json, ref cursor, texts);
                else
                    cursor.TrySkip();
            }
        }

        return isClean && texts.Count > 0;
    }

    /// <summary>Finds the long texts of the blocks.</summary>
    /// <returns>False when a text is not clean.</returns>
    private static bool TryFindInBlocks(ReadOnlySpan<byte> json, ref JsonCursor cursor, List<LongText> texts)
    {
        for (var block = 0; cursor.TryNextItem(); block++)
        {
            if (!cursor.TryEnterObject())
            {
                cursor.TrySkip();
                continue;
            }

            while (cursor.TryNextMember(out var name))
            {
                var isThinking = name.SequenceEqual("thinking"u8);
                if (json[cursor.Position] != (byte)'"' || (!isThinking && !name.SequenceEqual("text"u8)))
                {
                    cursor.TrySkip();
                    continue;
                }

                var start = cursor.Position + 1;
                if (!JsonText.TryMeasure(json, start, out var end, out var surplus))
                    return false;
                cursor.SkipTo(end + 1);
                if (end - start >= MinimumText)
                    texts.Add(new LongText(start, end, surplus, block, isThinking));
            }
        }

        return true;
    }

    private static byte[] CutOut(ReadOnlySpan<byte> json, List<LongText> texts)
    {
        var length = json.Length;
        foreach (var text in texts)
            length -= text.End - text.Start;
        var rest = new byte[length];
        int from = 0, to = 0;
        foreach (var text in texts)
        {
            json[from..text.Start].CopyTo(rest.AsSpan(to));
            to += text.Start - from;
            from = text.End;
        }

        json[from..].CopyTo(rest.AsSpan(to));
        return rest;
    }

    /// <summary>Where a long text lies between its quotes, by how much its escapes make it longer, and whose it is.</summary>
    private readonly record struct LongText(int Start, int End, int Surplus, int Block, bool IsThinking);
}
