using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Nothing of what is passed to the system needs marshalling, so these calls are compiled ahead of time with the rest of the library.
[assembly: DisableRuntimeMarshalling]

namespace Nexus.Claude.Pipes;

/// <summary>The calls of Linux that pipes are waited for, read and written by, under their own names.</summary>
internal static unsafe partial class PipeCalls
{
    public const int InterruptedCall = 4;
    public const int WouldBlock = 11;
    public const int BrokenPipe = 32;

    public const int GetStatusFlags = 3;
    public const int SetStatusFlags = 4;
    public const int SetPipeSize = 1031;
    public const int NonBlocking = 0x800;

    public const int CloseOnExec = 0x80000;
    public const int AddToSet = 1;
    public const int RemoveFromSet = 2;
    public const int ChangeInSet = 3;
    public const uint Readable = 1;
    public const uint Writable = 4;
    public const uint OneShot = 1u << 30;

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, int value);

    /// <summary>Makes a pipe: first the end to read from, then the one to write to.</summary>
    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Create(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreateSet(int flags);

    /// <summary>Adds a descriptor to a set, or takes it out; the change is laid out as <see cref="DescriptorEvent"/> says.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int ChangeSet(int set, int operation, int descriptor, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int WaitForSet(int set, byte* events, int count, int milliseconds);

    /// <summary>Sleeps; a signal may end it early.</summary>
    [LibraryImport("libc", EntryPoint = "usleep")]
    public static partial int Sleep(uint microseconds);
}
