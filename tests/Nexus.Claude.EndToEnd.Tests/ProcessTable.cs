using System.Diagnostics;
using System.Globalization;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>What the operating system says about processes and descriptors, read from <c>/proc</c>: Linux only.</summary>
internal static class ProcessTable
{
    /// <summary>The descriptors that this process holds.</summary>
    public static int Descriptors => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    /// <summary>The processes whose parent is this one, zombies included.</summary>
    public static IReadOnlyList<int> Children =>
        [.. Directory.EnumerateDirectories("/proc").Select(IdOf).OfType<int>().Where(id => ParentOf(id) == Environment.ProcessId)];

    /// <summary>True while a process of this id exists and is no zombie.</summary>
    public static bool IsRunning(int id) => StatOf(id) is { } stat && stat.State != 'Z';

    /// <summary>Ends one process and nothing that it started.</summary>
    public static void KillAlone(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill(entireProcessTree: false);
    }

    private static int? IdOf(string folder) =>
        int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;

    private static int? ParentOf(int id) => StatOf(id)?.Parent;

    private static (char State, int Parent)? StatOf(int id)
    {
        try
        {
            // The name in parentheses may hold anything, so count from its end.
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
