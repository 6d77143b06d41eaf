namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>Something that waits to be sent.</summary>
/// <param name="Id">Its row: a later version of the same message has another.</param>
/// <param name="Sequence">Its place in the order.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Body">It, as JSON.</param>
/// <param name="Segment">The sitting it was given, 0 when none yet.</param>
/// <param name="Slot">The place in it.</param>
/// <param name="Attempts">How often the server broke on it.</param>
internal sealed record OutboxEntry(long Id, long Sequence, OutboxKind Kind, byte[] Body, long Segment, int Slot, int Attempts);

internal enum OutboxKind
{
    Message,
    Forget,
}
