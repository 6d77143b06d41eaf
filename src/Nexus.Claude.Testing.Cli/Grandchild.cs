using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Nexus.Claude.Testing.Cli;

/// <summary>A child of this program, as the real CLI has them for its tools: it may hold the output open, and may not want to die.</summary>
internal static class Grandchild
{
    public const string Argument = "--scripted-grandchild";

    public static int Start(bool holdsOutput, bool ignoresSignals, TimeSpan lifetime)
    {
        string host = Environment.ProcessPath ?? throw new ScriptException("the path of this process is unknown, so no grandchild can be started");
        var start = new ProcessStartInfo(host)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = !holdsOutput,
            RedirectStandardError = !holdsOutput,
        };

        // Under `dotnet scripted-claude.dll` the process is the host, and the program is its first argument.
        if (Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "scripted-claude.dll"));
        start.ArgumentList.Add(Argument);
        start.ArgumentList.Add(((long)lifetime.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(ignoresSignals ? "ignore" : "obey");
        using var process = Process.Start(start) ?? throw new ScriptException("the grandchild did not start");
        return process.Id;
    }

    public static int Run(string[] arguments)
    {
        List<PosixSignalRegistration> registrations = [];
        if (arguments[2] == "ignore")
        {
            foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
                registrations.Add(PosixSignalRegistration.Create(signal, context => context.Cancel = true));
        }

        using var never = new ManualResetEventSlim();
        never.Wait(TimeSpan.FromMilliseconds(long.Parse(arguments[1], CultureInfo.InvariantCulture)));
        registrations.ForEach(registration => registration.Dispose());
        return 0;
    }
}
