namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>What is to be forgotten, in a form that can wait in the outbox.</summary>
internal sealed record ForgetOrder(string Tenant, string User)
{
    public IReadOnlyList<string>? Ids { get; init; }

    public string? ConversationId { get; init; }

    /// <summary>The project itself, not a directory in it.</summary>
    public string? Project { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public string? Containing { get; init; }

    /// <summary>Only what was stored before the order was given.</summary>
    public long Before { get; init; } = long.MaxValue;

    public static ForgetOrder Of(MemoryScope scope, MemoryFilter filter) => new(scope.Tenant, scope.User)
    {
        Ids = filter.Ids is { } ids ? [.. ids] : null,
        ConversationId = filter.ConversationId,
        Project = filter.Project is { } directory ? Memory.Store.Project.Of(directory) : null,
        Since = filter.Since,
        Until = filter.Until,
        Containing = filter.Containing,
    };

    public MemoryScope Scope => new(Tenant, User);

    /// <summary>What the server can look at: everything but the text.</summary>
    public string ToServerFilter(long after = -1)
    {
        var conditions = new List<string> { MeilisearchFilter.Equal("scope_key", DocumentKeys.Scope(Scope)) };
        if (after >= 0)
            conditions.Add(MeilisearchFilter.Above("seq", after));
        if (Before != long.MaxValue)
            conditions.Add(MeilisearchFilter.Below("seq", Before));
        if (ConversationId is not null)
            conditions.Add(MeilisearchFilter.Equal("conversation_key", DocumentKeys.Conversation(Scope, ConversationId)));
        if (Project is not null)
            conditions.Add(MeilisearchFilter.Equal("project_key", DocumentKeys.Directory(Project)));
        if (Since is { } since)
            conditions.Add(MeilisearchFilter.AtLeast("created_at", since.ToUnixTimeMilliseconds()));
        if (Until is { } until)
            conditions.Add(MeilisearchFilter.Below("created_at", until.ToUnixTimeMilliseconds()));
        // A thousand hashes are a filter of 43 kB; with more, the ids are compared here alone.
        if (Ids is { Count: <= 1_000 })
            conditions.Add(Ids.Count == 0 ? MeilisearchFilter.Equal("message_key", "none") : MeilisearchFilter.In("message_key", Ids.Select(id => DocumentKeys.MessageId(Scope, id))));
        return MeilisearchFilter.All(conditions);
    }

    /// <summary>All of it.</summary>
    public bool Matches(MessageDocument document)
    {
        if (!document.IsOf(Scope) || document.Sequence >= Before)
            return false;
        if ((ConversationId is not null && document.ConversationId != ConversationId)
            || (Project is not null && DocumentKeys.Directory(document.Project) != DocumentKeys.Directory(Project)))
            return false;
        if (Since?.ToUnixTimeMilliseconds() > document.CreatedAt || Until?.ToUnixTimeMilliseconds() <= document.CreatedAt)
            return false;
        return FilteredRows.Matches(document.ToMessage(), new MemoryFilter { Ids = Ids, Containing = Containing });
    }
}
