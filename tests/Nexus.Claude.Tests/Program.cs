using Nexus.Claude.Tests.Cli;

namespace Nexus.Claude.Tests;

/// <summary>What this assembly does as a process of its own, for tests of what happens between processes.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        ["install", .. var rest] => await InstallProcess.RunAsync(rest),
        _ => 64,
    };
}
