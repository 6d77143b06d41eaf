using System.Diagnostics;
using System.Runtime.InteropServices;
using Nexus.Claude.Tests.Cli;
using Nexus.Claude.Tests.Diagnostics;

namespace Nexus.Claude.Tests;

/// <summary>What this assembly does as a process of its own, for tests of what happens between processes or in a fresh one.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        ["install", .. var rest] => await InstallProcess.RunAsync(rest),
        ["connect"] => await FreshProcess.RunAsync(),
        _ => 64,
    };

    /// <summary>Starts this assembly.</summary>
    /// <param name="arguments">What it is to do.</param>
    /// <param name="variables">Environment variables.</param>
    /// <returns>The process, whose stdout and stderr are for the caller to read.</returns>
    public static Process Start(string[] arguments, params IEnumerable<KeyValuePair<string, string>> variables)
    {
        var dotnet = Path.GetFullPath(Path.Combine(
            RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(dotnet, ["exec", typeof(Program).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
