using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Cli;

/// <summary>
/// One CLI process. Its three streams are handed out raw, because the wire needs bytes, and the exit is observed on the process itself,
/// because a grandchild that holds stdout must not hide it.
/// </summary>
internal abstract class CliProcess : ICliConnection
{
    private static readonly TimeSpan StandardErrorGrace = TimeSpan.FromMilliseconds(200);

    private readonly TaskCompletionSource<int?> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _standardErrorDrained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StandardErrorTail _standardError;
    private readonly TimeProvider _time;

    private protected CliProcess(CliStart start)
    {
        _time = start.TimeProvider;
        _standardError = new StandardErrorTail(start.StandardError, start.StandardErrorFailed);
    }

    /// <inheritdoc/>
    public abstract Stream Output { get; }

    /// <inheritdoc/>
    public abstract Stream Input { get; }

    /// <inheritdoc/>
    public int ProcessId { get; private set; }

    /// <inheritdoc/>
    public DateTimeOffset StartedAt { get; private set; }

    /// <inheritdoc/>
    public string StandardErrorTail => _standardError.ToString();

    /// <inheritdoc/>
    public Task<int?> Exited => _exited.Task;

    /// <inheritdoc/>
    public Task StandardErrorDrained => _standardErrorDrained.Task;

    /// <summary>The processes that the CLI starts.</summary>
    private protected ProcessFamily Family { get; } = new();

    /// <summary>Starts the CLI.</summary>
    /// <param name="start">What to start and how.</param>
    /// <returns>The running process.</returns>
    /// <exception cref="CliStartException">The operating system refused; the message says why and what to do.</exception>
    public static CliProcess Start(CliStart start) => Start(
        start,
        OperatingSystem.IsWindows() ? new CliWrapProcess(start)
            : SpawnedProcess.CanStart(start) ? new SpawnedProcess(start)
            : ByFramework(start));

    /// <summary>Starts the CLI in a way of the caller's choice.</summary>
    /// <inheritdoc cref="Start(CliStart)"/>
    /// <param name="start">What to start and how.</param>
    /// <param name="process">The way, for the same start.</param>
    internal static CliProcess Start(CliStart start, CliProcess process)
    {
        try
        {
            process.ProcessId = process.Run(start);
            process.StartedAt = process._time.GetUtcNow();
            return process;
        }
        catch (Exception failure) when (failure is Win32Exception or InvalidOperationException or PlatformNotSupportedException or NotSupportedException or IOException)
        {
            process.Abandon();
            throw CliStartFailures.Explain(start, failure);
        }
    }

    /// <inheritdoc/>
    public abstract void Interrupt();

    /// <inheritdoc/>
    public abstract void Kill();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Starts the process.</summary>
    /// <param name="start">What to start and how.</param>
    /// <returns>The id of the process.</returns>
    private protected abstract int Run(CliStart start);

    /// <summary>Gives back what a start that failed has left.</summary>
    private protected abstract void Abandon();

    /// <summary>Notes that the process has exited.</summary>
    /// <param name="exitCode">Its exit code; null when nobody knows how it ended.</param>
    private protected void SetExited(int? exitCode) => _exited.TrySetResult(exitCode);

    // Apart, so that the framework's library for processes is loaded only where it is used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FrameworkProcess ByFramework(CliStart start) => new(start);

    /// <summary>Reads stderr to its end, but not longer than a moment after the exit: a grandchild may hold it.</summary>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private protected async Task DrainStandardErrorAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var drain = _standardError.DrainAsync(stream, stop.Token);
        try
        {
            drain.Observe();
            await Task.WhenAny(drain, _exited.Task).ConfigureAwait(false);
            await drain.WaitAsync(StandardErrorGrace, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception end) when (end is TimeoutException or OperationCanceledException or IOException)
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            _standardErrorDrained.TrySetResult();
        }
    }

    /// <summary>The exit code of a process that has ended.</summary>
    /// <param name="process">The process.</param>
    /// <returns>The code; null when nobody knows it.</returns>
    private protected static int? ExitCodeOf(Process process)
    {
        try
        {
            return process.ExitCode;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
