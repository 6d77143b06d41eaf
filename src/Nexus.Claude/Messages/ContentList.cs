using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>
/// Content that is a string or an array on the wire, as one list. A string becomes a list that remembers so and is written as a string.
/// </summary>
internal sealed class ContentListConverter : JsonConverter<IReadOnlyList<ContentBlock>>
{
    public override IReadOnlyList<ContentBlock> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                var blocks = new List<ContentBlock>(1);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    blocks.Add(ReadBlock(ref reader, options));
                return blocks;
            case JsonTokenType.StartObject:
                return [ReadBlock(ref reader, options)];
            default:
                return new PlainTextContent(LenientStringConverter.ReadText(ref reader));
        }
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<ContentBlock> value, JsonSerializerOptions options)
    {
        if (value is PlainTextContent plain)
        {
            writer.WriteStringValue(plain.Text);
            return;
        }

        writer.WriteStartArray();
        for (var i = 0; i < value.Count; i++)
            ContentBlockConverter.Instance.Write(writer, value[i], options);
        writer.WriteEndArray();
    }

    private static ContentBlock ReadBlock(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        ContentBlockConverter.Instance.Read(ref reader, typeof(ContentBlock), options)!;
}

/// <summary>Content that was a plain string: a list of one text block.</summary>
internal sealed class PlainTextContent(string text) : IReadOnlyList<ContentBlock>
{
    private readonly TextBlock _block = new(text);

    public string Text => _block.Text;

    public int Count => 1;

    public ContentBlock this[int index] => index == 0 ? _block : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<ContentBlock> GetEnumerator()
    {
        yield return _block;
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>What content says.</summary>
internal static class ContentText
{
    internal static string Join(IReadOnlyList<ContentBlock> content)
    {
        string? first = null;
        System.Text.StringBuilder? all = null;
        for (var i = 0; i < content.Count; i++)
        {
            if (content[i] is not TextBlock { Text: var text })
                continue;
            if (first is null)
                first = text;
            else
                (all ??= new(first)).Append(text);
        }

        return all?.ToString() ?? first ?? "";
    }

    internal static string Describe(IReadOnlyList<ContentBlock> content) => string.Join(" ", content.Select(block => block switch
    {
        TextBlock text => text.Text,
        ToolUseBlock tool => $"[{tool.Name}]",
        ToolResultBlock { IsError: true } result => $"[error: {result.Text}]",
        ToolResultBlock result => $"[result: {result.Text}]",
        _ => $"[{block.Type}]",
    }));
}
