using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace Nexus.Claude.Protocol;

/// <summary>Reads a <see cref="MessageQueue"/> in batches. Its own wait is the queue's, so that none costs more than one thread switch.</summary>
internal sealed class MessageEnumerator(MessageQueue queue, Func<ValueTask> onDisposed, CancellationTokenRegistration registration)
    : IAsyncEnumerator<ClaudeMessage>, IValueTaskSource<bool>
{
    private Queue<ClaudeMessage> _batch = new(MessageQueue.UsualCount);
    private ClaudeMessage? _current;
    private bool _disposed;

    /// <inheritdoc/>
    public ClaudeMessage Current => _current!;

    /// <inheritdoc/>
    public ValueTask<bool> MoveNextAsync()
    {
        if (queue.IsAbandoned)
            _batch.Clear();
        return _batch.TryDequeue(out _current) ? new ValueTask<bool>(true) : TakeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        registration.Unregister();
        await onDisposed().ConfigureAwait(false);
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _ = ((IValueTaskSource<bool>)queue).GetResult(token);
        if (TryTake())
            return true;
        // Woken without a message, so it is the end, with or without a failure.
        var end = queue.WaitAsync();
        return end.IsCompleted ? end.GetAwaiter().GetResult() : throw new UnreachableException("The queue woke its reader for nothing.");
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => ((IValueTaskSource<bool>)queue).GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        ((IValueTaskSource<bool>)queue).OnCompleted(continuation, state, token, flags);

    private ValueTask<bool> TakeAsync()
    {
        while (!TryTake())
        {
            var waiting = queue.WaitAsync();
            if (!waiting.IsCompleted)
                return new ValueTask<bool>(this, queue.WaitVersion);
            if (!waiting.IsCompletedSuccessfully)
                return waiting;
            if (!waiting.Result)
                return new ValueTask<bool>(false);
        }

        return new ValueTask<bool>(true);
    }

    private bool TryTake()
    {
        if (!queue.TryTake(ref _batch))
            return false;
        _current = _batch.Dequeue();
        return true;
    }
}
