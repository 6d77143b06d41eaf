using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>Usage, budgets and retries.</summary>
internal static class UsageChecks
{
    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("a client counts its turns, and a budget refuses the next prompt", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create();
            var options = ConversationChecks.OptionsFor(cli);
            var budget = new BudgetGuard { MaxUsd = 1 };
            options.Budget = budget;
            await using var client = await ClaudeClient.ConnectAsync(options, cancellationToken);
            Report.Equal("You said: Hello", await client.AskAsync("Hello", cancellationToken), "the answer");
            Report.Equal(1, client.Usage.Total.Turns, "the number of turns");
            var reached = budget.Add(UsageTotals.Zero with { CostUsd = 1 });
            Report.Equal(2, reached.Count, "the number of thresholds");
            await Report.ThrowsAsync<BudgetExceededException>(() => client.AskAsync("And now?", cancellationToken));
        });
        await report.CheckAsync("a ledger splits what a result says by model", _ =>
        {
            var ledger = new UsageLedger();
            var turn = ledger.Observe(ClaudeMessage.Parse(
                """{"type":"result","subtype":"success","total_cost_usd":0.5,"model_usage_since_last_result":{"opus":{"inputTokens":1,"outputTokens":2,"cacheReadInputTokens":3,"costUSD":0.5}}}"""));
            Report.Equal(6L, turn!.TotalTokens, "the tokens");
            Report.Equal(0.5m, ledger.Total.ByModel["opus"].CostUsd, "the cost");
            return Task.CompletedTask;
        });
        await report.CheckAsync("a model is recommended", _ =>
        {
            Report.Equal("haiku", ModelRecommendations.Default.For("simple"), "the model");
            return Task.CompletedTask;
        });
        await report.CheckAsync("a question is asked again after a transient failure", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create(new CliScript().Replay(
                Path.Combine(AppContext.BaseDirectory, "Fixtures", "cli-transcripts", "error_529.jsonl")));
            var options = ConversationChecks.OptionsFor(cli);
            options.Retry = new RetryPolicy { MaxAttempts = 2, BaseDelay = TimeSpan.Zero, MaxElapsed = TimeSpan.FromSeconds(30) };
            var failure = await Report.ThrowsAsync<ClaudeApiException>(() => ClaudeCode.AskAsync("x", options, cancellationToken));
            Report.True(failure.IsTransient, "the failure is transient");
            Report.Equal(2, (await cli.ReadRecordAsync(cancellationToken)).Count(record => record.Kind == "start"), "the number of attempts");
        });
    }
}
