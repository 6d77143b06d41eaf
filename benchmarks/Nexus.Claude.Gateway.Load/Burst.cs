using System.Net;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Gateway.Load;

/// <summary>Many clients at once: each ends with an answer or a clean 429, and the memory is flat afterwards.</summary>
internal static class Burst
{
    public static async Task RunAsync(string path, string cli, HermeticCliEnvironment environment, int clients)
    {
        await using var gateway = await GatewayProcess.StartAsync(path, cli, environment);
        Console.WriteLine("| round | clients | answered | 429 | other | slowest, s | gateway memory, MB | processes |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|");
        for (var round = 1; round <= 8; round++)
        {
            var streams = await Task.WhenAll(Enumerable.Range(0, clients).Select(
                i => ChatStream.RunAsync(gateway.Client, ChatStream.Says($"Round {round}, client {i}"))));
            var answered = streams.Count(stream => stream is { Status: HttpStatusCode.OK, IsComplete: true, Chunks: > 0 });
            var refused = streams.Count(stream => stream.Status == HttpStatusCode.TooManyRequests);
            var slowest = streams.Max(stream => stream.Whole).TotalSeconds;
            Console.WriteLine(
                $"| {round} | {clients} | {answered} | {refused} | {clients - answered - refused} | {slowest:F1} | {Processes.ProportionalBytes(gateway.Id) / 1e6:F0} | {Processes.TreeOf(gateway.Id).Count} |");
        }
    }
}
