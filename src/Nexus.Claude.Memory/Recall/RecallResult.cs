namespace Nexus.Claude.Memory;

/// <summary>What the memory found.</summary>
/// <param name="Items">The items, the best first; empty when nothing fits.</param>
/// <param name="Terms">What was searched for: the terms that stand in the memory, the rarest first.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record RecallResult(IReadOnlyList<RecalledItem> Items, IReadOnlyList<string> Terms, TimeSpan Elapsed)
{
    /// <summary>Whether the meaning of the query was searched for as well, and if not, why.</summary>
    public EmbeddingOutcome Embedding { get; init; }

    /// <summary>
    /// True when the server of <see cref="MemoryOptions.Meilisearch"/> was away: only what waits in the outbox of this machine was searched, and
    /// more may be remembered.
    /// </summary>
    public bool IsFromOutbox { get; init; }
}
