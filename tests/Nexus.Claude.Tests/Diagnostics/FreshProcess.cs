using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Diagnostics;

/// <summary>
/// A program that has no tracing and connects twice, the second time for longer: it tells which libraries it loaded and what it did, in that
/// order.
/// </summary>
internal static class FreshProcess
{
    /// <summary>What is told when the first session has ended.</summary>
    public const string Ended = "(the first session has ended)";

    /// <summary>The library of spans and metrics.</summary>
    public const string Listening = "System.Diagnostics.DiagnosticSource";

    public static async Task<int> RunAsync()
    {
        var listened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) =>
        {
            var name = loaded.LoadedAssembly.GetName().Name;
            Console.WriteLine(name);
            if (name == Listening)
                listened.TrySetResult();
        };
        // The scripted CLI is described by the environment, which it inherits from here.
        var time = new FakeTimeProvider();
        var options = new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath, TimeProvider = time };
        var client = await ClaudeClient.ConnectAsync(options);
        await client.DisposeAsync();
        Console.WriteLine(Ended);
        client = await ClaudeClient.ConnectAsync(options);
        time.Advance(TimeSpan.FromSeconds(2));
        await listened.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await client.DisposeAsync();
        return 0;
    }
}
