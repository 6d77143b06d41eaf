using System.Globalization;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Gateway.Load;

/// <summary>What many warm conversations take: the proportional set size of the gateway and all processes below it (Linux).</summary>
internal static class WarmMemory
{
    public static async Task RunAsync(string path, string cli, HermeticCliEnvironment environment, int conversations)
    {
        var more = new Dictionary<string, string>
        {
            ["CLAUDE_CODE__PROCESS_POOL__SIZE"] = (conversations + 4).ToString(CultureInfo.InvariantCulture),
            ["CLAUDE_CODE__PROCESS_POOL__MAX_IDLE"] = conversations.ToString(CultureInfo.InvariantCulture),
        };
        await using var gateway = await GatewayProcess.StartAsync(path, cli, environment, more);
        for (var i = 0; i < conversations; i++)
        {
            var answer = await ChatStream.RunAsync(gateway.Client, ChatStream.Says($"Conversation {i}"));
            if (!answer.IsComplete)
                throw new InvalidOperationException($"Conversation {i} failed: {answer.Status}");
        }

        var processes = Processes.TreeOf(gateway.Id);
        var memory = processes.Sum(Processes.ProportionalBytes);
        Console.WriteLine("| warm conversations | processes | memory (PSS), GB |");
        Console.WriteLine("|---:|---:|---:|");
        Console.WriteLine($"| {conversations} | {processes.Count} | {memory / 1e9:F2} |");
    }
}
