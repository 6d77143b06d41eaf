using System.ComponentModel;
using System.Diagnostics;
using CliWrap;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Cli;

/// <summary>
/// One CLI process. CliWrap starts it, interrupts it and kills its tree; its three streams are handed out raw, because the wire
/// needs bytes, and the exit is observed on the process itself, because a grandchild that holds stdout must not hide it.
/// </summary>
internal sealed class CliProcess : ICliConnection
{
    private static readonly TimeSpan StandardErrorGrace = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _interrupt = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int?> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _standardErrorDrained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StandardErrorTail _standardError;
    private readonly ProcessFamily _family;
    private readonly TimeProvider _time;
    private Stream? _input;
    private Stream? _output;
    private Task _run = Task.CompletedTask;

    private CliProcess(CliStart start)
    {
        _time = start.TimeProvider;
        _standardError = new StandardErrorTail(start.StandardError, start.StandardErrorFailed);
        _family = new ProcessFamily();
    }

    /// <inheritdoc/>
    public Stream Output => _output!;

    /// <inheritdoc/>
    public Stream Input => _input!;

    /// <inheritdoc/>
    public int ProcessId { get; private set; }

    /// <inheritdoc/>
    public DateTimeOffset StartedAt { get; private set; }

    /// <inheritdoc/>
    public string StandardErrorTail => _standardError.ToString();

    /// <inheritdoc/>
    public Task<int?> Exited => _exited.Task;

    /// <summary>Starts the CLI.</summary>
    /// <param name="start">What to start and how.</param>
    /// <returns>The running process.</returns>
    /// <exception cref="CliStartException">The operating system refused; the message says why and what to do.</exception>
    public static CliProcess Start(CliStart start)
    {
        var process = new CliProcess(start);
        try
        {
            process.Run(start);
            return process;
        }
        catch (Exception failure) when (failure is Win32Exception or InvalidOperationException or PlatformNotSupportedException or NotSupportedException)
        {
            process._interrupt.Dispose();
            process._kill.Dispose();
            throw CliStartFailures.Explain(start, failure);
        }
    }

    /// <inheritdoc/>
    public Task StandardErrorDrained => _standardErrorDrained.Task;

    /// <inheritdoc/>
    public void Interrupt() => Cancel(_interrupt);

    /// <inheritdoc/>
    public void Kill() => Cancel(_kill);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _released.TrySetResult();
        await _run.ConfigureAwait(false);
        _family.EndAll();
        _interrupt.Dispose();
        _kill.Dispose();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Released already: there is no process left to signal.
        }
        catch (AggregateException)
        {
            // Some process of the tree belongs to another account (sudo) and may not be killed by us; the CLI itself has got its signal.
        }
    }

    private void Run(CliStart start)
    {
        // All at once: each of the command's With methods would be one more to compile before the process is started.
        var command = new Command(
            start.FileName,
            arguments: "",
            start.WorkingDirectory ?? Directory.GetCurrentDirectory(),
            ResourcePolicy.Default,
            start.User is null ? Credentials.Default : new Credentials(userName: start.User),
            _family.Mark(start.Environment),
            CommandResultValidation.None,
            PipeSource.Create(async (stream, token) =>
            {
                _input = stream;
                await _released.Task.WaitAsync(token).ConfigureAwait(false);
            }),
            PipeTarget.Create(async (stream, _) =>
            {
                _output = stream;
                await _released.Task.ConfigureAwait(false);
            }),
            PipeTarget.Create(DrainStandardErrorAsync));
        var running = command.ExecuteAsync(
            info =>
            {
                foreach (var argument in start.Arguments)
                    info.ArgumentList.Add(argument);
            },
            Watch,
            _kill.Token,
            _interrupt.Token);
        ProcessId = running.ProcessId;
        StartedAt = _time.GetUtcNow();
        _run = AwaitAsync(running.Task);
    }

    /// <summary>Learns of the exit from the process itself; CliWrap would wait for everybody who holds the output first.</summary>
    private void Watch(Process process)
    {
        _family.Adopt(process);
        process.Exited += (_, _) => _exited.TrySetResult(ExitCodeOf(process));
        // The event is not raised again for a process that was gone before the handler was attached.
        if (process.HasExited)
            _exited.TrySetResult(ExitCodeOf(process));
    }

    private static int? ExitCodeOf(Process process)
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

    private async Task AwaitAsync(Task<CommandResult> running)
    {
        try
        {
            await running.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // That is how CliWrap reports a process that was interrupted or killed on our word.
        }
        catch (TimeoutException)
        {
            // The process did not die within three seconds of SIGKILL. Nobody is helped by waiting longer.
        }
        finally
        {
            _exited.TrySetResult(null);
        }
    }

    /// <summary>Reads stderr to its end, but not longer than a moment after the exit: a grandchild may hold it.</summary>
    private async Task DrainStandardErrorAsync(Stream stream, CancellationToken cancellationToken)
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
}
