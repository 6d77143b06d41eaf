using System.Collections;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nexus.Claude.Pipes;

namespace Nexus.Claude.Cli;

/// <summary>
/// A CLI that Linux starts for us (<c>posix_spawn</c>) and whose end it tells us by a descriptor of the process. The framework's class for
/// processes loads five libraries before the CLI runs, which a short program notices.
/// </summary>
/// <param name="start">What to start and how.</param>
internal sealed class SpawnedProcess(CliStart start) : UnixProcess(start), IReadyListener, IThreadPoolWorkItem
{
    private static readonly bool IsSupported = OperatingSystem.IsLinux() && HasDescriptorsOfProcesses() && PosixSpawn.IsComplete();

    private SafeFileHandle? _descriptor;
    private int _id;
    private long _eventId;
    private bool _ended;

    /// <inheritdoc/>
    private protected override bool IsOurs => !_ended;

    /// <summary>Whether a CLI can be started in this way: not by an old system, and not as another account.</summary>
    /// <param name="start">What to start and how.</param>
    /// <returns>True when it can.</returns>
    public static bool CanStart(CliStart start) => start.User is null && IsSupported;

    /// <inheritdoc/>
    IThreadPoolWorkItem IReadyListener.OnReady() => this;

    /// <summary>The process has ended.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        int? exitCode;
        lock (Gate)
        {
            if (_ended || !TryTakeExitCode(out exitCode))
                return;
            _ended = true;
            DescriptorEvents.Shared.Remove(_eventId, (int)_descriptor!.DangerousGetHandle());
            _descriptor.Dispose();
        }

        SetExited(exitCode);
    }

    /// <inheritdoc/>
    private protected override int Run(CliStart start)
    {
        PipeEnds? input = null, output = null, error = null;
        try
        {
            input = new PipeEnds();
            output = new PipeEnds();
            error = new PipeEnds();
            _id = PosixSpawn.Start(start, EnvironmentOf(Family.Mark(start.Environment)), input.Read, output.Write, error.Write);
            Watch();
            Connect(new LinuxPipe(input.Write, reads: false), new LinuxPipe(output.Read, reads: true), new LinuxPipe(error.Read, reads: true));
            return _id;
        }
        catch (Exception)
        {
            input?.Dispose();
            output?.Dispose();
            error?.Dispose();
            // Nobody could speak to it; if it is watched, its end is taken note of as ever.
            if (_id != 0)
                EndUnheard();
            throw;
        }
        finally
        {
            input?.Read.Dispose();
            output?.Write.Dispose();
            error?.Write.Dispose();
        }
    }

    /// <inheritdoc/>
    private protected override void KillTree()
    {
        if (_ended)
            return;
        // The walk over the tree is the framework's; it is for this rare case alone that it comes to know the process.
        using var process = Process.GetProcessById(_id);
        process.Kill(entireProcessTree: true);
    }

    /// <inheritdoc/>
    private protected override void Release()
    {
        // The descriptor is closed when the process ends, even if that is after this: somebody has to take its exit code, or a zombie remains.
    }

    /// <summary>The environment of a process, as <c>name=value</c>.</summary>
    /// <param name="changes">Changes to this program's own; null removes a variable.</param>
    /// <returns>All variables.</returns>
    internal static List<string> EnvironmentOf(IReadOnlyDictionary<string, string?> changes)
    {
        var variables = new List<string>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (!changes.ContainsKey((string)variable.Key))
                variables.Add((string)variable.Key + "=" + (string?)variable.Value);
        }

        foreach (var (name, value) in changes)
        {
            if (value is not null)
                variables.Add(name + "=" + value);
        }

        return variables;
    }

    private static bool HasDescriptorsOfProcesses()
    {
        var own = SpawnCalls.Call(SpawnCalls.OpenProcess, Environment.ProcessId, 0);
        if (own < 0)
            return false;
        _ = PipeCalls.Close((int)own);
        return true;
    }

    private void Watch()
    {
        // The end may be told before the registration is known here.
        lock (Gate)
        {
            var descriptor = SpawnCalls.Call(SpawnCalls.OpenProcess, _id, 0);
            if (descriptor >= 0)
            {
                _descriptor = new SafeFileHandle(descriptor, ownsHandle: true);
                _eventId = DescriptorEvents.Shared.Add(this, (int)descriptor, PipeCalls.Readable);
                return;
            }

            if (Marshal.GetLastPInvokeError() is not SpawnCalls.NoSuchProcess and var refused)
                throw new Win32Exception(refused);
            // A program that ignores the end of its children never learns how they ended.
            _ended = true;
        }

        SetExited(null);
    }

    /// <summary>Takes the exit code, after which the id may be another process's. With the gate held.</summary>
    /// <returns>False when the process still runs.</returns>
    private unsafe bool TryTakeExitCode(out int? exitCode)
    {
        exitCode = null;
        int status;
        int taken;
        do
            taken = SpawnCalls.Wait(_id, &status, SpawnCalls.DoNotWait);
        while (taken < 0 && Marshal.GetLastPInvokeError() == SpawnCalls.InterruptedCall);
        if (taken == 0)
            return false;
        // Less than zero: somebody else in this program waits for every child there is.
        if (taken > 0)
            exitCode = (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);
        return true;
    }

    private unsafe void EndUnheard()
    {
        lock (Gate)
        {
            if (_ended)
                return;
            _ = SpawnCalls.Signal(_id, SpawnCalls.KillSignal);
            if (_eventId != 0)
                return;
            int status;
            _ = SpawnCalls.Wait(_id, &status, 0);
            _ended = true;
            _descriptor?.Dispose();
        }
    }
}
