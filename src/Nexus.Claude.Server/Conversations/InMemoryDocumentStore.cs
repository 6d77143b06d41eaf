using Microsoft.Extensions.Options;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Keeps documents in this process. The oldest make room, by number and by size.</summary>
/// <param name="options">The limits.</param>
/// <param name="time">The clock.</param>
internal sealed class InMemoryDocumentStore(IOptions<NexusClaudeServerOptions> options, TimeProvider time) : IDocumentStore
{
    private readonly GatewayConversationOptions _options = options.Value.Conversations;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Owner, string Id), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byAge = [];
    private long _size;

    /// <inheritdoc/>
    public ValueTask PutAsync(string owner, IReadOnlyList<(string Id, byte[] Body)> documents, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var (id, body) in documents)
            {
                Remove(owner, id);
                _entries.Add((owner, id), _byAge.AddLast(new Entry(owner, id, body, time.GetUtcNow() + _options.Lifetime)));
                _size += body.Length;
            }

            while (_byAge.First?.Value is { } oldest
                && (_entries.Count > _options.MaxInMemory || _size > _options.MaxBytesInMemory || oldest.Expires <= time.GetUtcNow()))
            {
                Remove(oldest.Owner, oldest.Id);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> FindAsync(string owner, string id, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var found = _entries.TryGetValue((owner, id), out var node) && node.Value.Expires > time.GetUtcNow();
            return ValueTask.FromResult(found ? node!.Value.Body : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string owner, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var id in ids)
                Remove(owner, id);
        }

        return ValueTask.CompletedTask;
    }

    private void Remove(string owner, string id)
    {
        if (!_entries.Remove((owner, id), out var node))
            return;
        _byAge.Remove(node);
        _size -= node.Value.Body.Length;
    }

    private sealed record Entry(string Owner, string Id, byte[] Body, DateTimeOffset Expires);
}
