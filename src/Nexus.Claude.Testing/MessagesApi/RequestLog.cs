namespace Nexus.Claude.Testing;

/// <summary>The requests in the order of arrival, and those who wait for one.</summary>
internal sealed class RequestLog
{
    private readonly Lock _lock = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly List<(Func<RecordedRequest, bool> Predicate, TaskCompletionSource<RecordedRequest> Source)> _waiters = [];
    private int _numbers;
    private bool _stopped;

    public int NextNumber() => Interlocked.Increment(ref _numbers);

    public IReadOnlyList<RecordedRequest> Snapshot()
    {
        lock (_lock)
            return [.. _requests];
    }

    public void Add(RecordedRequest request)
    {
        List<TaskCompletionSource<RecordedRequest>> found = [];
        lock (_lock)
        {
            _requests.Add(request);
            for (int i = _waiters.Count - 1; i >= 0; i--)
            {
                try
                {
                    if (!_waiters[i].Predicate(request))
                        continue;
                    found.Add(_waiters[i].Source);
                }
                catch (Exception e)
                {
                    _waiters[i].Source.TrySetException(e);
                }

                _waiters.RemoveAt(i);
            }
        }

        foreach (var source in found)
            source.TrySetResult(request);
    }

    public async Task<RecordedRequest> WaitAsync(Func<RecordedRequest, bool> predicate, CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource<RecordedRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            foreach (var request in _requests)
            {
                if (predicate(request))
                    return request;
            }

            ObjectDisposedException.ThrowIf(_stopped, typeof(ScriptedMessagesApi));
            _waiters.Add((predicate, source));
        }

        try
        {
            return await source.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
                _waiters.RemoveAll(waiter => ReferenceEquals(waiter.Source, source));
        }
    }

    public void Stop()
    {
        List<TaskCompletionSource<RecordedRequest>> waiting;
        lock (_lock)
        {
            _stopped = true;
            waiting = [.. _waiters.Select(waiter => waiter.Source)];
            _waiters.Clear();
        }

        foreach (var source in waiting)
            source.TrySetException(new ObjectDisposedException(nameof(ScriptedMessagesApi)));
    }
}
