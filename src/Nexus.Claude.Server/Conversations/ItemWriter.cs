using System.Text.Json;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Writes items as OpenAI's clients expect them: in conversations, and as the input and output of responses.</summary>
internal static class ItemWriter
{
    private const string SignedPrefix = "signed:";
    private const string RedactedPrefix = "redacted:";

    /// <summary>Writes an item.</summary>
    /// <param name="writer">Gets the object.</param>
    /// <param name="item">The item.</param>
    /// <param name="includeEncrypted">Whether a thought carries what the API needs to take it back (<c>reasoning.encrypted_content</c>).</param>
    /// <param name="status">How far it is: <c>completed</c>, <c>in_progress</c> or <c>incomplete</c>.</param>
    public static void Write(Utf8JsonWriter writer, ConversationItem item, bool includeEncrypted = false, string status = "completed")
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, item.Id);
        switch (item.Content)
        {
            case [ToolUseBlock call]:
                writer.WriteString("type"u8, "function_call"u8);
                writer.WriteString("status"u8, status);
                writer.WriteString("call_id"u8, call.Id);
                writer.WriteString("name"u8, call.Name);
                writer.WriteString("arguments"u8, Arguments(call.Input));
                break;
            case [ToolResultBlock result]:
                writer.WriteString("type"u8, "function_call_output"u8);
                writer.WriteString("status"u8, status);
                writer.WriteString("call_id"u8, result.ToolUseId);
                writer.WritePropertyName("output"u8);
                if (result.Content.All(static block => block is TextBlock))
                    writer.WriteStringValue(result.Text);
                else
                    WriteParts(writer, result.Content, ItemRole.User);
                break;
            case [ThinkingBlock or RedactedThinkingBlock]:
                WriteReasoning(writer, item.Content[0], includeEncrypted);
                break;
            default:
                writer.WriteString("type"u8, "message"u8);
                writer.WriteString("status"u8, status);
                writer.WriteString("role"u8, ItemJson.RoleName(item.Role));
                writer.WritePropertyName("content"u8);
                WriteParts(writer, item.Content, item.Role);
                break;
        }

        writer.WriteEndObject();
    }

    /// <summary>The arguments of a call as clients get them.</summary>
    /// <param name="input">The arguments.</param>
    /// <returns>JSON.</returns>
    public static string Arguments(JsonElement input) => input.GetRawText();

    /// <summary>What the API needs to take a thought back, out of what clients carry for it.</summary>
    /// <param name="encrypted">The item's <c>encrypted_content</c>.</param>
    /// <param name="isRedacted">Whether it is a thought that only the API can read.</param>
    /// <returns>The signature or the data; null when it is none of ours.</returns>
    public static string? Unseal(string? encrypted, out bool isRedacted)
    {
        isRedacted = encrypted?.StartsWith(RedactedPrefix, StringComparison.Ordinal) == true;
        if (isRedacted)
            return encrypted![RedactedPrefix.Length..];
        return encrypted?.StartsWith(SignedPrefix, StringComparison.Ordinal) == true ? encrypted[SignedPrefix.Length..] : null;
    }

    private static void WriteReasoning(Utf8JsonWriter writer, ContentBlock thought, bool includeEncrypted)
    {
        writer.WriteString("type"u8, "reasoning"u8);
        writer.WriteStartArray("summary"u8);
        if (thought is ThinkingBlock { Thinking.Length: > 0 } thinking)
        {
            writer.WriteStartObject();
            WriteSummaryText(writer, thinking.Thinking);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (!includeEncrypted)
            return;
        var encrypted = thought switch
        {
            ThinkingBlock { Signature: { } signature } => SignedPrefix + signature,
            RedactedThinkingBlock redacted => RedactedPrefix + redacted.Data,
            _ => null,
        };
        if (encrypted is not null)
            writer.WriteString("encrypted_content"u8, encrypted);
    }

    private static void WriteParts(Utf8JsonWriter writer, IReadOnlyList<ContentBlock> content, ItemRole role)
    {
        writer.WriteStartArray();
        foreach (var block in content)
        {
            writer.WriteStartObject();
            switch (block)
            {
                case TextBlock text when role == ItemRole.Assistant:
                    WriteOutputText(writer, text.Text);
                    break;
                case TextBlock text:
                    writer.WriteString("type"u8, "input_text"u8);
                    writer.WriteString("text"u8, text.Text);
                    break;
                case ImageBlock image:
                    writer.WriteString("type"u8, "input_image"u8);
                    writer.WriteString("detail"u8, "auto"u8);
                    writer.WriteNull("file_id"u8);
                    writer.WriteString("image_url"u8, image.Source.Url ?? $"data:{image.Source.MediaType};base64,{image.Source.Data}");
                    break;
                case DocumentBlock document:
                    WriteFile(writer, document);
                    break;
                default:
                    // Nothing that a client of OpenAI's knows; the model still sees it.
                    writer.WriteString("type"u8, "input_text"u8);
                    writer.WriteString("text"u8, $"[{block.Type}]");
                    break;
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteFile(Utf8JsonWriter writer, DocumentBlock document)
    {
        var source = document.Source;
        writer.WriteString("type"u8, "input_file"u8);
        writer.WriteString("filename"u8, document.Title);
        if (source.Url is not null)
            writer.WriteString("file_url"u8, source.Url);
        else if (source.Type == "text")
            writer.WriteString("file_data"u8, $"data:{source.MediaType};base64,{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(source.Data ?? ""))}");
        else
            writer.WriteString("file_data"u8, $"data:{source.MediaType};base64,{source.Data}");
    }

    /// <summary>Writes the members of a part that the model said.</summary>
    /// <param name="writer">At the beginning of the part's object.</param>
    /// <param name="text">What it said.</param>
    public static void WriteOutputText(Utf8JsonWriter writer, string text)
    {
        writer.WriteString("type"u8, "output_text"u8);
        writer.WriteString("text"u8, text);
        writer.WriteStartArray("annotations"u8);
        writer.WriteEndArray();
        writer.WriteStartArray("logprobs"u8);
        writer.WriteEndArray();
    }

    /// <summary>Writes the members of a part of a thought.</summary>
    /// <param name="writer">At the beginning of the part's object.</param>
    /// <param name="text">What the model thought.</param>
    public static void WriteSummaryText(Utf8JsonWriter writer, string text)
    {
        writer.WriteString("type"u8, "summary_text"u8);
        writer.WriteString("text"u8, text);
    }
}
