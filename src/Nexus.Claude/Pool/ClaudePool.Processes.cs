using Nexus.Claude.Diagnostics;
using Nexus.Claude.Pool;
using Nexus.Claude.Protocol;

namespace Nexus.Claude;

/// <content>The life of the processes: started ahead, looked after, ended.</content>
public sealed partial class ClaudePool
{
    /// <summary>
    /// A process that waits for <c>initialize</c> does not say when it has booted so far; this is how long it takes it, for the limit of
    /// starts at once.
    /// </summary>
    private static readonly TimeSpan BootTime = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);

    /// <summary>Keeps the pool filled. It yields to leases: nothing is started ahead while one waits, or shortly after one has begun.</summary>
    private async Task RefillAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var change = _changed.Next;
            TimeSpan? wait;
            lock (_gate)
            {
                Sweep();
                wait = NextLook();
                while (wait == TimeSpan.Zero)
                {
                    _processes++;
                    _starting++;
                    _parking++;
                    _ = ParkAsync();
                    wait = NextLook();
                }
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            await Task.WhenAny(change, Task.Delay(wait ?? Timeout.InfiniteTimeSpan, _time, stop.Token)).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>When there may be something to do: zero for a process to start now, null for never unless something changes.</summary>
    private TimeSpan? NextLook()
    {
        if (_draining)
            return null;
        if (_idle.Count + _parking < _options.MinIdle && _processes < _options.MaxProcesses && _starting < _options.MaxConcurrentStarts && _waiting.Count == 0)
        {
            var wait = Left(_lastLease, _options.RefillDelay);
            var backoff = Left(_lastFailure, Backoff());
            return wait > backoff ? wait : backoff;
        }

        TimeSpan? next = null;
        foreach (var parked in _idle)
            next = Sooner(next, _options.MaxIdleTime - (_time.GetUtcNow() - parked.Connection.StartedAt));
        foreach (var kept in _kept.Values)
            next = Sooner(next, _options.MaxKeepTime - _time.GetElapsedTime(kept.KeptAt));
        return next;
    }

    private TimeSpan Left(long? since, TimeSpan limit)
    {
        if (since is not { } start)
            return TimeSpan.Zero;
        var left = limit - _time.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private TimeSpan Backoff()
    {
        var backoff = TimeSpan.FromMilliseconds(250 * Math.Pow(2, Math.Min(_failures, 10)));
        return _failures == 0 ? TimeSpan.Zero : backoff < LongestBackoff ? backoff : LongestBackoff;
    }

    /// <summary>Never zero: what is due is swept before anybody looks again.</summary>
    private static TimeSpan Sooner(TimeSpan? next, TimeSpan other)
    {
        if (other < TimeSpan.FromMilliseconds(1))
            other = TimeSpan.FromMilliseconds(1);
        return next is { } known && known < other ? known : other;
    }

    /// <summary>Ends the processes that nobody uses and that are no good any more.</summary>
    private void Sweep()
    {
        for (var i = _idle.Count - 1; i >= 0; i--)
        {
            var parked = _idle[i];
            if (ReasonAgainst(parked) is not { } reason)
                continue;
            _idle.RemoveAt(i);
            Discard(parked, reason, isFault: reason != WaitedTooLong);
        }

        foreach (var (name, kept) in _kept)
        {
            if (IsFit(kept) && !HasPassed(kept.KeptAt, _options.MaxKeepTime))
                continue;
            _kept.Remove(name);
            Retire(kept);
        }
    }

    /// <summary>Starts a process ahead. The place has been taken already.</summary>
    private async Task ParkAsync()
    {
        // Leaves the caller's lock.
        await Task.Yield();
        ParkedProcess? parked = null;
        Exception? failure = null;
        try
        {
            parked = await ParkedProcess.StartAsync(_template, _shape, _stopping.Token).ConfigureAwait(false);
            if (_shape.Awaits)
            {
                await Task.WhenAny(parked.Connection.Exited, Task.Delay(BootTime, _time, _stopping.Token)).ConfigureAwait(false);
            }
            else
            {
                var answering = parked.AnswersAsync(_stopping.Token);
                answering.Observe();
                await answering.WaitAsync(_template.InitializeTimeout, _time).ConfigureAwait(false);
            }

            if (parked.HasExited)
                throw new IOException($"The Claude Code CLI ended while it was started ahead. {parked.Connection.StandardErrorTail}");
        }
        catch (Exception any)
        {
            failure = any;
        }

        lock (_gate)
        {
            _starting--;
            _parking--;
            if (failure is null && !_draining)
            {
                _idle.Add(parked!);
                _ = WatchAsync(parked!);
                Serve();
                return;
            }

            if (failure is not null && !_draining)
            {
                _failedStarts++;
                Back();
                _logger.PoolStartFailed(Backoff(), failure);
            }

            if (parked is null)
                Leave();
            else
                Discard(parked, failure is null ? "the pool is drained" : "its start failed");
        }
    }

    /// <summary>A process that ends while it waits is replaced at once.</summary>
    private async Task WatchAsync(ParkedProcess parked)
    {
        await parked.Connection.Exited.ConfigureAwait(false);
        lock (_gate)
        {
            if (_idle.Remove(parked))
                Discard(parked, "it has ended", isFault: true);
            _changed.Fire();
        }
    }

    /// <summary>Something is wrong with processes that are started ahead: the next start waits, twice as long each time until one is of use.</summary>
    private void Back()
    {
        _failures++;
        _lastFailure = _time.GetTimestamp();
    }

    private void Discard(ParkedProcess parked, string reason, bool isFault = false)
    {
        if (isFault)
            Back();
        _logger.PoolProcessDiscarded(parked.Connection.ProcessId, reason);
        _discarded++;
        _leaving++;
        _ = Task.Run(() => EndAsync(parked.EndAsync));
    }

    private void Retire(ClaudeLease lease)
    {
        _leaving++;
        _ = Task.Run(() => EndAsync(lease.Client));
    }

    private async Task DropAsync(Session session, string reason)
    {
        _logger.PoolProcessDiscarded(session.Connection.ProcessId, reason);
        lock (_gate)
        {
            _discarded++;
            _leaving++;
        }

        await EndAsync(async () => await session.DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    private Task EndAsync(ClaudeClient client) => EndAsync(async () =>
    {
        await client.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
            _retired++;
    });

    private async Task EndAsync(Func<Task> end)
    {
        try
        {
            await end().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _logger.PoolEndFailed(failure);
        }
        finally
        {
            lock (_gate)
            {
                _leaving--;
                Leave();
            }
        }
    }

    /// <summary>Gives a place back. Called with the lock held.</summary>
    private void Leave()
    {
        _processes--;
        Serve();
    }
}
