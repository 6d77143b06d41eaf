namespace Nexus.Claude.Server.Conversations;

/// <summary>
/// Keeps conversations. Whatever is asked for by another owner than its own is not there. Changes of a log are atomic and name the version that
/// they were made from, so that no two of them are mixed, on however many nodes.
/// </summary>
/// <remarks>A store that cannot be reached throws a <see cref="Errors.GatewayException"/> with status 503 from every member.</remarks>
internal interface IConversationStore
{
    /// <summary>Adds a conversation.</summary>
    /// <param name="conversation">The conversation, with version 0 and the number of its items.</param>
    /// <param name="items">Its first items.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is kept.</returns>
    ValueTask CreateAsync(Conversation conversation, IReadOnlyList<ConversationItem> items, CancellationToken cancellationToken);

    /// <summary>Looks a conversation up.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The conversation; null when the owner has none of that id.</returns>
    ValueTask<Conversation?> FindAsync(string owner, string id, CancellationToken cancellationToken);

    /// <summary>Reads a conversation with all of its items.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The conversation at one moment; null when the owner has none of that id.</returns>
    ValueTask<ConversationLog?> ReadAsync(string owner, string id, CancellationToken cancellationToken);

    /// <summary>A caller's conversations by the time they were made.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="after">Begins behind this id; null for the beginning. An id that is gone gives an empty page.</param>
    /// <param name="limit">The most conversations, at least 1.</param>
    /// <param name="newestFirst">The order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The conversations.</returns>
    ValueTask<ConversationPage> ListAsync(string owner, string? after, int limit, bool newestFirst, CancellationToken cancellationToken);

    /// <summary>Replaces the metadata. The log and its version stay.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="id">Its id.</param>
    /// <param name="metadata">The new metadata.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The conversation; null when the owner has none of that id.</returns>
    ValueTask<Conversation?> UpdateAsync(string owner, string id, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken);

    /// <summary>Changes the log: all of the change or nothing.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="id">Its id.</param>
    /// <param name="change">What changes, and from which version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// The conversation with its new version; null when nothing was changed because the version is another one by now, or the conversation is
    /// gone (<see cref="FindAsync"/> tells which).
    /// </returns>
    ValueTask<Conversation?> ChangeAsync(string owner, string id, ConversationChange change, CancellationToken cancellationToken);

    /// <summary>Removes a conversation with its items.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when the owner has none of that id.</returns>
    ValueTask<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken);
}
