using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Diagnostics;

/// <summary>A program that has no tracing and connects: it tells which libraries it loaded, in that order.</summary>
internal static class FreshProcess
{
    public static async Task<int> RunAsync()
    {
        // The scripted CLI is described by the environment, which it inherits from here.
        AppDomain.CurrentDomain.AssemblyLoad += static (_, loaded) => Console.WriteLine(loaded.LoadedAssembly.GetName().Name);
        var client = await ClaudeClient.ConnectAsync(new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath });
        await client.DisposeAsync();
        return 0;
    }
}
