using System.Runtime.CompilerServices;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Protocol;

/// <summary>How a session ends: by our wish, by the CLI's, or by a crash.</summary>
internal sealed partial class Session : IAsyncDisposable
{
    /// <summary>How long output may keep still after the exit before we believe that only a grandchild holds the pipe.</summary>
    private static readonly TimeSpan DrainWindow = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a CLI may live on after it closed its output; 2.1.330 takes about 0.1 s.</summary>
    private static readonly TimeSpan OutputClosedGrace = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan InterruptGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan InputCloseGrace = TimeSpan.FromSeconds(1);

    private int _closing;
    private volatile bool _endAsked;
    private Exception? _failure;

    /// <summary>True once the caller has closed the session.</summary>
    public bool IsClosing => Volatile.Read(ref _closing) != 0;

    /// <summary>Ends the session because something about it is broken beyond use; everybody who waits is told the cause.</summary>
    /// <param name="cause">The cause.</param>
    public void Fail(Exception cause)
    {
        Interlocked.CompareExchange(ref _failure, cause, null);
        _connection.Kill();
    }

    /// <summary>
    /// Asks the CLI to end by itself, whatever it is doing, and waits until it has: it stops its background tasks and writes its
    /// transcript. The end counts as wanted.
    /// </summary>
    /// <param name="cancellationToken">Gives up the wait; the CLI may end all the same.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="ProtocolException">The CLI does not know the request.</exception>
    public async Task<CliExit> EndByRequestAsync(CancellationToken cancellationToken)
    {
        _endAsked = true;
        try
        {
            await Control.RequestAsync("end_session", null, _settings.ControlRequestTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeException) when (_connection.Exited.IsCompleted)
        {
            // It ended before it could say that it would.
        }
        catch (ClaudeException)
        {
            _endAsked = false;
            throw;
        }

        return await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the process now, with everything it started.</summary>
    public void Kill() => _connection.Kill();

    /// <summary>
    /// Ends the session in order: a running turn is interrupted, the input is closed, and the CLI gets time to write its transcript.
    /// A CLI that does not end is interrupted (SIGINT), then killed with its tree. Bounded, and the same for every later caller.
    /// </summary>
    /// <returns>A task that ends when nothing of the session is left.</returns>
    public ValueTask DisposeAsync() => new(CloseAsync());

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _closing, 1) == 0)
            await StopAsync().ConfigureAwait(false);
        await _ending.ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        Task[] left;
        lock (_backgroundGate)
            left = [.. _background];
        foreach (var task in left)
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private async Task StopAsync()
    {
        if (!_connection.Exited.IsCompleted && _router.OpenTurns.Length > 0)
            await InterruptEverythingAsync().ConfigureAwait(false);
        if (!_connection.Exited.IsCompleted && _runsInBackground)
            await EndBackgroundAsync().ConfigureAwait(false);
        using (var limit = new CancellationTokenSource(InputCloseGrace, _settings.TimeProvider))
            await _writer.CloseAsync(limit.Token).ConfigureAwait(false);
        // A process that has ended cannot be ended any more; what is left then is what the features do, each within its own limit.
        if (await EndsWithinAsync(_settings.ShutdownTimeout).ConfigureAwait(false) || _connection.Exited.IsCompleted)
            return;
        _settings.Logger.StopEscalated(_connection.ProcessId, "at the end of its input");
        _connection.Interrupt();
        if (await EndsWithinAsync(InterruptGrace).ConfigureAwait(false))
            return;
        _settings.Logger.StopEscalated(_connection.ProcessId, "on SIGINT");
        _connection.Kill();
    }

