namespace Nexus.Claude.Memory;

/// <summary>What was forgotten.</summary>
/// <param name="Messages">How many messages were deleted.</param>
/// <param name="IsErased">
/// True when their bytes are gone from the file as well. False when another process was reading at that moment: the messages are found no
/// more, and the next call of <see cref="ClaudeMemory.ForgetAsync"/> erases what is left. Always false for Meilisearch, which gives the space
/// of a deleted document free and does not say when it is written over.
/// </param>
public sealed record ForgetResult(int Messages, bool IsErased)
{
    /// <summary>
    /// True when the server of <see cref="MemoryOptions.Meilisearch"/> was away: what waited in the outbox is gone, and what the server has is
    /// deleted as soon as it is back, before anything else is sent. Until then it is not counted in <see cref="Messages"/>.
    /// </summary>
    public bool IsPending { get; init; }
}
