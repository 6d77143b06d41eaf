using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>A pool leases processes that were started ahead, and leaves none behind.</summary>
internal static class PoolChecks
{
    public static async Task RunAsync(Report report) =>
        await report.CheckAsync("a pool leases a process, keeps it for its conversation and ends it", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().Turns());
            var pool = ClaudePool.Create(new ClaudePoolOptions { Options = ConversationChecks.OptionsFor(cli), MinIdle = 1 });
            var options = pool.CreateOptions();
            options.SystemPrompt = "You are X.";
            options.Effort = EffortLevel.High;
            var lease = await pool.LeaseAsync(options, cancellationToken);
            Report.Equal("You said: 1", await lease.Client.AskAsync("1", cancellationToken), "the answer");
            lease.KeepFor("c");
            await lease.DisposeAsync();
            Report.True(pool.TryResume("c", out var again), "the conversation goes on");
            Report.Equal(1, again!.Turns, "the turns so far");
            await pool.DisposeAsync();
            Report.Equal(0, pool.Statistics.Processes, "the processes that are left");
        });
}
