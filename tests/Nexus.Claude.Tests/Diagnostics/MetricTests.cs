using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Diagnostics;

/// <summary>The numbers. Every test has a model of its own, by which its measurements are told from those of other tests.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class MetricTests
{
    private readonly string _model = "model-" + Guid.NewGuid();

    [Test]
    public async Task Tokens_are_counted_by_model_and_type_and_a_turn_by_its_duration()
    {
        using var tokens = new MetricCollector<long>(null, ClaudeTelemetry.MeterName, "gen_ai.client.token.usage");
        using var durations = new MetricCollector<double>(null, ClaudeTelemetry.MeterName, "gen_ai.client.operation.duration");
        using var first = new MetricCollector<double>(null, ClaudeTelemetry.MeterName, "gen_ai.client.operation.time_to_first_chunk");
        using var cost = new MetricCollector<double>(null, ClaudeTelemetry.MeterName, "nexus.claude.cost");
        var model = "tokens-" + Guid.NewGuid();
        var cli = new FakeCli();
        await using var session = await cli.StartAsync(settings => settings with { Telemetry = new TelemetrySettings(model, null, false, false) });

        var turn = session.Send("Go", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Init(prompt), CliLines.Result(prompt, $$$""","ttft_ms":1500,"usage":{"input_tokens":1},"model_usage_since_last_result":{"{{{model}}}-main":{"inputTokens":5,"outputTokens":7,"cacheReadInputTokens":90,"cacheCreationInputTokens":5,"costUSD":0.25},"{{{model}}}-small":{"inputTokens":3,"outputTokens":2,"cacheReadInputTokens":0,"cacheCreationInputTokens":0,"costUSD":0}}"""));
        await turn.ResultAsync().InTime();

        var counted = tokens.GetMeasurementSnapshot().Where(each => Equals(each.Tags["gen_ai.request.model"], model))
            .Select(each => (each.Tags["gen_ai.response.model"], each.Tags["gen_ai.token.type"], each.Value));
        Assert.That(counted, Is.EquivalentTo(new (object?, object?, long)[]
        {
            (model + "-main", "input", 100), (model + "-main", "output", 7), (model + "-small", "input", 3), (model + "-small", "output", 2),
        }));
        Assert.That(cost.GetMeasurementSnapshot().Where(each => Equals(each.Tags["gen_ai.response.model"], model + "-main")).Select(each => each.Value), Is.EqualTo(new[] { 0.25 }));
        var duration = durations.GetMeasurementSnapshot().Single(each => each.Tags.TryGetValue("gen_ai.request.model", out var asked) && Equals(asked, model));
        Assert.That(duration.Tags["gen_ai.operation.name"], Is.EqualTo("invoke_agent"));
        Assert.That(duration.Tags.ContainsKey("error.type"), Is.False);
        Assert.That(first.GetMeasurementSnapshot().Single(each => each.Tags.TryGetValue("gen_ai.request.model", out var asked) && Equals(asked, model)).Value, Is.EqualTo(1.5));
        cli.Exit(0);
    }

    [Test]
    public async Task Processes_are_counted_when_they_start_and_when_they_end()
    {
        using var started = new MetricCollector<long>(null, ClaudeTelemetry.MeterName, "nexus.claude.process.started");
        using var exited = new MetricCollector<long>(null, ClaudeTelemetry.MeterName, "nexus.claude.process.exited");
        using var active = new MetricCollector<long>(null, ClaudeTelemetry.MeterName, "nexus.claude.process.active");
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage().Exit(42));
        await using (var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime())
            await client.AskAsync("Go").FailureAsync<CliExitedException>();

        // Other tests start processes too, but none of theirs ends with this code.
        Assert.That(exited.GetMeasurementSnapshot().Count(each => Equals(each.Tags["process.exit.code"], 42)), Is.EqualTo(1));
        Assert.That(started.GetMeasurementSnapshot(), Is.Not.Empty);
        Assert.That(active.GetMeasurementSnapshot().Select(each => each.Value), Has.Some.EqualTo(1).And.Some.EqualTo(-1));
    }

    [Test]
    public async Task A_cancelled_turn_is_measured_as_such()
    {
        using var durations = new MetricCollector<double>(null, ClaudeTelemetry.MeterName, "gen_ai.client.operation.duration");
        var cli = new FakeCli();
        await using var session = await cli.StartAsync(settings => settings with { Telemetry = new TelemetrySettings(_model, null, false, false) });

        var turn = session.Send("Go", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Init(prompt), CliLines.Result(prompt, ""","terminal_reason":"aborted_streaming" """).Replace("\"is_error\":false", "\"is_error\":true", StringComparison.Ordinal));
        await turn.ResultAsync().InTime();

        Assert.That(
            durations.GetMeasurementSnapshot().Single(each => each.Tags.TryGetValue("gen_ai.request.model", out var asked) && Equals(asked, _model)).Tags["error.type"],
            Is.EqualTo("cancelled"));
        cli.Exit(0);
    }

    [Test]
    public async Task Control_requests_are_timed_by_subtype_and_refusals_told_apart()
    {
        using var durations = new MetricCollector<double>(null, ClaudeTelemetry.MeterName, "nexus.claude.control.duration");
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var subtype = "ask-" + Guid.NewGuid();

        var answered = session.Control.RequestAsync(subtype, null, TimeSpan.FromSeconds(30), CancellationToken.None);
        await cli.AnswerAsync(await cli.TakeControlAsync(subtype));
        await answered.InTime();
        var refused = session.Control.RequestAsync(subtype, null, TimeSpan.FromSeconds(30), CancellationToken.None);
        var id = await cli.TakeControlAsync(subtype);
        await cli.SayAsync($$$"""{"type":"control_response","response":{"subtype":"error","request_id":"{{{id}}}","error":"no","error_code":"not_now"}}""");
        await refused.FailureAsync<ProtocolException>();

        var mine = durations.GetMeasurementSnapshot().Where(each => Equals(each.Tags["nexus.claude.request.subtype"], subtype)).ToList();
        Assert.That(mine.Select(each => each.Tags.GetValueOrDefault("error.type")), Is.EqualTo(new object?[] { null, "not_now" }));
        Assert.That(mine.Select(each => each.Value), Has.All.GreaterThanOrEqualTo(0));
        cli.Exit(0);
    }

    [Test]
    public async Task A_listener_that_throws_takes_no_answer_away()
    {
        var subtype = "heard-" + Guid.NewGuid();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == "nexus.claude.control.duration")
                    own.EnableMeasurementEvents(instrument);
            },
        };
        var heard = 0;
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            if (!tags.ToArray().Any(tag => Equals(tag.Value, subtype)))
                return;
            heard++;
            throw new InvalidOperationException("oops");
        });
        listener.Start();
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();

        var asked = session.Control.RequestAsync(subtype, null, TimeSpan.FromSeconds(30), CancellationToken.None);
        await cli.AnswerAsync(await cli.TakeControlAsync(subtype), """{"done":true}""");

        Assert.That((await asked.InTime()).Flag("done"u8), Is.True);
        Assert.That(heard, Is.EqualTo(1));
    }
}
