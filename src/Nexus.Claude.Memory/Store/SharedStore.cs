using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nexus.Claude.Memory.Diagnostics;
using Nexus.Claude.Memory.Record;
using Nexus.Claude.Memory.Vectors;

namespace Nexus.Claude.Memory.Store;

/// <summary>What the memories of all scopes of one file have in common.</summary>
internal sealed class SharedStore(IMemoryStore store, byte[] key, MessagePreparation preparation) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<(IEmbeddingGenerator<string, Embedding<float>> Generator, string Model), Lazy<Embeddings>> _embeddings = new();
    private Task _expiry = Task.CompletedTask;
    private int _disposed;

    public IMemoryStore Store => store;

    /// <summary>A secret of this store: what is stored in it cannot tell what is derived from it.</summary>
    public byte[] Key => key;

    public MessagePreparation Preparation => preparation;

    /// <summary>What the generator of the options does for this store; null without one, and for a store that keeps no vectors.</summary>
    public Embeddings? EmbeddingsFor(MemoryOptions options)
    {
        if (options.EmbeddingGenerator is not { } generator || store is not IVectorStore vectors || Volatile.Read(ref _disposed) != 0)
            return null;
        return _embeddings.GetOrAdd((generator, Embedder.NameOf(generator, options.EmbeddingModel)), key => new Lazy<Embeddings>(() => new Embeddings(
            store, vectors, new Embedder(key.Generator, key.Model, options.TimeProvider), options.TimeProvider,
            (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Nexus.Claude.Memory")))).Value;
    }

    /// <summary>Forgets what is too old, beside everything else.</summary>
    public void StartExpiry(MemoryScope scope, DateTimeOffset before, ILogger logger) => _expiry = Task.Run(async () =>
    {
        try
        {
            await store.ForgetAsync(scope, new MemoryFilter { Until = before }, _ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The next start goes on with it.
        }
        catch (MemoryStoreException failure)
        {
            logger.ExpiryFailed(failure);
        }
    });

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _ending.CancelAsync().ConfigureAwait(false);
        await _expiry.ConfigureAwait(false);
        foreach (var made in _embeddings.Values)
            await made.Value.DisposeAsync().ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }
}
