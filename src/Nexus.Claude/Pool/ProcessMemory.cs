using System.Buffers.Text;
using System.Diagnostics;

namespace Nexus.Claude.Pool;

/// <summary>How much memory a process takes.</summary>
internal static class ProcessMemory
{
    /// <summary>The resident memory of a process.</summary>
    /// <param name="processId">Its id.</param>
    /// <returns>Bytes; null when the process is gone or the operating system does not say.</returns>
    public static long? ResidentOf(int processId) => OperatingSystem.IsLinux() ? ReadStatm(processId) : Ask(processId);

    /// <remarks>
    /// The pool looks at every process again and again, and the framework's way would read the state of each of its threads each time: about sixty
    /// files for a CLI.
    /// </remarks>
    private static long? ReadStatm(int processId)
    {
        Span<byte> text = stackalloc byte[128];
        try
        {
            using var file = File.OpenHandle($"/proc/{processId}/statm");
            text = text[..RandomAccess.Read(file, text, 0)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // size resident shared ..., in pages.
        var resident = text[(text.IndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(resident, out long pages, out _) && pages > 0 ? pages * Environment.SystemPageSize : null;
    }

    private static long? Ask(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.WorkingSet64;
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
