namespace Nexus.Claude.Tests.Docs;

/// <summary>The C# blocks of docs/usage.md.</summary>
internal static class UsageSnippets
{
    internal static async Task LookAsync(ClaudeClient client)
    {
        Console.WriteLine(await client.AskAsync("Explain this repository"));

        UsageTotals turn = client.Usage.LastTurn;
        Console.WriteLine($"{turn.InputTokens} fresh, {turn.CacheReadInputTokens} from the cache, {turn.CacheCreationInputTokens} into it, {turn.OutputTokens} written");
        foreach (var (model, usage) in client.Usage.Total.ByModel)
            Console.WriteLine($"{model}: {usage.OutputTokens} tokens, ${usage.CostUsd}");
        Console.WriteLine($"${client.Usage.Total.CostUsd} by this client, ${client.Usage.SessionCostUsd} in the whole session");
    }

    internal static async Task KeepALedgerAsync(ClaudeOptions options)
    {
        var ledger = new UsageLedger();
        await foreach (var message in ClaudeCode.QueryAsync("Fix the failing test", options))
        {
            if (ledger.Observe(message) is { } usage)
                Console.WriteLine(usage);
        }
    }

    internal static async Task GuardAsync()
    {
        var budget = new BudgetGuard
        {
            MaxUsd = 5,
            Thresholds = [0.5, 0.8, 1],
            ThresholdReached = report => Console.WriteLine($"{report.UsedFraction:P0} used: {report.Spent}"),
        };

        await using var one = await ClaudeClient.ConnectAsync(new ClaudeOptions { Budget = budget });
        await using var two = await ClaudeClient.ConnectAsync(new ClaudeOptions { Budget = budget });
    }

    internal static async Task<string> RetryAsync()
    {
        var options = new ClaudeOptions { Retry = new RetryPolicy { MaxAttempts = 4, BaseDelay = TimeSpan.FromSeconds(2) } };
        string answer = await ClaudeCode.AskAsync("Summarise README.md", options);

        return answer;
    }

    internal static ClaudeOptions Recommend()
    {
        var models = ModelRecommendations.Default.With("translation", "sonnet");
        var cheap = new ClaudeOptions { Model = models.For("simple") };

        return cheap;
    }
}
