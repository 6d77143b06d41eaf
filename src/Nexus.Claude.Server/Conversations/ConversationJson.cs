using System.Buffers;
using System.Text.Json;

namespace Nexus.Claude.Server.Conversations;

/// <summary>What stores keep of a conversation beside its items, as JSON.</summary>
internal static class ConversationJson
{
    /// <summary>Writes a conversation.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Write(Conversation conversation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, conversation.Id);
            writer.WriteString("owner"u8, conversation.Owner);
            writer.WriteNumber("created"u8, conversation.CreatedAt.ToUnixTimeMilliseconds());
            writer.WriteNumber("updated"u8, conversation.UpdatedAt.ToUnixTimeMilliseconds());
            writer.WritePropertyName("metadata"u8);
            WriteMetadata(writer, conversation.Metadata);
            writer.WriteString("model"u8, conversation.Model);
            writer.WriteString("project_path"u8, conversation.ProjectPath);
            writer.WriteNumber("version"u8, conversation.Version);
            writer.WriteNumber("items"u8, conversation.ItemCount);
            writer.WriteNumber("turns"u8, conversation.TurnCount);
            writer.WriteNumber("tokens"u8, conversation.TotalTokens);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a conversation.</summary>
    /// <param name="utf8">UTF-8 JSON, as written by <see cref="Write"/>.</param>
    /// <returns>The conversation.</returns>
    /// <exception cref="JsonException">It is something else.</exception>
    public static Conversation Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        var json = document.RootElement;
        return new Conversation
        {
            Id = json.GetProperty("id"u8).GetString()!,
            Owner = json.GetProperty("owner"u8).GetString()!,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(json.GetProperty("created"u8).GetInt64()),
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(json.GetProperty("updated"u8).GetInt64()),
            Metadata = json.GetProperty("metadata"u8).EnumerateObject().ToDictionary(static pair => pair.Name, static pair => pair.Value.GetString()!),
            Model = json.GetProperty("model"u8).GetString(),
            ProjectPath = json.GetProperty("project_path"u8).GetString(),
            Version = json.GetProperty("version"u8).GetInt64(),
            ItemCount = json.GetProperty("items"u8).GetInt32(),
            TurnCount = json.GetProperty("turns"u8).GetInt32(),
            TotalTokens = json.GetProperty("tokens"u8).GetInt64(),
        };
    }

    /// <summary>Writes metadata as an object of texts.</summary>
    /// <param name="writer">Gets the object.</param>
    /// <param name="metadata">The metadata.</param>
    public static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in metadata)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }
}
