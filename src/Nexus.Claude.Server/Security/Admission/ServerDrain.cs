using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Security;

/// <summary>Counts the turns that run, and lets them finish while no new one is taken when the server stops.</summary>
internal sealed class ServerDrain : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _timedOut = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _turns;
    private bool _isDraining;

    /// <summary>True once no new turn is taken.</summary>
    public bool IsDraining => Volatile.Read(ref _isDraining);

    /// <summary>The turns that run or wait.</summary>
    public int Turns => Volatile.Read(ref _turns);

    /// <summary>Cancelled when the time of the turns that run is up.</summary>
    public CancellationToken TimedOut => _timedOut.Token;

    /// <summary>Counts a turn; <see cref="Leave"/> has to follow.</summary>
    /// <exception cref="GatewayException">The server stops (503).</exception>
    public void Enter()
    {
        lock (_gate)
        {
            if (_isDraining)
                throw Stopping();
            _turns++;
        }
    }

    /// <summary>A turn has ended.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _turns--;
            if (_isDraining && _turns == 0)
                _idle.TrySetResult();
        }
    }

    /// <summary>What a request is told that comes too late.</summary>
    /// <returns>The error.</returns>
    public static GatewayException Stopping() => new(
        503, "server_error", "server_shutting_down", "The server is shutting down. Send the request again; another instance, or the next one, answers it.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    /// <summary>Takes no new turn, and waits for those that run.</summary>
    /// <returns>Completes when none runs any more.</returns>
    public Task BeginAsync()
    {
        lock (_gate)
        {
            _isDraining = true;
            if (_turns == 0)
                _idle.TrySetResult();
        }

        return _idle.Task;
    }

    /// <summary>Ends the turns that still run.</summary>
    /// <returns>Completes when they have been told.</returns>
    public Task EndTurnsAsync() => _timedOut.CancelAsync();

    /// <inheritdoc/>
    public void Dispose() => _timedOut.Dispose();
}

/// <summary>Drains before anything else stops: while turns finish, the server still listens and tells new ones to go elsewhere.</summary>
/// <param name="drain">The turns.</param>
/// <param name="options">The options.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told about it.</param>
internal sealed class DrainOnStop(
    ServerDrain drain, IOptions<NexusClaudeServerOptions> options, TimeProvider time, ILogger<DrainOnStop> logger) : IHostedLifecycleService
{
    // Turns that were told to end still write their last words to the client.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var idle = drain.BeginAsync();
        if (idle.IsCompleted)
            return;
        var timeout = options.Value.Limits.DrainTimeout;
        logger.Draining(drain.Turns, timeout);
        if (await FinishAsync(idle, timeout, cancellationToken).ConfigureAwait(false))
            return;
        logger.DrainTimedOut(drain.Turns);
        await drain.EndTurnsAsync().ConfigureAwait(false);
        await FinishAsync(idle, LastWords, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> FinishAsync(Task idle, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await idle.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
