using System.Text.Json.Serialization;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>A conversation as it lies on the server. How many messages it has is counted when somebody asks.</summary>
internal sealed record ConversationDocument
{
    /// <summary>The key of the conversation.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init; } = "";

    [JsonPropertyName("tenant")]
    public string Tenant { get; init; } = "";

    [JsonPropertyName("user")]
    public string User { get; init; } = "";

    [JsonPropertyName("scope_key")]
    public string ScopeKey { get; init; } = "";

    [JsonPropertyName("conversation_id")]
    public string ConversationId { get; init; } = "";

    [JsonPropertyName("project")]
    public string Project { get; init; } = "";

    [JsonPropertyName("project_key")]
    public string ProjectKey { get; init; } = "";

    [JsonPropertyName("cwd")]
    public string? WorkingDirectory { get; init; }

    [JsonPropertyName("preview")]
    public string Preview { get; init; } = "";

    [JsonPropertyName("created_at")]
    public long CreatedAt { get; init; }

    [JsonPropertyName("updated_at")]
    public long UpdatedAt { get; init; }

    [JsonPropertyName("seq")]
    public long Sequence { get; init; }

    public static ConversationDocument BeginsWith(MessageDocument first) => new()
    {
        Id = first.ConversationKey,
        Tenant = first.Tenant,
        User = first.User,
        ScopeKey = first.ScopeKey,
        ConversationId = first.ConversationId,
        Project = first.Project,
        ProjectKey = DocumentKeys.Directory(first.Project),
        WorkingDirectory = first.WorkingDirectory,
        Preview = BatchWriter.Preview(first.Content),
        CreatedAt = first.CreatedAt,
        UpdatedAt = first.CreatedAt,
        Sequence = first.Sequence,
    };

    public MemoryConversation With(long messages) => new(
        ConversationId, Preview, Project, WorkingDirectory, DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt), DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAt), (int)messages);
}

/// <summary>A change of the first words alone: another machine may be changing the rest.</summary>
internal sealed record PreviewChange([property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("preview")] string Preview);
