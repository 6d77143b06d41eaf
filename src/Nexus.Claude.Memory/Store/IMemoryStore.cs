namespace Nexus.Claude.Memory.Store;

/// <summary>Where messages are kept. Every call names the scope it is made for and never sees another.</summary>
internal interface IMemoryStore : IAsyncDisposable
{
    /// <summary>A random secret of this store, or of this machine's part of it: what is stored cannot tell what is derived from it.</summary>
    byte[] Key { get; }

    /// <summary>Takes messages; they are written soon, in order.</summary>
    ValueTask AddAsync(IReadOnlyList<PreparedMessage> messages, CancellationToken cancellationToken);

    /// <summary>Completes when everything taken before is written for good.</summary>
    Task FlushAsync(CancellationToken cancellationToken);

    Task<CandidateSet> FindAsync(CandidateQuery query, CancellationToken cancellationToken);

    Task<IReadOnlyList<MemoryMessage>> GetAsync(MemoryScope scope, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    Task<ConversationPage> LoadAsync(MemoryScope scope, string conversation, int limit, string? before, CancellationToken cancellationToken);

    Task<IReadOnlyList<MemoryConversation>> ListAsync(MemoryScope scope, string? project, int limit, int offset, CancellationToken cancellationToken);

    Task<long> CountAsync(MemoryScope scope, string? conversation, CancellationToken cancellationToken);

    IAsyncEnumerable<MemoryMessage> ReadAsync(MemoryScope scope, MemoryFilter filter, CancellationToken cancellationToken);

    Task<ForgetResult> ForgetAsync(MemoryScope scope, MemoryFilter filter, CancellationToken cancellationToken);
}
