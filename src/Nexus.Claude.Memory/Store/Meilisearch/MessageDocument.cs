using System.Text.Json.Serialization;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>A message as it lies on the server and in the outbox.</summary>
internal sealed record MessageDocument
{
    /// <summary>Hash of scope, conversation and message id: sending it again replaces it.</summary>
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

    [JsonPropertyName("conversation_key")]
    public string ConversationKey { get; init; } = "";

    [JsonPropertyName("message_id")]
    public string MessageId { get; init; } = "";

    [JsonPropertyName("message_key")]
    public string MessageKey { get; init; } = "";

    [JsonPropertyName("project")]
    public string Project { get; init; } = "";

    [JsonPropertyName("project_key")]
    public string ProjectKey { get; init; } = "";

    [JsonPropertyName("project_parent_key")]
    public string? ProjectParentKey { get; init; }

    /// <summary>Every directory above the project.</summary>
    [JsonPropertyName("project_ancestor_keys")]
    public IReadOnlyList<string>? ProjectAncestorKeys { get; init; }

    [JsonPropertyName("cwd")]
    public string? WorkingDirectory { get; init; }

    [JsonPropertyName("role")]
    public string Role { get; init; } = "";

    [JsonPropertyName("speaker")]
    public string? Speaker { get; init; }

    [JsonPropertyName("tool")]
    public string? ToolName { get; init; }

    [JsonPropertyName("content")]
    public string Content { get; init; } = "";

    [JsonPropertyName("files")]
    public IReadOnlyList<string>? Files { get; init; }

    [JsonPropertyName("turn")]
    public int Turn { get; init; }

    /// <summary>In milliseconds since 1970: strings are not compared alike by all versions.</summary>
    [JsonPropertyName("created_at")]
    public long CreatedAt { get; init; }

    [JsonPropertyName("session")]
    public string? Session { get; init; }

    [JsonPropertyName("flags")]
    public int Flags { get; init; }

    /// <summary>Equal for equal contents. A text, because the server reckons with numbers of 53 bits.</summary>
    [JsonPropertyName("hash")]
    public string Hash { get; init; } = "";

    [JsonPropertyName("token_count")]
    public int TokenCount { get; init; }

    /// <summary>Where it stands in the order of storing.</summary>
    [JsonPropertyName("seq")]
    public long Sequence { get; init; }

    /// <summary>The sitting.</summary>
    [JsonPropertyName("segment")]
    public long Segment { get; init; }

    /// <summary>The place in the sitting.</summary>
    [JsonPropertyName("slot")]
    public int Slot { get; init; }

    /// <summary>What it is found by.</summary>
    [JsonPropertyName("words")]
    public string? Words { get; init; }

    [JsonIgnore]
    public long HashValue => long.TryParse(Hash, System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture, out long value) ? value : 0;

    /// <summary>The attributes that are needed to give a message back.</summary>
    public static IReadOnlyList<string> Stored { get; } =
        ["id", "tenant", "user", "conversation_id", "conversation_key", "message_id", "project", "cwd", "role", "speaker", "tool", "content", "files", "turn",
            "created_at", "flags", "hash", "token_count", "seq", "segment", "slot"];

    public static MessageDocument Of(PreparedMessage prepared)
    {
        var (scope, message) = (prepared.Scope, prepared.Message);
        return new MessageDocument
        {
            Id = DocumentKeys.Message(scope, message.ConversationId, message.Id!),
            Tenant = scope.Tenant,
            User = scope.User,
            ScopeKey = DocumentKeys.Scope(scope),
            ConversationId = message.ConversationId,
            ConversationKey = DocumentKeys.Conversation(scope, message.ConversationId),
            MessageId = message.Id!,
            MessageKey = DocumentKeys.MessageId(scope, message.Id!),
            WorkingDirectory = message.WorkingDirectory,
            Role = message.Role.Value,
            Speaker = message.Speaker,
            ToolName = message.ToolName,
            Content = message.Content,
            Files = message.Files.Count == 0 ? null : message.Files,
            Turn = message.Turn,
            CreatedAt = message.CreatedAt.ToUnixTimeMilliseconds(),
            Session = message.Session,
            Flags = (int)prepared.Flags,
            Hash = prepared.Hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture),
            TokenCount = prepared.TokenCount,
            Words = IndexWords.Join(prepared.IndexText),
        }.In(prepared.Project);
    }

    /// <summary>The message in a project.</summary>
    public MessageDocument In(string project)
    {
        var ancestors = new List<string>();
        for (string? above = MemoryPath.Parent(project); above is not null; above = MemoryPath.Parent(above))
            ancestors.Add(DocumentKeys.Directory(above));
        return this with
        {
            Project = project,
            ProjectKey = DocumentKeys.Directory(project),
            ProjectParentKey = ancestors.Count == 0 ? null : ancestors[0],
            ProjectAncestorKeys = ancestors.Count == 0 ? null : ancestors,
        };
    }

    public bool IsOf(MemoryScope scope) => Tenant == scope.Tenant && User == scope.User;

    public MemoryMessage ToMessage() => new()
    {
        ConversationId = ConversationId,
        Id = MessageId,
        Role = new MemoryRole(Role),
        Turn = Turn,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
        Content = Content,
        Speaker = Speaker,
        WorkingDirectory = WorkingDirectory,
        Files = Files ?? [],
        ToolName = ToolName,
        IsError = ((MessageFlags)Flags).HasFlag(MessageFlags.Error),
        Project = Project,
    };
}
