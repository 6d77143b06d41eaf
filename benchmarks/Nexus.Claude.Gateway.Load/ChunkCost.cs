using Nexus.Claude.Testing;

namespace Nexus.Claude.Gateway.Load;

/// <summary>The gateway's own processor time for each streamed piece of text: the slope between short and long replies.</summary>
internal static class ChunkCost
{
    public const int Chunks = 10_000;

    // The runtime compiles in the background for about this long; what it costs is not the chunks'.
    private const int WarmUps = 10;

    public static async Task RunAsync(string path, string cli, HermeticCliEnvironment environment, int rounds)
    {
        await using var gateway = await GatewayProcess.StartAsync(path, cli, environment);
        for (var warmUp = 0; warmUp < WarmUps; warmUp++)
            await ChatStream.RunAsync(gateway.Client, ChatStream.Says($"[[many]] to warm up {warmUp}"));
        List<double> costs = [];
        for (var round = 0; round < rounds; round++)
        {
            var (few, little) = await CostAsync(gateway, $"A short one, {round}");
            var (many, much) = await CostAsync(gateway, $"[[many]] {round}");
            costs.Add((much - little).TotalMicroseconds / Math.Max(1, many - few));
        }

        Console.WriteLine("| case | processor time, us a chunk (median; least) |");
        Console.WriteLine("|---|---:|");
        Console.WriteLine($"| gateway, {Chunks:N0} chunks a reply less a reply of three | {Figures.Median(costs):F1}; {costs.Min():F1} |");
    }

    // A new conversation each time; what that costs is in both and goes out with the difference. The pool is full again before each.
    private static async Task<(int Chunks, TimeSpan Cost)> CostAsync(GatewayProcess gateway, string text)
    {
        await gateway.ReadyAsync();
        var before = gateway.ProcessorTime;
        var stream = await ChatStream.RunAsync(gateway.Client, ChatStream.Says(text));
        return (stream.Chunks, gateway.ProcessorTime - before);
    }
}
