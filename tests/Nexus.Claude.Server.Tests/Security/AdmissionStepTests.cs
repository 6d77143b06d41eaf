using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Operations;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AdmissionStepTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddMetrics().AddSingleton<Models.IModelCatalog>(new FixedModels()).BuildServiceProvider();

    private readonly NexusClaudeServerOptions _options = new();

    [TearDown]
    public async Task DisposeServices() => await _services.DisposeAsync();

    [Test]
    [Property("seed-row", 114)]
    public async Task A_turn_that_takes_too_long_is_ended_and_fails_with_504()
    {
        var gate = new TaskCompletionSource();
        var turns = new ScriptedTurns(new ScriptedTurn().Text("a").Wait(gate).End());
        var admission = Admission();
        await using var events = admission.Step.RunAsync(TurnRoute.Request(TurnRoute.Caller("k")), turns, default).GetAsyncEnumerator();
        await events.MoveNextAsync();
        await events.MoveNextAsync();
        var next = events.MoveNextAsync().AsTask();

        _time.Advance(_options.Limits.TurnTimeout);
        var failure = (await Assert.ThrowsAsync<GatewayException>(() => next))!;
        Assert.That((failure.Status, failure.Code), Is.EqualTo((504, "timeout")));
        Assert.That(turns.Running, Is.Zero);
        Assert.That(admission.Queue.Capture().Running, Is.Zero);
        Assert.That(admission.Statistics.Outcomes, Does.ContainKey("timeout").WithValue(1));
    }

    [Test]
    public async Task The_time_in_the_queue_counts_for_the_deadline()
    {
        _options.Limits.MaxConcurrentTurns = 1;
        _options.Limits.TurnTimeout = TimeSpan.FromSeconds(10);
        var admission = Admission();
        using var running = await admission.Queue.EnterAsync(TurnRoute.Caller("other"), default);
        var waiting = admission.Step.RunAsync(TurnRoute.Request(TurnRoute.Caller("k")), new ScriptedTurns(), default).ToListAsync();

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.That((await Assert.ThrowsAsync<GatewayException>(() => waiting))!.Status, Is.EqualTo(504));
        Assert.That(admission.Queue.Capture().Waiting, Is.Empty);
    }

    [Test]
    [Property("gateway-row", 25)]
    public async Task A_key_with_a_budget_is_refused_once_it_is_spent_and_a_kept_reply_costs_nothing()
    {
        var admission = Admission();
        var caller = TurnRoute.Caller("k", new KeyPolicy { BudgetUsd = 0.02m, TokensPerMinute = 1_000_000 });
        var cached = ScriptedTurn.Says("x");
        var kept = new ScriptedTurn().Text("x").End(change: static ended => ended with { Origin = ProcessOrigin.Cache });
        var turns = new ScriptedTurns(cached, kept, cached);
        for (var number = 0; number < 3; number++)
            await admission.Step.RunAsync(TurnRoute.Request(caller), turns, default).ToListAsync();

        Assert.That(admission.Spend.All["k"], Is.EqualTo(0.025m));
        var refused = (await Assert.ThrowsAsync<GatewayException>(() => admission.Step.RunAsync(TurnRoute.Request(caller), turns, default).ToListAsync()))!;
        Assert.That((refused.Status, refused.Code, refused.RetryAfter), Is.EqualTo((429, "insufficient_quota", (TimeSpan?)null)));
        Assert.That(turns.Requests, Has.Count.EqualTo(3));
        await admission.Step.RunAsync(TurnRoute.Request(TurnRoute.Caller("other")), turns, default).ToListAsync();
    }

    [Test]
    [Property("gateway-row", 25)]
    public async Task A_key_may_use_the_models_of_its_list_by_alias_or_id_and_no_other()
    {
        var admission = Admission();
        var caller = TurnRoute.Caller("k", new KeyPolicy { Models = new HashSet<string> { "sonnet", "claude-opus-4-8" } });
        await admission.Step.RunAsync(TurnRoute.Request(caller, model: "sonnet"), new ScriptedTurns(), default).ToListAsync();
        await admission.Step.RunAsync(TurnRoute.Request(caller, model: "claude-opus-4-8"), new ScriptedTurns(), default).ToListAsync();

        var refused = (await Assert.ThrowsAsync<GatewayException>(
            () => admission.Step.RunAsync(TurnRoute.Request(caller, model: "claude-sonnet-4-5"), new ScriptedTurns(), default).ToListAsync()))!;
        Assert.That((refused.Status, refused.Code, refused.Param), Is.EqualTo((403, "model_not_found", "model")));
    }

    [Test]
    [Property("gateway-row", 32)]
    public async Task No_route_gets_an_agent_past_a_key_that_may_not_run_any()
    {
        var turns = new ScriptedTurns();
        var request = TurnRoute.Request(TurnRoute.Caller("k")) with { IsAgent = true };
        var refused = (await Assert.ThrowsAsync<GatewayException>(() => Admission().Step.RunAsync(request, turns, default).ToListAsync()))!;

        Assert.That((refused.Status, refused.Code), Is.EqualTo((403, "agent_not_allowed")));
        Assert.That(turns.Requests, Is.Empty);
    }

    [Test]
    [Property("gateway-row", 44)]
    [Property("seed-row", 127)]
    public async Task A_server_that_stops_finishes_what_runs_refuses_what_comes_and_then_ends_what_is_left()
    {
        var gate = new TaskCompletionSource();
        var turns = new ScriptedTurns(new ScriptedTurn().Text("a").Wait(gate).Text("b").End(), new ScriptedTurn().Text("a").Wait(new TaskCompletionSource()).End());
        var admission = Admission();
        var finishing = admission.Step.RunAsync(TurnRoute.Request(TurnRoute.Caller("k")), turns, default).ToListAsync();
        var hanging = admission.Step.RunAsync(TurnRoute.Request(TurnRoute.Caller("k")), turns, default).ToListAsync();
        var stopping = new DrainOnStop(admission.Drain, Options.Create(_options), _time, NullLogger<DrainOnStop>.Instance).StoppingAsync(default);

        var refused = (await Assert.ThrowsAsync<GatewayException>(() => admission.Step.RunAsync(TurnRoute.Request(TurnRoute.Caller("k")), turns, default).ToListAsync()))!;
        Assert.That((refused.Status, refused.Code), Is.EqualTo((503, "server_shutting_down")));
        Assert.That(refused.RetryAfter, Is.Not.Null);
        gate.SetResult();
        Assert.That((await finishing).OfType<TurnEvent.TextDelta>().Select(static text => text.Text), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(stopping.IsCompleted, Is.False);
        _time.Advance(_options.Limits.DrainTimeout);
        Assert.That((await Assert.ThrowsAsync<GatewayException>(() => hanging))!.Code, Is.EqualTo("server_shutting_down"));
        await stopping;
        Assert.That(admission.Drain.Turns, Is.Zero);
    }

    [Test]
    [Property("gateway-row", 28)]
    public async Task A_client_that_goes_frees_its_place_and_counts_as_gone()
    {
        var admission = Admission();
        using var gone = new CancellationTokenSource();
        var turns = new ScriptedTurns(new ScriptedTurn().Text("a").Wait(new TaskCompletionSource()).End());
        var running = admission.Step.RunAsync(TurnRoute.Request(TurnRoute.Caller("k")), turns, gone.Token).ToListAsync();

        await gone.CancelAsync();
        Assert.That(() => running, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(admission.Queue.Capture().Running, Is.Zero);
        Assert.That(admission.Statistics.Outcomes, Does.ContainKey("client_gone").WithValue(1));
    }

    [Test]
    [Property("gateway-row", 40)]
    [Property("gateway-row", 45)]
    [Property("seed-row", 123)]
    public async Task Turns_are_counted_with_their_tokens_cost_and_times()
    {
        var admission = Admission();
        await admission.Step.RunAsync(TurnRoute.Request(TurnRoute.Caller("k")), new ScriptedTurns(), default).ToListAsync();
        await Assert.ThrowsAsync<GatewayException>(() => admission.Step.RunAsync(
            TurnRoute.Request(TurnRoute.Caller("k")), new ScriptedTurns(ScriptedTurn.Fails(new GatewayException(502, "server_error", "cli_exited", "It ended."))), default).ToListAsync());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(admission.Statistics.Outcomes, Is.EquivalentTo(new Dictionary<string, long> { ["completed"] = 1, ["cli_exited"] = 1 }));
            Assert.That(admission.Statistics.ByModel["sonnet"].Snapshot, Is.EqualTo(new TotalsSnapshot(2, 35, 20, 7, 0.0125m)));
            Assert.That(admission.Statistics.ByKey["k"].Snapshot.CostUsd, Is.EqualTo(0.0125m));
            Assert.That(admission.Statistics.FirstTokens.Count, Is.EqualTo(1));
            Assert.That(admission.Statistics.Durations.Count, Is.EqualTo(1));
            Assert.That(admission.Statistics.Waits.Count, Is.EqualTo(2));
        }
    }

    [Test]
    public async Task A_turn_that_nobody_reads_to_its_end_frees_its_place()
    {
        var admission = Admission();
        await foreach (var _ in admission.Step.RunAsync(TurnRoute.Request(TurnRoute.Caller("k")), new ScriptedTurns(), default))
            break;

        Assert.That(admission.Queue.Capture().Running, Is.Zero);
        Assert.That(admission.Drain.Turns, Is.Zero);
    }

    private Parts Admission()
    {
        var options = Options.Create(_options);
        var queue = new TurnQueue(options, _time);
        var spend = new SpendLedger(options);
        var drain = new ServerDrain();
        var statistics = new TurnStatistics(_services.GetRequiredService<IMeterFactory>(), queue, _time, NullLogger<TurnStatistics>.Instance);
        return new Parts(new AdmissionStep(queue, new RateLimits(_time), spend, new ModelAccess(_services), drain, statistics, options, _time), queue, spend, drain, statistics);
    }

    private sealed record Parts(AdmissionStep Step, TurnQueue Queue, SpendLedger Spend, ServerDrain Drain, TurnStatistics Statistics);
}
