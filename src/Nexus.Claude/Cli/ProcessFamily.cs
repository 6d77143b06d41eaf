using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Pipes;

namespace Nexus.Claude.Cli;

/// <summary>
/// The processes that a CLI started, however deep, so that none outlives it. A tree walk is not enough: when the CLI itself dies,
/// its children hang on the init process. On Linux each one inherits a marker in its environment; on Windows all are in one job
/// object, which even outlives a crash of the host. On macOS the tree walk at the time of the kill is all there is.
/// </summary>
internal sealed class ProcessFamily
{
    private const string Variable = "NEXUS_CLAUDE_FAMILY";

    private const int EnvironmentAtOnce = 32 * 1024;

    /// <summary>How often is looked again; a program that starts processes faster than they can be killed is not worth waiting for.</summary>
    private const int MostRounds = 20;

    private readonly string _marker = RandomUuid.New();
    private WindowsJob? _job;

    /// <summary>Adds the marker to the child's environment.</summary>
    /// <param name="environment">The environment without it.</param>
    /// <returns>The environment with it.</returns>
    public IReadOnlyDictionary<string, string?> Mark(IReadOnlyDictionary<string, string?> environment)
    {
        // A program that a CLI started may start a CLI itself; the outer family then holds the inner one.
        var outer = Environment.GetEnvironmentVariable(Variable);
        return new Dictionary<string, string?>(environment) { [Variable] = string.IsNullOrEmpty(outer) ? _marker : $"{outer},{_marker}" };
    }

    /// <summary>Takes in the CLI itself right after its start.</summary>
    /// <param name="process">The CLI.</param>
    public void Adopt(Process process)
    {
        if (OperatingSystem.IsWindows())
            _job = WindowsJob.TryAdopt(process);
    }

    /// <summary>Ends every process of the family that still runs.</summary>
    public void EndAll()
    {
        if (OperatingSystem.IsWindows())
            _job?.Dispose();
        else if (OperatingSystem.IsLinux())
            EndMarked();
    }

    private void EndMarked()
    {
        var needle = Encoding.ASCII.GetBytes(_marker);
        var buffer = new byte[EnvironmentAtOnce];
        // A process can start another between the look and the kill; a second look finds it.
        var found = true;
        for (var round = 0; found && round < MostRounds; round++)
        {
            found = false;
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(folder.AsSpan("/proc/".Length), out var id) && IsMarked(id, needle, buffer))
                    found |= TryKill(id);
            }
        }
    }

    /// <summary>Whether the marker is in a process's environment.</summary>
    /// <remarks>By the system's own calls: most processes of a machine may not be looked at, and the framework would throw for each of them.</remarks>
    private static unsafe bool IsMarked(int id, byte[] needle, byte[] buffer)
    {
        var descriptor = SpawnCalls.Open($"/proc/{id}/environ", PipeCalls.CloseOnExec);
        // It has ended meanwhile, or it is somebody else's and therefore not ours.
        if (descriptor < 0)
            return false;
        try
        {
            var kept = 0;
            while (true)
            {
                nint read;
                fixed (byte* room = &buffer[kept])
                    read = PipeCalls.Read(descriptor, room, buffer.Length - kept);
                if (read <= 0)
                    return false;
                var text = buffer.AsSpan(0, kept + (int)read);
                if (text.IndexOf(needle) >= 0)
                    return true;
                // Half of a marker may be at the end.
                kept = Math.Min(needle.Length - 1, text.Length);
                text[^kept..].CopyTo(buffer);
            }
        }
        finally
        {
            _ = PipeCalls.Close(descriptor);
        }
    }

    private static bool TryKill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            return process.WaitForExit(TimeSpan.FromSeconds(1));
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }
}
