using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Tests.Protocol;
using Nexus.Claude.Usage;

namespace Nexus.Claude.Tests.Usage;

/// <summary>A budget refuses the next prompt and reports on the way.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class BudgetGuardTests
{
    [Test]
    public void Each_threshold_is_reported_once_and_then_prompts_are_refused()
    {
        var guard = new BudgetGuard { MaxUsd = 1, Thresholds = [0.5, 0.8, 1] };

        Assert.That(guard.Add(Usd(0.4m)), Is.Empty);
        Assert.That(guard.Add(Usd(0.1m)).Single().Threshold, Is.EqualTo(0.5));
        Assert.That(guard.Add(Usd(0.1m)), Is.Empty);
        Assert.DoesNotThrow(guard.ThrowIfExhausted);
        var last = guard.Add(Usd(0.5m));

        Assert.Multiple(() =>
        {
            Assert.That(last.Select(report => report.Threshold), Is.EqualTo(new[] { 0.8, 1 }));
            Assert.That(last[^1].IsExhausted);
            Assert.That(last[^1].Spent.CostUsd, Is.EqualTo(1.1m));
            Assert.That(guard.IsExhausted);
            Assert.That(guard.UsedFraction, Is.EqualTo(1.1).Within(1e-9));
            Assert.That(guard.ThrowIfExhausted, Throws.TypeOf<BudgetExceededException>().With.Message.Contains("$1.1 of the budget of $1"));
        });
    }

    [Test]
    public void Tokens_are_a_budget_too_and_cached_ones_count()
    {
        var guard = new BudgetGuard { MaxUsd = 100, MaxTokens = 100 };
        guard.Add(UsageTotals.OfTurn(UsageLedgerTests.Result(0, UsageLedgerTests.Own(("opus", 10, 20, 60, 15, 0.1m)))));

        Assert.That(guard.UsedFraction, Is.EqualTo(1.05).Within(1e-9));
        Assert.That(guard.ThrowIfExhausted, Throws.TypeOf<BudgetExceededException>().With.Message.Contains("105 tokens of the budget of 100 tokens"));
    }

    [Test]
    public void After_a_reset_everything_begins_anew()
    {
        var guard = new BudgetGuard { MaxUsd = 1 };
        guard.Add(Usd(2));
        guard.Reset();

        Assert.That(guard.IsExhausted, Is.False);
        Assert.That(guard.Add(Usd(0.9m)).Single().Threshold, Is.EqualTo(0.8));
    }

    [Test]
    public async Task Turns_that_end_at_the_same_time_report_each_threshold_once()
    {
        var reports = new ConcurrentBag<BudgetReport>();
        using var all = new CountdownEvent(3);
        var guard = new BudgetGuard
        {
            MaxUsd = 1,
            Thresholds = [0.25, 0.5, 1],
            ThresholdReached = report =>
            {
                reports.Add(report);
                all.Signal();
            },
        };

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(() => guard.Add(Usd(0.001m)))));

        Assert.That(all.Wait(TimeSpan.FromSeconds(30)));
        Assert.That(reports.Select(report => report.Threshold), Is.EquivalentTo(new[] { 0.25, 0.5, 1 }));
        Assert.That(guard.Spent.CostUsd, Is.EqualTo(1m));
    }

    [Test]
    public async Task A_session_refuses_the_prompt_after_the_one_that_used_the_budget_up()
    {
        var guard = new BudgetGuard { MaxUsd = 0.5m };
        var cli = new FakeCli();
        var session = await cli.StartAsync(settings => settings with { Features = [new UsageMeter(guard)] });
        var first = session.Send("1", CancellationToken.None);
        var second = session.Send("2", CancellationToken.None);

        await cli.SayAsync(CliLines.Turn(await cli.TakePromptAsync())[..5]);
        await cli.SayAsync(UsageLedgerTests.Line(0, UsageLedgerTests.Own(("opus", 1, 1, 0, 0, 0.6m)), $"\"user_message_uuid\":\"{first.PromptId}\""));
        await first.ResultAsync().InTime();

        Assert.That(() => session.Send("3", CancellationToken.None), Throws.TypeOf<BudgetExceededException>().With.Property(nameof(BudgetExceededException.Result)).Null);
        // What was under way ends as it would.
        await cli.SayAsync(CliLines.Turn(await cli.TakePromptAsync()));
        Assert.That((await second.ResultAsync().InTime()).IsSuccess);
        var disposing = session.DisposeAsync();
        cli.Exit(0);
        await disposing.InTime();
        Assert.That((await cli.TakeRestAsync()).Any(line => FakeCli.Text(line, "type") == "user"), Is.False);
    }

    [Test]
    public async Task A_callback_that_throws_or_blocks_harms_no_turn_and_is_logged()
    {
        using var release = new ManualResetEventSlim();
        var log = new BudgetLog();
        var guard = new BudgetGuard
        {
            MaxUsd = 1,
            ThresholdReached = _ =>
            {
                release.Wait(TimeSpan.FromSeconds(60));
                throw new InvalidOperationException("mine");
            },
        };
        var cli = new FakeCli();
        var session = await cli.StartAsync(settings => settings with { Features = [new UsageMeter(guard)], Logger = log });
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(UsageLedgerTests.Line(0, UsageLedgerTests.Own(("opus", 1, 1, 0, 0, 0.9m)), $"\"user_message_uuid\":\"{await cli.TakePromptAsync()}\""));

        Assert.That((await turn.ResultAsync().InTime()).IsSuccess);
        release.Set();
        Assert.That(await log.Failure.InTime(), Has.Message.EqualTo("mine"));

        var disposing = session.DisposeAsync();
        cli.Exit(0);
        await disposing.InTime();
    }

    [Test]
    public async Task A_query_is_refused_before_a_process_is_started()
    {
        var guard = new BudgetGuard { MaxUsd = 1 };
        guard.Add(Usd(1));
        var options = new ClaudeOptions { CliPath = "/there/is/no/claude", Budget = guard };

        Assert.That((await ClaudeCode.QueryAsync("x", options).ReadToFailureAsync()).Failure, Is.TypeOf<BudgetExceededException>());
        await ClaudeCode.AskAsync("x", options).FailureAsync<BudgetExceededException>();
    }

    /// <summary>Keeps the failure that is logged of a budget's callback.</summary>
    private sealed class BudgetLog : ILogger
    {
        private readonly TaskCompletionSource<Exception> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Exception> Failure => _failure.Task;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 240)
                _failure.TrySetResult(exception!);
        }
    }

    private static UsageTotals Usd(decimal amount) => UsageTotals.Zero with { Turns = 1, CostUsd = amount };
}
