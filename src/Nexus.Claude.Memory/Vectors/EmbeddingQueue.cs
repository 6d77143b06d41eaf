using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Memory.Diagnostics;
using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Vectors;

/// <summary>
/// Gives messages their vectors beside everything else, in batches. Nothing waits for it, and nothing is lost with it: what it could not do
/// is found in the file again, after a pause or by the next process.
/// </summary>
internal sealed class EmbeddingQueue : IAsyncDisposable
{
    private const int BatchSize = 64;
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly IMemoryStore _store;
    private readonly IVectorStore _vectors;
    private readonly Embedder _embedder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Entry> _channel = Channel.CreateBounded<Entry>(new BoundedChannelOptions(4_096) { SingleReader = true });
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly Lock _lock = new();
    private readonly HashSet<MemoryScope> _known = [];
    private readonly HashSet<MemoryScope> _behind = [];
    private readonly Task _loop;
    private int _knownDimensions;

    public EmbeddingQueue(IMemoryStore store, IVectorStore vectors, Embedder embedder, TimeProvider time, ILogger logger)
    {
        (_store, _vectors, _embedder, _time, _logger) = (store, vectors, embedder, time, logger);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Looks once for what the scope has without vectors: from before there was a generator, or of another model.</summary>
    public void Know(MemoryScope scope)
    {
        lock (_lock)
        {
            if (!_known.Add(scope))
                return;
            _behind.Add(scope);
        }

        Wake();
    }

    /// <summary>Has it look for what has changed: after the first vector it is known which of the older ones are of this model.</summary>
    public void Wake() => _channel.Writer.TryWrite(new Entry(null, null));

    /// <summary>Takes messages, without waiting.</summary>
    public void Add(IReadOnlyList<PreparedMessage> messages)
    {
        foreach (var message in messages)
        {
            if (message.Message.Content.Length > 0 && !_channel.Writer.TryWrite(new Entry(EmbeddableMessage.Of(message), null)))
                FallBehind(message.Scope);
        }
    }

    /// <summary>Completes when what was taken before has its vectors.</summary>
    /// <exception cref="MemoryStoreException">It could not be done now.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _channel.Writer.WriteAsync(new Entry(null, done), cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(ClaudeMemory));
        }

        // Who asks does not wait for the end of a pause.
        ReleaseOnce();
        await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();
        await _ending.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        while (_channel.Reader.TryRead(out var entry))
            entry.Done?.TrySetException(new ObjectDisposedException(nameof(ClaudeMemory)));
        _wanted.Dispose();
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        var waiting = new List<TaskCompletionSource>();
        var pause = FirstPause;
        try
        {
            while (IsBehind || await _channel.Reader.WaitToReadAsync(_ending.Token).ConfigureAwait(false))
            {
                var failure = await WorkAsync(Collect(waiting)).ConfigureAwait(false);
                foreach (var one in waiting)
                    Tell(one, failure);
                waiting.Clear();
                if (failure is null)
                {
                    pause = FirstPause;
                    continue;
                }

                _logger.MessagesNotEmbedded(pause, failure);
                await PauseAsync(pause).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The next process goes on with it.
        }

        foreach (var one in waiting)
            one.TrySetException(new ObjectDisposedException(nameof(ClaudeMemory)));
    }

    /// <summary>The model as far as it is known: its dimensions are with its first vector.</summary>
    private VectorModel Model => new(_embedder.Model, _embedder.Dimensions);

    private bool IsBehind
    {
        get
        {
            lock (_lock)
                return _behind.Count > 0;
        }
    }

    private void FallBehind(MemoryScope scope)
    {
        lock (_lock)
            _behind.Add(scope);
    }

    private List<EmbeddableMessage> Collect(List<TaskCompletionSource> waiting)
    {
        var batch = new List<EmbeddableMessage>();
        while (batch.Count < BatchSize && _channel.Reader.TryRead(out var entry))
        {
            if (entry.Message is not null)
                batch.Add(entry.Message);
            if (entry.Done is not null)
                waiting.Add(entry.Done);
        }

        return batch;
    }

    private async Task<Exception?> WorkAsync(List<EmbeddableMessage> batch)
    {
        try
        {
            if (batch.Count > 0)
            {
                // A message gets its vector in the file, so it has to be there.
                await _store.FlushAsync(_ending.Token).ConfigureAwait(false);
                // Catching up may have found some of them in the file before their turn came.
                var left = await _vectors.WithoutVectorAsync(batch, Model, _ending.Token).ConfigureAwait(false);
                if (left.Count > 0)
                    await EmbedAsync(left).ConfigureAwait(false);
            }

            await CatchUpAsync().ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // A generator of somebody else's may throw anything; its messages wait in the file.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            foreach (var message in batch)
                FallBehind(message.Scope);
            return failure;
        }
    }

    private async Task CatchUpAsync()
    {
        if (_knownDimensions != _embedder.Dimensions)
        {
            // Now it is known which of the older vectors are of this model.
            _knownDimensions = _embedder.Dimensions;
            lock (_lock)
                _behind.UnionWith(_known);
        }

        MemoryScope[] scopes;
        lock (_lock)
            scopes = [.. _behind];
        foreach (var scope in scopes)
        {
            await _store.FlushAsync(_ending.Token).ConfigureAwait(false);
            // A page of which nothing could be kept would come again and again.
            long? from = null;
            for (int kept = 1; kept > 0;)
            {
                var page = await _vectors.WithoutVectorAsync(scope, Model, from, BatchSize, _ending.Token).ConfigureAwait(false);
                kept = page.Messages.Count == 0 ? 0 : await EmbedAsync(page.Messages).ConfigureAwait(false);
                from = page.Next;
            }

            lock (_lock)
                _behind.Remove(scope);
        }
    }

    private async Task<int> EmbedAsync(IReadOnlyList<EmbeddableMessage> messages)
    {
        float[][] units = await _embedder.EmbedAsync([.. messages.Select(message => message.Text)], LongestCall, _ending.Token).ConfigureAwait(false);
        return await _vectors.SaveVectorsAsync(Model, [.. messages.Zip(units)], _ending.Token).ConfigureAwait(false);
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        var wanted = _wanted.WaitAsync(over.Token);
        await Task.WhenAny(wanted, Task.Delay(pause, _time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await wanted.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Token.ThrowIfCancellationRequested();
    }

    private void ReleaseOnce()
    {
        try
        {
            _wanted.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else asked at the same moment.
        }
    }

    private static void Tell(TaskCompletionSource waiting, Exception? failure)
    {
        if (failure is null)
            waiting.TrySetResult();
        else
            waiting.TrySetException(failure as MemoryStoreException ?? new MemoryStoreException(MemoryStoreFailure.Unavailable,
                $"The embedding generator gave no vectors: {failure.Message} The messages are stored and found by their words; they get their vectors later.", failure));
    }

    private readonly record struct Entry(EmbeddableMessage? Message, TaskCompletionSource? Done);
}