    private async Task InterruptEverythingAsync()
    {
        try
        {
            await Control.RequestAsync(
                "interrupt", static json => json.WriteBoolean("cancel_queued"u8, true), InputCloseGrace, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ClaudeException)
        {
            // A CLI that does not take the interrupt is stopped by what follows.
        }
    }

    /// <summary>At the end of its input the CLI waits up to ten minutes for commands in the background; asked to end, it ends them too.</summary>
    private async Task EndBackgroundAsync()
    {
        try
        {
            await Control.RequestAsync("end_session", null, InputCloseGrace, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ClaudeException)
        {
            // A CLI that does not know the request is stopped by what follows.
        }
    }

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder<>))]
    private async Task<bool> EndsWithinAsync(TimeSpan limit)
    {
        try
        {
            await _ending.WaitAsync(limit, _settings.TimeProvider).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Runs for the life of the session and is the only place that declares it ended.</summary>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private async Task EndAsync()
    {
        await Task.WhenAny(_connection.Exited, _reading).ConfigureAwait(false);
        if (!_connection.Exited.IsCompleted)
            await EndDeafProcessAsync().ConfigureAwait(false);
        var exitCode = await _connection.Exited.ConfigureAwait(false);
        await DrainAsync().ConfigureAwait(false);
        await _connection.StandardErrorDrained.ConfigureAwait(false);

        var closing = Volatile.Read(ref _closing) != 0;
        var wanted = (closing || _endAsked) && _failure is null;
        var exit = new CliExit(
            _connection.ProcessId, exitCode, _connection.StandardErrorTail, _connection.StartedAt, _settings.TimeProvider.GetUtcNow(), null);
        var cause = _failure ?? (wanted ? new ClaudeException($"The {(closing ? "client was closed" : "session was ended")} before the turn ended.") : Explain(exit));
        exit = exit with { Cause = wanted ? null : cause };
        _settings.Logger.CliExited(exit.ProcessId, exit.ExitCode);
        _telemetry.CountEnded(exit.ExitCode);
        _inbound.End();
        Control.End(cause);
        // Before the features, one of which may still have to wait for somebody: who waits for the CLI is told at once.
        _router.EndTurns(cause, wanted ? null : cause);
        foreach (var feature in _settings.Features)
            await feature.EndAsync().ConfigureAwait(false);
        _router.EndUnprompted();
        _activity.Fire();

        await ReleaseAsync().ConfigureAwait(false);
        _completion.TrySetResult(exit);
    }

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private async Task ReleaseAsync()
    {
        try
        {
            // The pipe is broken by now: what still waits to be written fails at once, and closing cannot take long.
            await _writer.CloseAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Whoever waits for the end of the session must learn of it, whatever the operating system says to a handle that is closed.
            _settings.Logger.ReleaseFailed(_connection.ProcessId, failure);
        }
    }

    /// <summary>The output is closed but the process lives. That is how an exit begins; if it does not follow, nothing more can come.</summary>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private async Task EndDeafProcessAsync()
    {
        try
        {
            await ((Task)_connection.Exited).WaitAsync(OutputClosedGrace, _settings.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Fail(new ProtocolException(
                $"The Claude Code CLI (process {_connection.ProcessId}) closed its output but went on running, so it was ended."
                + TailOf(_connection.StandardErrorTail)));
        }
    }

    /// <summary>Reads what the process left in the pipe, and does not wait for grandchildren that hold the other end.</summary>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private async Task DrainAsync()
    {
        while (!_reading.IsCompleted)
        {
            var waits = Volatile.Read(ref _waits);
            await Task.WhenAny(_reading, Task.Delay(DrainWindow, _settings.TimeProvider)).ConfigureAwait(false);
            if (!_reading.IsCompleted && Volatile.Read(ref _waiting) && waits == Volatile.Read(ref _waits))
                _lines.CancelWait();
        }

        await _reading.ConfigureAwait(false);
    }

    private CliExitedException Explain(CliExit exit)
    {
        var how = exit.ExitCode is { } code ? $"ended with exit code {code}" : "ended";
        var said = _lastErrorResult is { Length: > 0 } text ? $" It reported: {text}" : "";
        return new CliExitedException($"The Claude Code CLI (process {exit.ProcessId}) {how}.{said}{TailOf(exit.StandardErrorTail)}", exit);
    }

    private static string TailOf(string standardError) => standardError.Length == 0 ? "" : $" It wrote to stderr: {standardError}";
}
