using System.ComponentModel;

namespace Nexus.Claude.Cli;

/// <summary>A CLI on Linux or macOS: three pipes and a process that takes signals, whoever has started it.</summary>
/// <param name="start">What to start and how.</param>
internal abstract class UnixProcess(CliStart start) : CliProcess(start)
{
    /// <summary>A process that survives SIGKILL for so long hangs in the kernel; nobody is helped by waiting longer.</summary>
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private Stream? _input;
    private Stream? _output;
    private Stream? _error;
    private Task _draining = Task.CompletedTask;
    private Task? _givingUp;
    private bool _disposed;

    /// <inheritdoc/>
    public override Stream Output => _output!;

    /// <inheritdoc/>
    public override Stream Input => _input!;

    /// <summary>Held while the process is signalled or its end is taken note of: after that its id may be another's.</summary>
    private protected Lock Gate => _gate;

    /// <inheritdoc/>
    public override void Interrupt()
    {
        lock (_gate)
        {
            if (!_disposed && IsOurs)
                _ = SpawnCalls.Signal(ProcessId, SpawnCalls.InterruptSignal); // It fails for a process of another account (sudo) only; what follows then is a kill.
        }
    }

    /// <inheritdoc/>
    public override void Kill()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            try
            {
                KillTree();
            }
            catch (Exception gone) when (gone is InvalidOperationException or ArgumentException)
            {
                // It has exited already.
            }
            catch (Exception refused) when (refused is AggregateException or Win32Exception)
            {
                // Some process of the tree belongs to another account (sudo) and may not be killed by us; the CLI itself has got its signal.
            }

            _givingUp ??= GiveUpAsync();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync(_input!).ConfigureAwait(false);
        await Exited.ConfigureAwait(false);
        if (_givingUp is { } givingUp)
            await givingUp.ConfigureAwait(false);
        await _draining.ConfigureAwait(false);
        await CloseAsync(_output!).ConfigureAwait(false);
        await CloseAsync(_error!).ConfigureAwait(false);
        Family.EndAll();
        Abandon();
    }

    private protected override void Abandon()
    {
        lock (_gate)
        {
            _disposed = true;
            Release();
        }
    }

    /// <summary>True until the end of the process has been taken note of: so long the id is its own, be it as a zombie's. With the gate held.</summary>
    private protected abstract bool IsOurs { get; }

    /// <summary>Kills the process and all that it has started. With the gate held.</summary>
    private protected abstract void KillTree();

    /// <summary>Gives back what is held of the process. With the gate held.</summary>
    private protected abstract void Release();

    /// <summary>Takes the streams of the process.</summary>
    private protected void Connect(Stream input, Stream output, Stream error)
    {
        (_input, _output, _error) = (input, output, error);
        _draining = DrainStandardErrorAsync(error, CancellationToken.None);
    }

    /// <summary>Lets those who wait for the exit go when a kill does not bring it.</summary>
    private async Task GiveUpAsync()
    {
        try
        {
            await Exited.WaitAsync(KillGrace).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            SetExited(null);
        }
    }

    private static async Task CloseAsync(Stream stream)
    {
        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The other end is gone already, which is what closing is for.
        }
    }
}
