using System.Diagnostics;
using CliWrap;

namespace Nexus.Claude.Cli;

/// <summary>
/// A CLI that CliWrap starts, interrupts and kills. On Windows a process that has a console of its own gets Ctrl+C only through a helper
/// program, which CliWrap brings along.
/// </summary>
/// <param name="start">What to start and how.</param>
internal sealed class CliWrapProcess(CliStart start) : CliProcess(start)
{
    private readonly CancellationTokenSource _interrupt = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream? _input;
    private Stream? _output;
    private Task _run = Task.CompletedTask;

    /// <inheritdoc/>
    public override Stream Output => _output!;

    /// <inheritdoc/>
    public override Stream Input => _input!;

    /// <inheritdoc/>
    public override void Interrupt() => Cancel(_interrupt);

    /// <inheritdoc/>
    public override void Kill() => Cancel(_kill);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _released.TrySetResult();
        await _run.ConfigureAwait(false);
        Family.EndAll();
        Abandon();
    }

    private protected override void Abandon()
    {
        _interrupt.Dispose();
        _kill.Dispose();
    }

    private protected override int Run(CliStart start)
    {
        var command = new Command(
            start.FileName,
            arguments: "",
            start.WorkingDirectory ?? Directory.GetCurrentDirectory(),
            ResourcePolicy.Default,
            start.User is null ? Credentials.Default : new Credentials(userName: start.User),
            Family.Mark(start.Environment),
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
        _run = AwaitAsync(running.Task);
        return running.ProcessId;
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
            // Some process of the tree belongs to another account and may not be killed by us; the CLI itself has got its signal.
        }
    }

    /// <summary>Learns of the exit from the process itself; CliWrap would wait for everybody who holds the output first.</summary>
    private void Watch(Process process)
    {
        Family.Adopt(process);
        process.Exited += (_, _) => SetExited(ExitCodeOf(process));
        // The event is not raised again for a process that was gone before the handler was attached.
        if (process.HasExited)
            SetExited(ExitCodeOf(process));
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
            SetExited(null);
        }
    }
}
