using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>Reads content, of which the kinds of block that most answers and tool results consist of without JSON contracts.</summary>
internal static class ContentReader
{
    internal static IReadOnlyList<ContentBlock>? ReadList(ref JsonTokenReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new PlainTextContent(reader.GetString());
        if (!MemberReader.EnterArray(ref reader))
            return null;
        var blocks = new List<ContentBlock>(1);
        while (MemberReader.NextItem(ref reader))
            blocks.Add(ReadBlock(ref reader));
        return blocks;
    }

    internal static ContentBlock ReadBlock(ref JsonTokenReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            var type = MemberReader.TypeOf(reader);
            if (type.SequenceEqual("text"u8))
                return ReadText(ref reader);
            if (type.SequenceEqual("tool_use"u8))
                return ReadToolUse(ref reader);
            if (type.SequenceEqual("tool_result"u8))
                return ReadToolResult(ref reader);
            if (type.SequenceEqual("thinking"u8))
                return ReadThinking(ref reader);
        }

        return MemberReader.Rare(ref reader, ContentBlockConverter.Instance, MessageJson.Default.Options)!;
    }

    private static TextBlock ReadText(ref JsonTokenReader reader)
    {
        string? text = null;
        JsonElement? citations = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("text"u8))
                text = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("citations"u8))
                citations = MemberReader.Element(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new TextBlock
        {
            Text = text!,
            Citations = citations,
            AdditionalProperties = more,
        };
    }

    private static ThinkingBlock ReadThinking(ref JsonTokenReader reader)
    {
        string? thinking = null, signature = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("thinking"u8))
                thinking = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("signature"u8))
                signature = MemberReader.Text(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new ThinkingBlock
        {
            Thinking = thinking!,
            Signature = signature,
            AdditionalProperties = more,
        };
    }

    private static ToolUseBlock ReadToolUse(ref JsonTokenReader reader)
    {
        string? id = null, name = null;
        JsonElement input = default;
        JsonElement? caller = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("id"u8))
                id = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("name"u8))
                name = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("input"u8))
                input = MemberReader.Json(ref reader);
            else if (member.SequenceEqual("caller"u8))
                caller = MemberReader.Element(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new ToolUseBlock
        {
            Id = id!,
            Name = name!,
            Input = input,
            Caller = caller,
            AdditionalProperties = more,
        };
    }

    private static ToolResultBlock ReadToolResult(ref JsonTokenReader reader)
    {
        string? toolUseId = null;
        IReadOnlyList<ContentBlock>? content = null;
        bool? isError = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("tool_use_id"u8))
                toolUseId = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("content"u8))
                content = ReadList(ref reader);
            else if (member.SequenceEqual("is_error"u8))
                isError = MemberReader.Flag(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new ToolResultBlock
        {
            ToolUseId = toolUseId!,
            Content = content!,
            WireIsError = isError,
            AdditionalProperties = more,
        };
    }
}
