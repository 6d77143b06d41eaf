using Microsoft.Extensions.Options;

namespace Nexus.Claude.Server.Conversations;

/// <summary>
/// Keeps conversations in this process. Those that have not been used for longest make room, by number and by size; those that are too old go.
/// </summary>
/// <param name="options">The limits.</param>
/// <param name="time">The clock.</param>
internal sealed class InMemoryConversationStore(IOptions<NexusClaudeServerOptions> options, TimeProvider time) : IConversationStore
{
    private readonly GatewayConversationOptions _options = options.Value.Conversations;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Owner, string Id), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _size;

    /// <inheritdoc/>
    public ValueTask CreateAsync(Conversation conversation, IReadOnlyList<ConversationItem> items, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var entry = new Entry(conversation, [.. items], SizeOf(items));
            _entries.Add((conversation.Owner, conversation.Id), _byUse.AddLast(entry));
            _size += entry.Size;
            MakeRoom();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<Conversation?> FindAsync(string owner, string id, CancellationToken cancellationToken)
    {
        lock (_gate)
            return ValueTask.FromResult(Use(owner, id)?.Conversation);
    }

    /// <inheritdoc/>
    public ValueTask<ConversationLog?> ReadAsync(string owner, string id, CancellationToken cancellationToken)
    {
        lock (_gate)
            return ValueTask.FromResult(Use(owner, id) is { } entry ? new ConversationLog(entry.Conversation, [.. entry.Items]) : null);
    }

    /// <inheritdoc/>
    public ValueTask<ConversationPage> ListAsync(string owner, string? after, int limit, bool newestFirst, CancellationToken cancellationToken)
    {
        Conversation[] all;
        lock (_gate)
        {
            Expire();
            all = [.. _byUse.Select(static entry => entry.Conversation).Where(conversation => conversation.Owner == owner)];
        }

        Array.Sort(all, ConversationOrder.Oldest);
        if (newestFirst)
            Array.Reverse(all);
        var start = after is null ? 0 : Array.FindIndex(all, conversation => conversation.Id == after) + 1;
        if (after is not null && start == 0)
            start = all.Length;
        return ValueTask.FromResult(new ConversationPage([.. all.Skip(start).Take(limit)], all.Length > start + limit));
    }

    /// <inheritdoc/>
    public ValueTask<Conversation?> UpdateAsync(
        string owner, string id, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Use(owner, id) is not { } entry)
                return ValueTask.FromResult<Conversation?>(null);
            entry.Conversation = entry.Conversation with { Metadata = metadata, UpdatedAt = time.GetUtcNow() };
            return ValueTask.FromResult<Conversation?>(entry.Conversation);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Conversation?> ChangeAsync(string owner, string id, ConversationChange change, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Use(owner, id) is not { } entry || entry.Conversation.Version != change.ExpectedVersion)
                return ValueTask.FromResult<Conversation?>(null);
            if (change.Keep is { } keep && keep < entry.Items.Count)
            {
                var removed = SizeOf(entry.Items.Skip(keep));
                entry.Items.RemoveRange(keep, entry.Items.Count - keep);
                (entry.Size, _size) = (entry.Size - removed, _size - removed);
            }

            var added = SizeOf(change.Items);
            entry.Items.AddRange(change.Items);
            (entry.Size, _size) = (entry.Size + added, _size + added);
            entry.Conversation = entry.Conversation.With(change, time.GetUtcNow());
            MakeRoom();
            return ValueTask.FromResult<Conversation?>(entry.Conversation);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Use(owner, id) is null)
                return ValueTask.FromResult(false);
            Remove(_entries[(owner, id)]);
            return ValueTask.FromResult(true);
        }
    }

    private static long SizeOf(IEnumerable<ConversationItem> items) => items.Sum(static item => item.Size);

    private Entry? Use(string owner, string id)
    {
        if (!_entries.TryGetValue((owner, id), out var node))
            return null;
        if (IsExpired(node.Value))
        {
            Remove(node);
            return null;
        }

        _byUse.Remove(node);
        _byUse.AddLast(node);
        return node.Value;
    }

    private bool IsExpired(Entry entry) => entry.Conversation.UpdatedAt + _options.Lifetime < time.GetUtcNow();

    private void Expire()
    {
        for (var node = _byUse.First; node is not null;)
        {
            var next = node.Next;
            if (IsExpired(node.Value))
                Remove(node);
            node = next;
        }
    }

    private void MakeRoom()
    {
        if (_entries.Count > _options.MaxInMemory || _size > _options.MaxBytesInMemory)
            Expire();

        // The one that was just written stays, however large it is: its turn has been answered.
        while (_byUse.Count > 1 && (_entries.Count > _options.MaxInMemory || _size > _options.MaxBytesInMemory))
            Remove(_byUse.First!);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove((node.Value.Conversation.Owner, node.Value.Conversation.Id));
        _size -= node.Value.Size;
    }

    private sealed class Entry(Conversation conversation, List<ConversationItem> items, long size)
    {
        public Conversation Conversation { get; set; } = conversation;

        public List<ConversationItem> Items { get; } = items;

        public long Size { get; set; } = size;
    }
}
