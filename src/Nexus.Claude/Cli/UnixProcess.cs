using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Nexus.Claude.Pipes;

namespace Nexus.Claude.Cli;

/// <summary>
/// A CLI that is started by the framework alone. It does what CliWrap does for us on Windows, without the 170 methods that would have to be
/// compiled before the first message: the framework's own code comes compiled, a package's does not.
/// </summary>
/// <param name="start">What to start and how.</param>
internal sealed partial class UnixProcess(CliStart start) : CliProcess(start)
{
    private const int InterruptSignal = 2;

    /// <summary>A process that survives SIGKILL for so long hangs in the kernel; nobody is helped by waiting longer.</summary>
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Process _process = new();
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

    /// <inheritdoc/>
    public override void Interrupt()
    {
        lock (_gate)
        {
            // Until its exit has been observed the id is the process's own, be it as a zombie's.
            if (!_disposed && !_process.HasExited)
                _ = Send(_process.Id, InterruptSignal); // It fails for a process of another account (sudo) only; what follows then is a kill.
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
                _process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
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
            _process.Dispose();
        }
    }

    private protected override int Run(CliStart start)
    {
        var info = _process.StartInfo;
        info.FileName = start.FileName;
        foreach (var argument in start.Arguments)
            info.ArgumentList.Add(argument);
        info.WorkingDirectory = start.WorkingDirectory ?? Directory.GetCurrentDirectory();
        if (start.User is not null)
            info.UserName = start.User;
        foreach (var (name, value) in Family.Mark(start.Environment))
        {
            if (value is null)
                info.Environment.Remove(name);
            else
                info.Environment[name] = value;
        }

        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        info.UseShellExecute = false;
        info.CreateNoWindow = true;
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => SetExited(_process);
        _process.Start();
        Family.Adopt(_process);
        try
        {
            _input = PipeOf(_process.StandardInput.BaseStream);
            _output = PipeOf(_process.StandardOutput.BaseStream);
            _error = PipeOf(_process.StandardError.BaseStream);
        }
        catch (Exception)
        {
            // Nobody could speak to it.
            _process.Kill(entireProcessTree: true);
            throw;
        }

        _draining = DrainStandardErrorAsync(_error, CancellationToken.None);
        return _process.Id;
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

    /// <summary>Our own way to wait for a pipe, where the system has what it takes.</summary>
    private static Stream PipeOf(Stream stream) => OperatingSystem.IsLinux() && stream is PipeStream pipe ? new LinuxPipe(pipe) : stream;

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

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int processId, int signal);
}
