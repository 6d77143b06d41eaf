using System.Buffers;
using System.Text.Json;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Items as stores keep them: a JSON object on one line, with the blocks as the Messages API writes them.</summary>
internal static class ItemJson
{
    /// <summary>Writes an item.</summary>
    /// <param name="item">The item.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Write(ConversationItem item)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, item);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes an item.</summary>
    /// <param name="writer">Gets the object.</param>
    /// <param name="item">The item.</param>
    public static void Write(Utf8JsonWriter writer, ConversationItem item)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, item.Id);
        writer.WriteString("role"u8, RoleName(item.Role));
        writer.WritePropertyName("said"u8);

        // The message of the core carries any kind of block, whoever said it, and reads and writes all of them.
        var message = new UserMessage { Message = new UserMessageBody { Role = "user", Content = item.Content } };
        writer.WriteRawValue(message.ToJson(), skipInputValidation: true);
        writer.WriteEndObject();
    }

    /// <summary>Reads an item.</summary>
    /// <param name="utf8">UTF-8 JSON, as written by <see cref="Write(ConversationItem)"/>.</param>
    /// <returns>The item.</returns>
    /// <exception cref="JsonException">It is something else.</exception>
    public static ConversationItem Read(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        return Read(ref reader, utf8);
    }

    /// <summary>Reads items out of an array.</summary>
    /// <param name="array">UTF-8 JSON: an array of items.</param>
    /// <returns>The items.</returns>
    /// <exception cref="JsonException">It is something else.</exception>
    public static IReadOnlyList<ConversationItem> ReadAll(ReadOnlyMemory<byte> array)
    {
        var items = new List<ConversationItem>();
        var reader = new Utf8JsonReader(array.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("Not an array of items.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(Read(ref reader, array));
        return items;
    }

    private static ConversationItem Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> utf8)
    {
        string? id = null, role = null;
        IReadOnlyList<ContentBlock>? content = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = reader.GetString();
            }
            else if (reader.ValueTextEquals("role"u8))
            {
                reader.Read();
                role = reader.GetString();
            }
            else if (reader.ValueTextEquals("said"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                content = (ClaudeMessage.Parse(utf8[start..(int)reader.BytesConsumed]) as UserMessage)?.Message.Content;
            }
            else
            {
                reader.Skip();
            }
        }

        return id is not null && content is not null
            ? new ConversationItem(id, RoleOf(role), content)
            : throw new JsonException("Not an item of a conversation.");
    }

    /// <summary>The name of a role on the wire.</summary>
    /// <param name="role">The role.</param>
    /// <returns>OpenAI's name.</returns>
    public static string RoleName(ItemRole role) => role switch
    {
        ItemRole.System => "system",
        ItemRole.Developer => "developer",
        ItemRole.Assistant => "assistant",
        _ => "user",
    };

    private static ItemRole RoleOf(string? name) => name switch
    {
        "system" => ItemRole.System,
        "developer" => ItemRole.Developer,
        "assistant" => ItemRole.Assistant,
        _ => ItemRole.User,
    };
}
