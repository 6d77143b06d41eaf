using System.Diagnostics;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Gateway.Load;

/// <summary>
/// Time to the first token: a warm conversation beside the same turn on a bare live CLI, and a new conversation from the pool beside a cold
/// <c>claude -p</c>. The cases take turns, so that what else the machine does hits them alike.
/// </summary>
internal static class Latency
{
    public static async Task RunAsync(string path, string cli, HermeticCliEnvironment environment, int rounds)
    {
        await using var gateway = await GatewayProcess.StartAsync(path, cli, environment);
        await using var bare = await ConnectAsync(cli, environment);
        List<double> warm = [], live = [], pooled = [], cold = [];
        var conversation = ChatStream.Says("Hello");
        var reply = (await ChatStream.RunAsync(gateway.Client, conversation)).Text;
        await FirstTokenAsync(bare);
        for (var round = 0; round < rounds + 2; round++)
        {
            ChatStream.Continue(conversation, reply, $"And {round}?");
            var next = await ChatStream.RunAsync(gateway.Client, conversation);
            reply = next.Text;
            var alone = await FirstTokenAsync(bare);
            await gateway.ReadyAsync();
            var fresh = await ChatStream.RunAsync(gateway.Client, ChatStream.Says($"A new one, number {round}"));
            var printed = await PrintAsync(cli, environment);
            // The first rounds compile.
            if (round < 2)
                continue;
            warm.Add(next.FirstToken.TotalMilliseconds);
            live.Add(alone);
            pooled.Add(fresh.FirstToken.TotalMilliseconds);
            cold.Add(printed);
        }

        Console.WriteLine("| case | first token, ms (median) | ratio |");
        Console.WriteLine("|---|---:|---:|");
        Console.WriteLine($"| bare live CLI, next turn | {Figures.Median(live):F1} | 1 |");
        Console.WriteLine($"| gateway, warm conversation | {Figures.Median(warm):F1} | {Figures.Median(warm) / Figures.Median(live):F2}x |");
        Console.WriteLine($"| `claude -p`, cold | {Figures.Median(cold):F1} | 1 |");
        Console.WriteLine($"| gateway, new conversation from the pool | {Figures.Median(pooled):F1} | {Figures.Median(pooled) / Figures.Median(cold):F2}x |");
    }

    // The bare process gets what the gateway gives its own: no tools, no settings, a system prompt of its own.
    private static Task<ClaudeClient> ConnectAsync(string cli, HermeticCliEnvironment environment)
    {
        var options = new ClaudeOptions
        {
            CliPath = cli,
            InheritEnvironment = false,
            WorkingDirectory = environment.WorkingDirectory,
            Tools = ToolSet.None,
            SettingSources = [],
            StrictMcpConfig = true,
            PersistSession = false,
            IncludePartialMessages = true,
            SystemPrompt = "",
            Model = "sonnet",
        };
        foreach (var (name, value) in environment.Variables)
            options.Environment[name] = value;
        return ClaudeClient.ConnectAsync(options);
    }

    private static async Task<double> FirstTokenAsync(ClaudeClient client)
    {
        var start = Stopwatch.GetTimestamp();
        var first = 0.0;
        await foreach (var message in client.SendAsync("And?"))
        {
            if (first == 0.0 && message is StreamEventMessage { TextDelta: not null })
                first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return first;
    }

    /// <summary>Time from the start of <c>claude -p</c> to its first piece of text.</summary>
    private static async Task<double> PrintAsync(string cli, HermeticCliEnvironment environment)
    {
        var info = new ProcessStartInfo(
            cli, ["-p", "hi", "--output-format", "stream-json", "--verbose", "--include-partial-messages", "--tools", "", "--setting-sources", "", "--strict-mcp-config", "--no-session-persistence", "--system-prompt", "You answer.", "--model", "sonnet"])
        {
            WorkingDirectory = environment.WorkingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        info.Environment.Clear();
        foreach (var (name, value) in environment.Variables)
            info.Environment[name] = value;
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var first = 0.0;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (first == 0.0 && line.Contains("text_delta", StringComparison.Ordinal))
                first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        await process.WaitForExitAsync();
        return first;
    }
}
