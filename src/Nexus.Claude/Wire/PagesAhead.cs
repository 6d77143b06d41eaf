using System.Runtime.InteropServices;

namespace Nexus.Claude.Wire;

/// <summary>
/// Lets another thread have the pages of new memory made that this one is about to write. What is written for the first time costs an
/// interruption a page, and in a message of many megabytes that is half of all its time.
/// </summary>
/// <remarks>It asks Linux for what would happen anyway, only earlier; before Linux 5.14 and on other systems nothing changes.</remarks>
internal sealed unsafe partial class PagesAhead : IThreadPoolWorkItem
{
    /// <summary>Memory shorter than this, in bytes, is written sooner than another thread wakes up.</summary>
    private const int MinimumBytes = 2 * 1024 * 1024;

    private const int AtOnce = 1024 * 1024;
    private const int MakeWritable = 23;

    private readonly nuint _start;
    private readonly nuint _end;

    private PagesAhead(nuint start, nuint end) => (_start, _end) = (start, end);

    /// <summary>Begins, and returns at once. Only for memory that will be written from end to end: each of its pages is taken.</summary>
    /// <param name="memory">The memory.</param>
    /// <typeparam name="T">What it holds.</typeparam>
    public static void Make<T>(Span<T> memory)
        where T : unmanaged
    {
        var bytes = (nuint)memory.Length * (nuint)sizeof(T);
        if (bytes < MinimumBytes || !OperatingSystem.IsLinux())
            return;
        var page = (nuint)Environment.SystemPageSize;
        // The memory may be moved or given back before its turn comes: nothing of what is there then is changed.
        fixed (T* start = memory)
            ThreadPool.UnsafeQueueUserWorkItem(new PagesAhead(((nuint)start + page - 1) / page * page, ((nuint)start + bytes) / page * page), preferLocal: false);
    }

    /// <summary>Asks for the pages, a few at a time, until the system refuses.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        for (var page = _start; page < _end; page += AtOnce)
        {
            if (Advise((void*)page, Math.Min(AtOnce, _end - page), MakeWritable) != 0)
                return;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
