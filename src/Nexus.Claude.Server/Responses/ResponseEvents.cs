using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Responses;

/// <summary>Writes the events of a response that is streamed, each with its number.</summary>
/// <param name="output">The body of the HTTP response.</param>
internal sealed class ResponseEvents(PipeWriter output)
{
    private int _next;

    /// <summary>Writes an event with the whole response.</summary>
    /// <param name="type">The event, without <c>response.</c>.</param>
    /// <param name="response">The response, UTF-8 JSON.</param>
    public void Response(string type, ReadOnlyMemory<byte> response) => Write(type, writer =>
    {
        writer.WritePropertyName("response"u8);
        writer.WriteRawValue(response.Span, skipInputValidation: true);
    });

    /// <summary>Writes that an item begins or is complete.</summary>
    /// <param name="type"><c>output_item.added</c> or <c>output_item.done</c>.</param>
    /// <param name="item">The item.</param>
    /// <param name="includeEncrypted">See <see cref="ItemWriter.Write"/>.</param>
    /// <param name="status">How far it is.</param>
    public void Item(string type, OutputItem item, bool includeEncrypted, string status) => Write(type, writer =>
    {
        writer.WriteNumber("output_index"u8, item.Index);
        writer.WritePropertyName("item"u8);
        item.Write(writer, includeEncrypted, status);
    });

    /// <summary>Writes that the only part of a message or a thought begins or is complete.</summary>
    /// <param name="type"><c>content_part.added</c>, <c>reasoning_summary_part.done</c>, ...</param>
    /// <param name="item">The item.</param>
    /// <param name="text">The part's text.</param>
    public void Part(string type, OutputItem item, string text) => Write(type, writer =>
    {
        WritePlace(writer, item);
        writer.WriteStartObject("part"u8);
        if (item.Kind == ItemKind.Reasoning)
            ItemWriter.WriteSummaryText(writer, text);
        else
            ItemWriter.WriteOutputText(writer, text);
        writer.WriteEndObject();
    });

    /// <summary>Writes a piece of an item, or the whole of it at its end.</summary>
    /// <param name="type"><c>output_text.delta</c>, <c>function_call_arguments.done</c>, ...</param>
    /// <param name="item">The item.</param>
    /// <param name="member">What the text is called: <c>delta</c>, <c>text</c> or <c>arguments</c>.</param>
    /// <param name="text">The text.</param>
    public void Text(string type, OutputItem item, string member, string text) => Write(type, writer =>
    {
        WritePlace(writer, item);
        writer.WritePropertyName(member);

        // The model's pieces may split a character; its halves are whole again at the client.
        writer.WriteRawValue(JsonEscape.ToUtf8(text).Span, skipInputValidation: true);
        if (item.Kind == ItemKind.Message)
        {
            writer.WriteStartArray("logprobs"u8);
            writer.WriteEndArray();
        }
        else if (item.Kind == ItemKind.FunctionCall && member == "arguments")
        {
            writer.WriteString("name"u8, item.Name);
        }
    });

    private static void WritePlace(Utf8JsonWriter writer, OutputItem item)
    {
        writer.WriteString("item_id"u8, item.Id);
        writer.WriteNumber("output_index"u8, item.Index);
        if (item.Kind == ItemKind.Message)
            writer.WriteNumber("content_index"u8, 0);
        else if (item.Kind == ItemKind.Reasoning)
            writer.WriteNumber("summary_index"u8, 0);
    }

    private void Write(string type, Action<Utf8JsonWriter> write)
    {
        var name = System.Text.Encoding.ASCII.GetBytes($"response.{type}");
        output.Write("event: "u8);
        output.Write(name);
        output.Write("\ndata: "u8);
        using (var writer = new Utf8JsonWriter(output, JsonReply.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, name);
            writer.WriteNumber("sequence_number"u8, _next++);
            write(writer);
            writer.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }
}
