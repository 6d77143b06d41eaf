using System.Reflection;
using System.Runtime.CompilerServices;

namespace Nexus.Claude.Diagnostics;

/// <summary>
/// Whether anybody can listen to spans and metrics at all, or have a current activity. Not before somebody in this program has loaded the
/// framework's library for them.
/// </summary>
/// <remarks>
/// The first touch of an activity makes event sources, and takes as long as everything else that is done before the first process is
/// started. A program that has no tracing is to start without, and one that has it has paid for it already.
/// </remarks>
internal static class Listeners
{
    private const string Library = "System.Diagnostics.DiagnosticSource,";

    private static volatile bool _arePossible;

    static Listeners()
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
        {
            _arePossible = true;
            return;
        }

        // Asked for each message, which is no time to look through all libraries; and first of all, lest one be loaded in between.
        AppDomain.CurrentDomain.AssemblyLoad += Loaded;
        if (Array.Exists(AppDomain.CurrentDomain.GetAssemblies(), IsLibrary))
            _arePossible = true;
    }

    /// <summary>True when there may be listeners or a current activity.</summary>
    public static bool ArePossible => _arePossible;

    /// <summary>Makes what can be listened to, so that a tool that attaches itself from outside finds it.</summary>
    public static void Admit()
    {
        if (_arePossible)
            return;
        _ = Spans.Source;
        _ = Instruments.ProcessesActive;
        _arePossible = true;
    }

    private static void Loaded(object? sender, AssemblyLoadEventArgs loaded)
    {
        if (!IsLibrary(loaded.LoadedAssembly))
            return;
        _arePossible = true;
        AppDomain.CurrentDomain.AssemblyLoad -= Loaded;
    }

    private static bool IsLibrary(Assembly assembly) => assembly.FullName?.StartsWith(Library, StringComparison.Ordinal) == true;
}
