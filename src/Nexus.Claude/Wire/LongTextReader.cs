namespace Nexus.Claude.Wire;

/// <summary>
/// Reads an assistant message of many megabytes. Its long texts are cut out, the rest is read as usual, and each text is decoded
/// straight into its string; the token reader would walk them byte by byte, three times.
/// </summary>
internal static class LongTextReader
{
    /// <summary>A line shorter than this is read faster in the usual way.</summary>
    public const int MinimumLine = 256 * 1024;

    private const int MinimumText = 64 * 1024;

    /// <summary>Reads the line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="readRest">Reads the line without its long texts.</param>
    /// <returns>The message; null when there is no long text, or something about it is unusual.</returns>
    public static AssistantMessage? TryRead(ReadOnlyMemory<byte> line, Func<ReadOnlyMemory<byte>, ClaudeMessage> readRest)
    {
        var json = line.Span;
        var texts = Find(json);
        if (texts.Count == 0)
            return null;

        var decoded = new string[texts.Count];
        for (var i = 0; i < texts.Count; i++)
        {
            if (JsonText.TryDecode(json[texts[i].Start..texts[i].End]) is not { } text)
                return null;
            decoded[i] = text;
        }

        if (readRest(CutOut(json, texts)) is not AssistantMessage message)
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

    private static List<LongText> Find(ReadOnlySpan<byte> json)
    {
        var texts = new List<LongText>();
        var members = new JsonMembers(json, JsonStructure.SkipWhitespace(json, 0));
        while (members.MoveNext())
        {
            if (!members.Name.SequenceEqual("message"u8))
                continue;
            var message = new JsonMembers(json, members.ValueStart);
            while (message.MoveNext())
            {
                if (message.Name.SequenceEqual("content"u8) && json[message.ValueStart] == (byte)'[')
                    FindInBlocks(json, message.ValueStart + 1, texts);
            }
        }

        return texts;
    }

    private static void FindInBlocks(ReadOnlySpan<byte> json, int start, List<LongText> texts)
    {
        for (var block = 0; ; block++)
        {
            start = JsonStructure.SkipWhitespace(json, start);
            var members = new JsonMembers(json, start);
            while (members.MoveNext())
            {
                var isThinking = members.Name.SequenceEqual("thinking"u8);
                if ((isThinking || members.Name.SequenceEqual("text"u8)) && members.IsString && members.StringValue.Length >= MinimumText)
                    texts.Add(new LongText(members.ValueStart + 1, members.ValueEnd - 1, block, isThinking));
            }

            if (!JsonStructure.TrySkipValue(json, start, out var end))
                return;
            end = JsonStructure.SkipWhitespace(json, end);
            if (end >= json.Length || json[end] != (byte)',')
                return;
            start = end + 1;
        }
    }

    private static byte[] CutOut(ReadOnlySpan<byte> json, List<LongText> texts)
    {
        var rest = new byte[json.Length - texts.Sum(static text => text.End - text.Start)];
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

    /// <summary>Where a long text lies between its quotes, and whose it is.</summary>
    private readonly record struct LongText(int Start, int End, int Block, bool IsThinking);
}
