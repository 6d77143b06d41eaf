namespace Nexus.Claude.Server.Conversations;

/// <summary>Leases within this process, first come first served.</summary>
internal sealed class LocalLeases : ILeases
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<TaskCompletionSource<bool>>> _taken = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable?> AcquireAsync(string name, bool wait, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource<bool> place;
        lock (_gate)
        {
            if (!_taken.TryGetValue(name, out var line))
            {
                _taken.Add(name, new Queue<TaskCompletionSource<bool>>());
                return new Lease(this, name);
            }

            if (!wait)
                return null;
            place = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            line.Enqueue(place);
        }

        await using (cancellationToken.UnsafeRegister(static (state, token) => ((TaskCompletionSource<bool>)state!).TrySetCanceled(token), place).ConfigureAwait(false))
            await place.Task.ConfigureAwait(false);
        return new Lease(this, name);
    }

    private void Release(string name)
    {
        lock (_gate)
        {
            var line = _taken[name];
            while (line.TryDequeue(out var next))
            {
                // False for one that has left the line.
                if (next.TrySetResult(true))
                    return;
            }

            _taken.Remove(name);
        }
    }

    private sealed class Lease(LocalLeases owner, string name) : IAsyncDisposable
    {
        private int _released;

        public ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
                owner.Release(name);
            return ValueTask.CompletedTask;
        }
    }
}
