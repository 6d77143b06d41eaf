using System.Runtime.CompilerServices;

namespace Nexus.Claude.Protocol;

/// <summary>Reads a <see cref="MessageQueue"/> in batches.</summary>
internal sealed class MessageEnumerator(MessageQueue queue, Func<ValueTask> onDisposed, CancellationTokenRegistration registration)
    : IAsyncEnumerator<ClaudeMessage>
{
    private Queue<ClaudeMessage> _batch = new();
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TakeAsync()
    {
        while (!queue.TryTake(ref _batch))
        {
            if (!await queue.WaitAsync().ConfigureAwait(false))
                return false;
        }

        _current = _batch.Dequeue();
        return true;
    }
}
