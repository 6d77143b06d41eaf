using System.Diagnostics;

namespace Nexus.Claude.Memory.Tests;

/// <summary>This assembly as a process of its own.</summary>
internal static class ChildProcess
{
    /// <summary>The program and its arguments that run a verb of <see cref="Program"/>.</summary>
    public static string[] Command(params string[] verb) => ["dotnet", typeof(Program).Assembly.Location, .. verb];

    /// <summary>Runs a verb to its end.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] verb) => RunCommandAsync(Command(verb));

    /// <summary>Runs any command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunCommandAsync(params string[] command)
    {
        using var process = Start(command);
        var error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    /// <summary>Starts a command whose output the caller reads.</summary>
    public static Process Start(params string[] command)
    {
        // Under the test host the path is the host's: this assembly is run by the runtime.
        var start = new ProcessStartInfo(command[0]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (string argument in command[1..])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
