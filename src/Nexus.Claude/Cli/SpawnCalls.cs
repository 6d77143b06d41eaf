using System.Runtime.InteropServices;

namespace Nexus.Claude.Cli;

/// <summary>The calls of Linux that a process is started, waited for, looked at and signalled by, under their own names.</summary>
/// <remarks>Those of <c>posix_spawn</c> return the error; the others leave it behind.</remarks>
internal static unsafe partial class SpawnCalls
{
    /// <summary>More than a C library takes for one of the two objects (glibc: 336 bytes, musl: 336), whose size only its headers say.</summary>
    public const int ObjectSize = 1024;

    /// <summary>A set of signals: a bit each, from the first one on.</summary>
    public const int SignalSetSize = 128;

    public const short SetSignalDefaults = 4;
    public const int InterruptSignal = 2;
    public const int KillSignal = 9;
    public const int BrokenPipeSignal = 13;
    public const int InterruptedCall = 4;
    public const int NoSuchProcess = 3;
    public const int DoNotWait = 1;

    /// <summary><c>pidfd_open</c>, the same on all architectures since Linux 5.3; the C libraries have no function for it for so long.</summary>
    public const nint OpenProcess = 434;

    [LibraryImport("libc", EntryPoint = "posix_spawnp")]
    public static partial int Spawn(int* processId, byte* file, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int AddDuplicate(byte* actions, int descriptor, int number);

    /// <summary>glibc has it since 2.29, musl since 1.1.24.</summary>
    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    public static partial int AddChangeFolder(byte* actions, byte* folder);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int Wait(int processId, int* status, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Signal(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Call(nint number, nint first, nint second);
}
