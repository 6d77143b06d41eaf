using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Memory.Diagnostics;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>Empties the outbox, in order, whenever something waits and the server is there: at the start what an earlier process left, too.</summary>
internal sealed class OutboxDrain : IAsyncDisposable
{
    private const int AtOnce = 500;

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _ending = new();
    private readonly Outbox _outbox;
    private readonly MeilisearchIndexes _indexes;
    private readonly ServerState _server;
    private readonly OutboxLock _lock;
    private readonly OutboxSender _sender;
    private readonly MeilisearchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _loop;

    public OutboxDrain(Outbox outbox, MeilisearchIndexes indexes, ServerState server, OutboxLock @lock, MeilisearchOptions options, TimeProvider time, ILogger logger)
    {
        (_outbox, _indexes, _server, _lock, _options, _time, _logger) = (outbox, indexes, server, @lock, options, time, logger);
        _sender = new OutboxSender(outbox, indexes, logger);
        Signal();
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Says that something waits.</summary>
    public void Signal() => _signal.Writer.TryWrite(true);

    /// <summary>Sends everything that waits.</summary>
    /// <returns>False when the server takes nothing now: it all still waits.</returns>
    public async Task<bool> DrainAsync(CancellationToken cancellationToken)
    {
        long until = _outbox.LastSequence;
        if (!_outbox.HasWaiting(until))
            return true;
        if (_server.IsAway)
            return false;

        using var held = await _lock.TakeAsync(_options.TaskTimeout, () => !_outbox.HasWaiting(until), cancellationToken).ConfigureAwait(false);
        return held is null ? !_outbox.HasWaiting(until) : await SendAllAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same for one who holds the lock.</summary>
    public async Task<bool> SendAllAsync(CancellationToken cancellationToken)
    {
        int sent = 0;
        try
        {
            // Cheaper than to send a batch to nobody.
            if (_server.LastFailure is not null)
                await _indexes.Client.CheckHealthAsync(cancellationToken).ConfigureAwait(false);
            while (_outbox.Next(AtOnce) is { Count: > 0 } entries)
            {
                await _indexes.EnsureAsync(cancellationToken).ConfigureAwait(false);
                await _sender.SendAsync(entries, cancellationToken).ConfigureAwait(false);
                sent += entries.Count;
            }

            if (sent > 0)
                MarkReachable(sent);
            return true;
        }
        catch (MeilisearchException failure)
        {
            MarkAway(failure);
            return false;
        }
    }

    public void MarkAway(MeilisearchException failure)
    {
        bool isNews = _server.LastFailure is null;
        var delay = _server.MarkAway(failure);
        if (isNews)
            _logger.ServerAway(failure.Code ?? "no answer", delay, failure);
        Signal();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        // What waits is safe where it is: this is only for who looks from another machine.
        using var limit = new CancellationTokenSource(_options.RequestTimeout, _time);
        try
        {
            await DrainAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or MemoryStoreException)
        {
            _logger.OutboxFailed(TimeSpan.Zero, failure);
        }

        _ending.Dispose();
    }

    private void MarkReachable(int sent)
    {
        if (_server.LastFailure is not null)
            _logger.OutboxDrained(sent);
        _server.MarkReachable();
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _signal.Reader.WaitToReadAsync(_ending.Token).ConfigureAwait(false))
            {
                _signal.Reader.TryRead(out _);
                while (!await TryDrainAsync().ConfigureAwait(false))
                {
                    var wait = _server.Remaining;
                    await Task.Delay(wait > TimeSpan.Zero ? wait : _options.RetryDelay, _time, _ending.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task<bool> TryDrainAsync()
    {
        try
        {
            return await DrainAsync(_ending.Token).ConfigureAwait(false);
        }
        catch (MemoryStoreException failure)
        {
            _logger.OutboxFailed(_options.RetryDelay, failure);
            return false;
        }
    }
}
