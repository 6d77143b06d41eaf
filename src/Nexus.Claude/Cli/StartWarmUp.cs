using System.ComponentModel;
using System.Runtime.CompilerServices;
using Nexus.Claude.Pipes;

namespace Nexus.Claude.Cli;

/// <summary>
/// Has what the first start of a CLI needs loaded by the thread that later waits for its pipes, while the caller's thread looks at the options.
/// A program that is compiled ahead has nothing to gain, and does nothing.
/// </summary>
internal static class StartWarmUp
{
    /// <summary>Begins, the first time it is called in a process, and returns at once.</summary>
    public static void Begin()
    {
        if (OperatingSystem.IsLinux() && RuntimeFeature.IsDynamicCodeCompiled)
            DescriptorEvents.Begin(Run);
    }

    private static void Run()
    {
        var start = new CliStart { FileName = "", Path = "", Arguments = [], Environment = new Dictionary<string, string?>() };
        if (!SpawnedProcess.CanStart(start))
            return;
        using var variables = new NativeTexts(SpawnedProcess.EnvironmentOf(new ProcessFamily().Mark(start.Environment)));
        _ = new SpawnedProcess(start);
        try
        {
            new PipeEnds().Dispose();
        }
        catch (Win32Exception)
        {
            // There is no room for a pipe; the start itself will say so to somebody.
        }
    }
}
