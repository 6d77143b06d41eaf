namespace Nexus.Claude.Memory;

/// <summary>A piece of a conversation, the newest first page by page; the messages of a page are in the order they were said.</summary>
/// <param name="Messages">The messages, oldest first.</param>
/// <param name="TotalCount">How many messages the conversation has, exactly.</param>
/// <param name="LastTurn">The number of its last turn, -1 when it has none.</param>
/// <param name="Next">Where the page of older messages begins; null when there is none.</param>
public sealed record ConversationPage(IReadOnlyList<MemoryMessage> Messages, int TotalCount, int LastTurn, string? Next)
{
    /// <summary>True when there are older messages: ask for them with <see cref="Next"/>.</summary>
    public bool HasMore => Next is not null;

    /// <summary>
    /// True when the server of <see cref="MemoryOptions.Meilisearch"/> was away: these are only the messages that wait in the outbox of this
    /// machine, and the counts are theirs.
    /// </summary>
    public bool IsFromOutbox { get; init; }
}
