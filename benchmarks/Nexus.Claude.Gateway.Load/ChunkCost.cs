using Nexus.Claude.Testing;

namespace Nexus.Claude.Gateway.Load;

/// <summary>The gateway's own processor time for each streamed piece of text: the slope between short and long replies.</summary>
internal static class ChunkCost
{
    public const int Chunks = 10_000;

    public static async Task RunAsync(string path, string cli, HermeticCliEnvironment environment, int rounds)
    {
        await using var gateway = await GatewayProcess.StartAsync(path, cli, environment);
        for (var warmUp = 0; warmUp < 3; warmUp++)
            await ChatStream.RunAsync(gateway.Client, ChatStream.Says($"[[many]] to warm up {warmUp}"));
        List<double> costs = [];
        for (var round = 0; round < rounds; round++)
        {
            await gateway.ReadyAsync();
            var before = gateway.ProcessorTime;
            var stream = await ChatStream.RunAsync(gateway.Client, ChatStream.Says($"[[many]] {round}"));
            costs.Add((gateway.ProcessorTime - before).TotalMicroseconds / Math.Max(1, stream.Chunks));
        }

        Console.WriteLine("| case | processor time, us a chunk (median; least) |");
        Console.WriteLine("|---|---:|");
        Console.WriteLine($"| gateway, {Chunks:N0} chunks a reply, whole request included | {Figures.Median(costs):F1}; {costs.Min():F1} |");
    }
}
