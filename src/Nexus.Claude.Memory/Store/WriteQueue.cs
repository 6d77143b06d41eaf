using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Memory.Diagnostics;

namespace Nexus.Claude.Memory.Store;

/// <summary>
/// Collects messages and writes them in batches, in order: after 500, after a tenth of a second, or at once when somebody flushes. What has
/// come in meanwhile is written with them, up to 2,000: the larger a batch, the less the index has to put together again.
/// A batch that cannot be written is kept and tried again; who flushes is told why. What there is to tidy up waits until nothing has come in
/// for a second, or until the end.
/// </summary>
internal sealed class WriteQueue : IAsyncDisposable
{
    private const int BatchSize = 500;
    private const int LargestBatch = 2_000;
    private const int MostWaiting = 50_000;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly Channel<Entry> _channel = Channel.CreateBounded<Entry>(new BoundedChannelOptions(4_096) { SingleReader = true });
    private readonly Action<IReadOnlyList<PreparedMessage>> _write;
    private readonly Func<bool> _tidy;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private readonly List<PreparedMessage> _waiting = [];
    private bool _isTidy = true;

    /// <summary>Begins to wait for messages.</summary>
    /// <param name="write">Writes a batch.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Learns what could not be written.</param>
    /// <param name="tidy">Does a step of what can wait, and says whether there is more.</param>
    public WriteQueue(Action<IReadOnlyList<PreparedMessage>> write, TimeProvider time, ILogger logger, Func<bool>? tidy = null)
    {
        _tidy = tidy ?? (static () => false);
        _write = write;
        _time = time;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Takes the messages; waits only when thousands are waiting already.</summary>
    public async ValueTask AddAsync(IReadOnlyList<PreparedMessage> messages, CancellationToken cancellationToken)
    {
        try
        {
            await _channel.Writer.WriteAsync(new Entry(messages, null), cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(ClaudeMemory));
        }
    }

    /// <summary>Completes when everything taken before is written.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _channel.Writer.WriteAsync(new Entry([], done), cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(ClaudeMemory));
        }

        await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var flushes = new List<TaskCompletionSource>();
        while (true)
        {
            // Not a method of its own: that would be compiled at the start.
            using var quiet = new CancellationTokenSource(_isTidy ? Timeout.InfiniteTimeSpan : Quiet, _time);
            try
            {
                if (!await _channel.Reader.WaitToReadAsync(quiet.Token).ConfigureAwait(false))
                    break;
            }
            catch (OperationCanceledException) when (quiet.IsCancellationRequested)
            {
                Tidy();
                continue;
            }

            await CollectAsync(flushes).ConfigureAwait(false);
            var failure = WriteWaiting();
            foreach (var flush in flushes)
            {
                if (failure is null)
                    flush.TrySetResult();
                else
                    flush.TrySetException(failure);
            }

            flushes.Clear();
            _isTidy = false;
        }

        if (_waiting.Count > 0 && WriteWaiting() is { } last)
            _logger.MessagesLost(_waiting.Count, last);
        Tidy();
    }

    private void Tidy()
    {
        while (!_channel.Reader.TryPeek(out _) && _tidy())
        {
        }

        _isTidy = true;
    }

    private async Task CollectAsync(List<TaskCompletionSource> flushes)
    {
        // Counted apart from what waits since an earlier failure: who flushes is always heard.
        int collected = 0;
        using var linger = new CancellationTokenSource(Linger, _time);
        try
        {
            while (true)
            {
                while (collected < LargestBatch && _channel.Reader.TryRead(out var entry))
                {
                    _waiting.AddRange(entry.Messages);
                    collected += entry.Messages.Count;
                    if (entry.Flush is not null)
                        flushes.Add(entry.Flush);
                }

                if (collected >= BatchSize || flushes.Count > 0 || !await _channel.Reader.WaitToReadAsync(linger.Token).ConfigureAwait(false))
                    return;
            }
        }
        catch (OperationCanceledException) when (linger.IsCancellationRequested)
        {
            // The tenth of a second is over.
        }
    }

    private MemoryStoreException? WriteWaiting()
    {
        while (_waiting.Count > 0)
        {
            int count = Math.Min(_waiting.Count, LargestBatch);
            try
            {
                _write(_waiting.GetRange(0, count));
            }
            catch (MemoryStoreException failure)
            {
                _logger.BatchNotWritten(count, failure.Failure, failure);
                if (_waiting.Count > MostWaiting)
                {
                    int dropped = _waiting.Count - MostWaiting;
                    _waiting.RemoveRange(0, dropped);
                    _logger.MessagesLost(dropped, failure);
                }

                return failure;
            }

            _waiting.RemoveRange(0, count);
        }

        return null;
    }

    // A class: the framework has the channel of them compiled already.
    private sealed record Entry(IReadOnlyList<PreparedMessage> Messages, TaskCompletionSource? Flush);
}
