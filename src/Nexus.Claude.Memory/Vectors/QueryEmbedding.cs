using Microsoft.Extensions.Logging;
using Nexus.Claude.Memory.Diagnostics;

namespace Nexus.Claude.Memory.Vectors;

/// <summary>The vectors of queries: the last ones are kept, and a generator that fails is left alone for a while.</summary>
internal sealed class QueryEmbedding(Embedder embedder, TimeProvider time, ILogger logger)
{
    private const int MostKept = 256;

    private readonly CircuitBreaker _breaker = new(time);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Text, float[] Unit)>> _kept = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Text, float[] Unit)> _recent = new();

    /// <summary>The vector, or why there is none. Only the caller's own cancelling throws.</summary>
    public async Task<(QueryVector? Vector, EmbeddingOutcome Outcome)> GetAsync(string text, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (Kept(text) is { } known)
            return (Vector(known), EmbeddingOutcome.Used);
        if (!_breaker.TryEnter())
            return (null, EmbeddingOutcome.Suspended);

        try
        {
            float[] unit = (await embedder.EmbedAsync([text], timeout, cancellationToken).ConfigureAwait(false))[0];
            _breaker.Succeed();
            Keep(text, unit);
            return (Vector(unit), EmbeddingOutcome.Used);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _breaker.Leave();
            throw;
        }
#pragma warning disable CA1031 // Whatever a generator of somebody else's throws, the words are searched all the same.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            bool suspended = _breaker.Fail();
            logger.QueryNotEmbedded(suspended, failure);
            return (null, failure is TimeoutException ? EmbeddingOutcome.TimedOut : EmbeddingOutcome.Failed);
        }
    }

    private QueryVector Vector(float[] unit) => new(new VectorModel(embedder.Model, unit.Length), unit);

    private float[]? Kept(string text)
    {
        lock (_lock)
        {
            if (!_kept.TryGetValue(text, out var node))
                return null;
            _recent.Remove(node);
            _recent.AddFirst(node);
            return node.Value.Unit;
        }
    }

    private void Keep(string text, float[] unit)
    {
        lock (_lock)
        {
            if (_kept.ContainsKey(text))
                return;
            _kept.Add(text, _recent.AddFirst((text, unit)));
            if (_kept.Count <= MostKept)
                return;
            _kept.Remove(_recent.Last!.Value.Text);
            _recent.RemoveLast();
        }
    }
}
