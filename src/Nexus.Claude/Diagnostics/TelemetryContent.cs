using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Diagnostics;

/// <summary>Prompts and answers in the JSON form that the conventions for generative AI give them. Media are named, not copied.</summary>
internal static class TelemetryContent
{
    /// <summary>A prompt as <c>gen_ai.input.messages</c>.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <returns>The JSON.</returns>
    public static string Of(UserPrompt prompt) => Write("user", null, json =>
    {
        foreach (var block in prompt.Content)
        {
            if (block is TextBlock text)
                WriteText(json, text.Text);
            else
                WriteMedia(json, block);
        }
    });

    /// <summary>An answer as <c>gen_ai.output.messages</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="finishReason">Why it ended.</param>
    /// <returns>The JSON.</returns>
    public static string Of(string text, string? finishReason) => Write("assistant", finishReason ?? "end_turn", json => WriteText(json, text));

    private static string Write(string role, string? finishReason, Action<Utf8JsonWriter> writeParts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("role"u8, role);
            json.WriteStartArray("parts"u8);
            writeParts(json);
            json.WriteEndArray();
            if (finishReason is not null)
                json.WriteString("finish_reason"u8, finishReason);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("content"u8, text);
        json.WriteEndObject();
    }

    private static void WriteMedia(Utf8JsonWriter json, ContentBlock block)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, block.Type);
        var media = (block as ImageBlock)?.Source.MediaType ?? (block as DocumentBlock)?.Source.MediaType;
        if (media is not null)
            json.WriteString("mime_type"u8, media);
        json.WriteEndObject();
    }
}
