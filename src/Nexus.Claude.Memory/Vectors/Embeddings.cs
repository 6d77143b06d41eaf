using Microsoft.Extensions.Logging;
using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Vectors;

/// <summary>Everything that one generator does for one store.</summary>
internal sealed class Embeddings : IAsyncDisposable
{
    private readonly Embedder _embedder;
    private readonly EmbeddingQueue _queue;
    private readonly QueryEmbedding _queries;

    public Embeddings(IMemoryStore store, IVectorStore vectors, Embedder embedder, TimeProvider time, ILogger logger)
    {
        _embedder = embedder;
        _queue = new EmbeddingQueue(store, vectors, embedder, time, logger);
        _queries = new QueryEmbedding(embedder, time, logger);
    }

    /// <summary>Looks once for what the scope has without vectors.</summary>
    public void Know(MemoryScope scope) => _queue.Know(scope);

    /// <summary>Takes messages that get a vector soon.</summary>
    public void Add(IReadOnlyList<PreparedMessage> messages) => _queue.Add(messages);

    /// <summary>Completes when what was taken before has its vectors.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _queue.WaitAsync(cancellationToken);

    /// <summary>The vector of a query, or why there is none.</summary>
    /// <param name="text">The query.</param>
    /// <param name="clean">Takes secrets and private spans out of it: a generator may be somebody else's machine.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(QueryVector? Vector, EmbeddingOutcome Outcome)> OfQueryAsync(
        string text, Func<string, string> clean, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Cut twice: what the first cut leaves half of is beyond the second.
        string asked = Embedder.Shorten(clean(text.Length > 30_000 ? text[..30_000] : text));
        bool isFirst = _embedder.Dimensions == 0;
        var answer = await _queries.GetAsync(asked, timeout, cancellationToken).ConfigureAwait(false);
        if (isFirst && answer.Vector is not null)
            _queue.Wake();
        return answer;
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();
}
