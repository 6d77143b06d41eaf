using System.Globalization;
using System.Text.Json;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Writes conversations so that both OpenAI's and the seed's clients can read them.</summary>
internal static class ConversationWriter
{
    /// <summary>Writes a conversation.</summary>
    /// <param name="writer">Gets the object.</param>
    /// <param name="conversation">The conversation.</param>
    public static void Write(Utf8JsonWriter writer, Conversation conversation)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, conversation.Id);
        writer.WriteString("object"u8, "conversation"u8);
        writer.WriteNumber("created_at"u8, conversation.CreatedAt.ToUnixTimeSeconds());
        writer.WriteString("created_at_iso"u8, Iso(conversation.CreatedAt));
        writer.WriteNumber("updated_at"u8, conversation.UpdatedAt.ToUnixTimeSeconds());
        writer.WriteString("updated_at_iso"u8, Iso(conversation.UpdatedAt));
        writer.WriteNumber("message_count"u8, conversation.ItemCount);
        writer.WritePropertyName("metadata"u8);
        ConversationJson.WriteMetadata(writer, conversation.Metadata);
        writer.WriteStartObject("nexus"u8);
        writer.WriteString("model"u8, conversation.Model);
        writer.WriteString("project_path"u8, conversation.ProjectPath);
        writer.WriteNumber("turn_count"u8, conversation.TurnCount);
        writer.WriteNumber("total_tokens"u8, conversation.TotalTokens);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Writes a page of conversations.</summary>
    /// <param name="writer">Gets the object.</param>
    /// <param name="page">The page.</param>
    public static void WriteList(Utf8JsonWriter writer, ConversationPage page)
    {
        writer.WriteStartObject();
        writer.WriteString("object"u8, "list"u8);
        writer.WriteStartArray("data"u8);
        foreach (var conversation in page.Conversations)
            Write(writer, conversation);
        writer.WriteEndArray();
        WriteEnds(writer, page.Conversations.Count > 0 ? (page.Conversations[0].Id, page.Conversations[^1].Id) : null, page.HasMore);
        writer.WriteStartArray("conversations"u8);
        foreach (var conversation in page.Conversations)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, conversation.Id);
            writer.WriteString("updated_at"u8, Iso(conversation.UpdatedAt));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes that a conversation is gone.</summary>
    /// <param name="writer">Gets the object.</param>
    /// <param name="id">Its id.</param>
    public static void WriteDeleted(Utf8JsonWriter writer, string id)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        writer.WriteString("object"u8, "conversation.deleted"u8);
        writer.WriteBoolean("deleted"u8, true);
        writer.WriteEndObject();
    }

    /// <summary>Writes a page of items.</summary>
    /// <param name="writer">Gets the object.</param>
    /// <param name="items">The items.</param>
    /// <param name="hasMore">Whether there are more behind.</param>
    /// <param name="includeEncrypted">See <see cref="ItemWriter.Write"/>.</param>
    public static void WriteItems(Utf8JsonWriter writer, IReadOnlyList<ConversationItem> items, bool hasMore, bool includeEncrypted)
    {
        writer.WriteStartObject();
        writer.WriteString("object"u8, "list"u8);
        writer.WriteStartArray("data"u8);
        foreach (var item in items)
            ItemWriter.Write(writer, item, includeEncrypted);
        writer.WriteEndArray();
        WriteEnds(writer, items.Count > 0 ? (items[0].Id, items[^1].Id) : null, hasMore);
        writer.WriteEndObject();
    }

    private static void WriteEnds(Utf8JsonWriter writer, (string First, string Last)? ends, bool hasMore)
    {
        writer.WriteString("first_id"u8, ends?.First);
        writer.WriteString("last_id"u8, ends?.Last);
        writer.WriteBoolean("has_more"u8, hasMore);
    }

    private static string Iso(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
