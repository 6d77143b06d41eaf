using Nexus.Claude.Cli;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Pool;

namespace Nexus.Claude;

/// <content>From a wish to a client.</content>
public sealed partial class ClaudePool
{
    /// <summary>
    /// Waits for a process that was started ahead, or for the leave to start one. Whoever gets either holds a place, and gives it back by
    /// <see cref="Leave"/>.
    /// </summary>
    /// <returns>The process; null for the leave to start one.</returns>
    private async Task<ParkedProcess?> EnterAsync(bool fits, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter(fits);
        lock (_gate)
        {
            if (_draining)
                throw Closed();
            _lastLease = _time.GetTimestamp();
            _waiting.AddLast(waiter);
            Serve();
        }

        var registration = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Grant.TrySetCanceled(token), waiter);
        await using (registration.ConfigureAwait(false))
        {
            try
            {
                return await waiter.Grant.Task.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                lock (_gate)
                    _waiting.Remove(waiter);
                throw;
            }
        }
    }

    /// <summary>Gives what there is to those who wait, in their order. Called with the lock held.</summary>
    private void Serve()
    {
        while (_waiting.First is { } first)
        {
            var waiter = first.Value;
            if (waiter.Grant.Task.IsCompleted)
            {
                // It gave up.
                _waiting.RemoveFirst();
            }
            else if (waiter.Fits && TakeIdle() is { } parked)
            {
                _waiting.RemoveFirst();
                if (!waiter.Grant.TrySetResult(parked))
                    _idle.Insert(0, parked);
            }
            else if (_processes < _options.MaxProcesses && _starting < _options.MaxConcurrentStarts)
            {
                _waiting.RemoveFirst();
                if (!waiter.Grant.TrySetResult(null))
                    continue;
                _processes++;
                _starting++;
            }
            else
            {
                if (_processes >= _options.MaxProcesses)
                    MakeRoom();
                break;
            }
        }

        _changed.Fire();
    }

    /// <summary>The process that has waited longest and is in good health; others are ended.</summary>
    private ParkedProcess? TakeIdle()
    {
        while (_idle.Count > 0)
        {
            var parked = _idle[0];
            _idle.RemoveAt(0);
            if (ReasonAgainst(parked) is not { } reason)
                return parked;
            Discard(parked, reason, isFault: reason != WaitedTooLong);
        }

        return null;
    }

    private string? ReasonAgainst(ParkedProcess parked)
    {
        if (parked.HasExited)
            return "it has ended";
        if (_time.GetUtcNow() - parked.Connection.StartedAt >= _options.MaxIdleTime)
            return WaitedTooLong;
        return _options.MaxMemoryBytes is { } most && ProcessMemory.ResidentOf(parked.Connection.ProcessId) >= most ? "it takes too much memory" : null;
    }

    /// <summary>Ends a process that nobody uses, one for each that waits: first of those that are kept, the one kept longest.</summary>
    private void MakeRoom()
    {
        while (_leaving < _waiting.Count)
        {
            if (_kept.Count > 0)
            {
                var (name, oldest) = _kept.MinBy(each => each.Value.KeptAt);
                _kept.Remove(name);
                Retire(oldest);
            }
            else if (_idle.Count > 0)
            {
                var parked = _idle[0];
                _idle.RemoveAt(0);
                Discard(parked, "a lease needs its place for a process of another kind");
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Makes a client of a process that was started ahead.</summary>
    /// <returns>The lease; null when the process was no good and has been ended.</returns>
    private async Task<ClaudeLease?> TryUseAsync(ParkedProcess parked, CliCommand command, ClaudeOptions options, CancellationToken cancellationToken)
    {
        var counter = new TurnCounter();
        var features = SessionFeatures.For(options).With(counter);
        await PrepareAsync(parked, features, options, cancellationToken).ConfigureAwait(false);
        var starting = parked.Adopt(command, options, features);
        ClaudeClient client;
        try
        {
            client = await ClaudeClient.OpenAsync(starting, features, cancellationToken).ConfigureAwait(false);
            Learn(client.Server);
            if (!LateOptions.Knows(client.Server, options.Model))
            {
                await DropAsync(starting.Session, "its CLI does not know the model of the lease").ConfigureAwait(false);
                return null;
            }

            await LateOptions.ApplyAsync(starting.Session, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is CliExitedException or ClaudeTimeoutException && !cancellationToken.IsCancellationRequested)
        {
            _logger.PoolProcessFailed(parked.Connection.ProcessId, failure);
            await DropAsync(starting.Session, "it could not be used").ConfigureAwait(false);
            return null;
        }
        catch
        {
            await DropAsync(starting.Session, "the lease failed").ConfigureAwait(false);
            throw;
        }

        return await LeaseAsync(client, counter, isWarm: true).ConfigureAwait(false);
    }

    /// <summary>Lets the features prepare themselves. When one fails, the process, which knows of nothing yet, goes to somebody else.</summary>
    private async Task PrepareAsync(ParkedProcess parked, SessionFeatures features, ClaudeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var feature in features.All)
                await feature.PrepareAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            foreach (var feature in features.All)
                await feature.EndAsync().ConfigureAwait(false);
            lock (_gate)
            {
                if (_draining)
                    Discard(parked, "the pool is drained");
                else
                    _idle.Insert(0, parked);
                Serve();
            }

            throw;
        }
    }

    /// <summary>Starts a process for a lease, as a client does without a pool.</summary>
    private async Task<ClaudeLease> StartAsync(ClaudeOptions options, CancellationToken cancellationToken)
    {
        var counter = new TurnCounter();
        ClaudeClient? client = null;
        try
        {
            client = await ClaudeClient.OpenAsync(options, SessionFeatures.For(options).With(counter), cancellationToken).ConfigureAwait(false);
            Learn(client.Server);
        }
        catch
        {
            if (client is not null)
                await client.DisposeAsync().ConfigureAwait(false);
            lock (_gate)
            {
                _starting--;
                Leave();
            }

            throw;
        }

        lock (_gate)
        {
            _starting--;
            Serve();
        }

        return await LeaseAsync(client, counter, isWarm: false).ConfigureAwait(false);
    }

    private async Task<ClaudeLease> LeaseAsync(ClaudeClient client, TurnCounter counter, bool isWarm)
    {
        lock (_gate)
        {
            _lastLease = _time.GetTimestamp();
            // Whoever disposes the pool does not know of this client.
            if (!_disposed)
            {
                var lease = new ClaudeLease(this, client, counter, isWarm);
                _leases.Add(lease);
                if (isWarm)
                {
                    _warmLeases++;
                    _failures = 0;
                }
                else
                {
                    _coldLeases++;
                }

                _changed.Fire();
                return lease;
            }

            _leaving++;
        }

        await EndAsync(client).ConfigureAwait(false);
        throw Closed();
    }

    private void Learn(ServerInformation server)
    {
        if (Volatile.Read(ref _models) is not null || server.Models.Count == 0)
            return;
        Volatile.Write(ref _models, [.. server.Models.Select(static model => model.Value), .. server.Models.Select(static model => model.ResolvedModel).OfType<string>()]);
    }

    private sealed class Waiter(bool fits)
    {
        public bool Fits => fits;

        public TaskCompletionSource<ParkedProcess?> Grant { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
