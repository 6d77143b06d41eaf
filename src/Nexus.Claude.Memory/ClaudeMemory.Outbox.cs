using Nexus.Claude.Memory.Store.Meilisearch;

namespace Nexus.Claude.Memory;

/// <content>What waits for a server.</content>
public sealed partial class ClaudeMemory
{
    /// <summary>What waits to be sent to the server of <see cref="MemoryOptions.Meilisearch"/>, and what it refused.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The state of this scope on this machine; <see cref="OutboxStatus.None"/> for a memory that is a file.</returns>
    public Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken = default) =>
        Store is MeilisearchMemoryStore server ? server.StatusAsync(Scope, cancellationToken) : Task.FromResult(OutboxStatus.None);

    /// <summary>Sends what the server refused once more: after its limits were raised, for example.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many messages were put back; those that are refused again are parked again.</returns>
    public Task<int> RetryParkedAsync(CancellationToken cancellationToken = default) =>
        Store is MeilisearchMemoryStore server ? server.RetryParkedAsync(Scope, cancellationToken) : Task.FromResult(0);
}
