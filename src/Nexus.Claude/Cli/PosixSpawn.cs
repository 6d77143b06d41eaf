using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nexus.Claude.Cli;

/// <summary>Starts a process by <c>posix_spawn</c>, with a folder, an environment and three descriptors of the caller's choice.</summary>
internal static unsafe class PosixSpawn
{
    /// <summary>Whether the C library has all that is called here.</summary>
    /// <returns>False for one of before 2019, which cannot start a program in another folder.</returns>
    public static bool IsComplete() =>
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "posix_spawn_file_actions_addchdir_np", out _);

    /// <summary>Starts.</summary>
    /// <param name="start">The program, its arguments and its folder.</param>
    /// <param name="environment">The variables, all of them, as <c>name=value</c>.</param>
    /// <param name="input">Its stdin.</param>
    /// <param name="output">Its stdout.</param>
    /// <param name="error">Its stderr.</param>
    /// <returns>The id of the process.</returns>
    /// <exception cref="Win32Exception">The system refused, be it the program or the folder.</exception>
    public static int Start(CliStart start, List<string> environment, SafeFileHandle input, SafeFileHandle output, SafeFileHandle error)
    {
        using var arguments = new NativeTexts([start.FileName, .. start.Arguments]);
        using var variables = new NativeTexts(environment);
        using var folder = start.WorkingDirectory is { } path ? new NativeTexts([path]) : null;
        var actions = stackalloc byte[SpawnCalls.ObjectSize];
        var attributes = stackalloc byte[SpawnCalls.ObjectSize];
        Check(SpawnCalls.InitializeActions(actions));
        Check(SpawnCalls.InitializeAttributes(attributes));
        try
        {
            Check(SpawnCalls.AddDuplicate(actions, (int)input.DangerousGetHandle(), 0));
            Check(SpawnCalls.AddDuplicate(actions, (int)output.DangerousGetHandle(), 1));
            Check(SpawnCalls.AddDuplicate(actions, (int)error.DangerousGetHandle(), 2));
            if (folder is not null)
                Check(SpawnCalls.AddChangeFolder(actions, folder.List[0]));
            RestoreSignals(attributes);
            int id;
            Check(SpawnCalls.Spawn(&id, arguments.List[0], actions, attributes, arguments.List, variables.List));
            return id;
        }
        finally
        {
            _ = SpawnCalls.DestroyActions(actions);
            _ = SpawnCalls.DestroyAttributes(attributes);
        }
    }

    /// <summary>
    /// What this program ignores, the other would ignore too if it were not told otherwise: broken pipes, as any .NET program does, and, when
    /// it was started in the background by a shell, the signal that interrupts.
    /// </summary>
    private static void RestoreSignals(byte* attributes)
    {
        var signals = stackalloc byte[SpawnCalls.SignalSetSize];
        new Span<byte>(signals, SpawnCalls.SignalSetSize).Clear();
        *(nuint*)signals = ((nuint)1 << (SpawnCalls.BrokenPipeSignal - 1)) | ((nuint)1 << (SpawnCalls.InterruptSignal - 1));
        Check(SpawnCalls.SetDefaults(attributes, signals));
        Check(SpawnCalls.SetFlags(attributes, SpawnCalls.SetSignalDefaults));
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new Win32Exception(error);
    }
}
