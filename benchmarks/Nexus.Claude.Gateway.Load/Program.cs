using System.Globalization;
using Nexus.Claude.Gateway.Load;
using Nexus.Claude.Testing;

// Measures the gateway over loopback, with the real CLI and a scripted model. Prints Markdown rows; asserts nothing.
//   dotnet run -c Release --project benchmarks/Nexus.Claude.Gateway.Load -- GATEWAY.dll [latency|chunks|memory|burst ...] [--rounds N, of latency and chunks]
if (args is not [var named, ..] || !File.Exists(named))
{
    Console.Error.WriteLine("Name the gateway's assembly, for example artifacts/bin/Nexus.Claude.Gateway/release/nexus-claude.dll.");
    return 64;
}

var gatewayPath = Path.GetFullPath(named);
var rounds = Array.IndexOf(args, "--rounds") is > 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 15;
string[] known = ["latency", "chunks", "memory", "burst"];
var wanted = args.Where(known.Contains).ToArray();
if (wanted.Length == 0)
    wanted = known;

var cli = await ClaudeCliLookup.FindAsync();
await using var api = await ScriptedMessagesApi.StartAsync();
api.Default = static request => request.LastUserText.Contains("[[many]]", StringComparison.Ordinal)
    ? ScriptedReply.TextChunks([.. Enumerable.Range(0, ChunkCost.Chunks).Select(static i => $"piece {i} ")])
    : ScriptedReply.TextChunks("one ", "two ", "three");
await using var environment = api.CreateEnvironment();

foreach (var mode in wanted)
{
    Console.WriteLine($"\n## {mode}\n");
    switch (mode)
    {
        case "latency":
            await Latency.RunAsync(gatewayPath, cli, environment, rounds);
            break;
        case "chunks":
            await ChunkCost.RunAsync(gatewayPath, cli, environment, rounds);
            break;
        case "memory":
            await WarmMemory.RunAsync(gatewayPath, cli, environment, conversations: 50);
            break;
        default:
            await Burst.RunAsync(gatewayPath, cli, environment, clients: 200);
            break;
    }
}

return 0;
