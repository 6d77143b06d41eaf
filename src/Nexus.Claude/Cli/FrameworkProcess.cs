using System.Diagnostics;
using System.IO.Pipes;
using Nexus.Claude.Pipes;

namespace Nexus.Claude.Cli;

/// <summary>
/// A CLI that is started by the framework alone. It does what CliWrap does for us on Windows, without the 170 methods that would have to be
/// compiled before the first message: the framework's own code comes compiled, a package's does not.
/// </summary>
/// <param name="start">What to start and how.</param>
internal sealed class FrameworkProcess(CliStart start) : UnixProcess(start)
{
    private readonly Process _process = new();

    /// <inheritdoc/>
    private protected override bool IsOurs => !_process.HasExited;

    /// <inheritdoc/>
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
        _process.Exited += (_, _) => SetExited(ExitCodeOf(_process));
        _process.Start();
        try
        {
            Connect(
                PipeOf(_process.StandardInput.BaseStream),
                PipeOf(_process.StandardOutput.BaseStream),
                PipeOf(_process.StandardError.BaseStream));
        }
        catch (Exception)
        {
            // Nobody could speak to it.
            _process.Kill(entireProcessTree: true);
            throw;
        }

        return _process.Id;
    }

    /// <inheritdoc/>
    private protected override void KillTree() => _process.Kill(entireProcessTree: true);

    /// <inheritdoc/>
    private protected override void Release() => _process.Dispose();

    /// <summary>Our own way to wait for a pipe, where the system has what it takes. The process keeps the stream, and with it its handle, alive.</summary>
    private static Stream PipeOf(Stream stream) =>
        OperatingSystem.IsLinux() && stream is PipeStream pipe ? new LinuxPipe(pipe.SafePipeHandle, pipe.CanRead) : stream;
}
