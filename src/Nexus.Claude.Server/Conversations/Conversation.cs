namespace Nexus.Claude.Server.Conversations;

/// <summary>A conversation that the server keeps, without its items.</summary>
internal sealed record Conversation
{
    /// <summary>Its id, <c>conv_...</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The key whose caller owns it. Nobody else ever sees it.</summary>
    public required string Owner { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When something was last added to or changed about it.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What the client noted about it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The model that answered last; before that the one it was made for; null for none.</summary>
    public string? Model { get; init; }

    /// <summary>The folder that its turns work in, where the caller's key allows it; null for none.</summary>
    public string? ProjectPath { get; init; }

    /// <summary>Counts the changes of the log. A change names the version that it was made from.</summary>
    public long Version { get; init; }

    /// <summary>The number of items.</summary>
    public int ItemCount { get; init; }

    /// <summary>The number of turns that were answered.</summary>
    public int TurnCount { get; init; }

    /// <summary>The tokens of all turns, prompts and replies.</summary>
    public long TotalTokens { get; init; }

    /// <summary>A new id.</summary>
    /// <returns>The id.</returns>
    public static string NewId() => $"conv_{Guid.NewGuid():N}";

    /// <summary>The conversation after a change.</summary>
    /// <param name="change">What changes.</param>
    /// <param name="now">When.</param>
    /// <returns>The conversation; the same with another version.</returns>
    public Conversation With(ConversationChange change, DateTimeOffset now) => this with
    {
        UpdatedAt = now,
        Model = change.Model ?? Model,
        Version = Version + 1,
        ItemCount = Math.Min(change.Keep ?? ItemCount, ItemCount) + change.Items.Count,
        TurnCount = TurnCount + (change.IsTurn ? 1 : 0),
        TotalTokens = TotalTokens + change.Tokens,
    };
}

/// <summary>A change of a conversation's log.</summary>
internal sealed record ConversationChange
{
    /// <summary>The version that the change was made from. Where it is not the current one any more, nothing is changed.</summary>
    public required long ExpectedVersion { get; init; }

    /// <summary>How many items at the head stay; those behind are removed. Null for all.</summary>
    public int? Keep { get; init; }

    /// <summary>The items that are added at the end.</summary>
    public required IReadOnlyList<ConversationItem> Items { get; init; }

    /// <summary>The model that answered; null for no change.</summary>
    public string? Model { get; init; }

    /// <summary>Whether it is a turn that was answered.</summary>
    public bool IsTurn { get; init; }

    /// <summary>The tokens of the turn.</summary>
    public long Tokens { get; init; }
}

/// <summary>A conversation with its items, as they were at one moment.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Items">All items, oldest first.</param>
internal sealed record ConversationLog(Conversation Conversation, IReadOnlyList<ConversationItem> Items);

/// <summary>A part of a caller's conversations.</summary>
/// <param name="Conversations">The conversations.</param>
/// <param name="HasMore">Whether there are more behind.</param>
internal sealed record ConversationPage(IReadOnlyList<Conversation> Conversations, bool HasMore);
