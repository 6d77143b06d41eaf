using System.Collections.Concurrent;
using System.Diagnostics;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Diagnostics;

/// <summary>The span of a start, and the start of a program that has none.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ConnectSpanTests
{
    private const string Connect = "nexus.claude.connect";

    [Test]
    public async Task It_is_below_the_span_of_the_caller_and_the_cli_is_told_of_it()
    {
        using var spans = new SpanRecorder();
        await using var cli = ScriptedCli.Create(new CliScript { RecordedVariables = { "TRACEPARENT" } });
        int process;
        await using (var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime())
            process = client.ProcessId;

        var start = (await cli.ReadRecordAsync()).Single(static record => record.Kind == "start");
        Assert.Multiple(() =>
        {
            Assert.That(spans[Connect].ParentSpanId, Is.EqualTo(spans.Caller.SpanId));
            Assert.That(spans[Connect].GetTagItem("process.pid"), Is.EqualTo(process));
            Assert.That(start.Variables.GetValueOrDefault("TRACEPARENT"), Is.EqualTo(spans[Connect].Id));
        });
    }

    [Test]
    public async Task Without_a_span_of_the_caller_it_is_a_trace_of_its_own()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == ClaudeTelemetry.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var cli = ScriptedCli.Create(new CliScript { RecordedVariables = { "TRACEPARENT" } });
        await using (await ClaudeClient.ConnectAsync(cli.Options()).InTime())
            Assert.That(Activity.Current, Is.Null);

        var start = (await cli.ReadRecordAsync()).Single(static record => record.Kind == "start");
        var span = ended.Single(span => span.Id == start.Variables.GetValueOrDefault("TRACEPARENT"));
        Assert.That((span.DisplayName, span.Parent), Is.EqualTo((Connect, default(Activity))));
    }

    [Test]
    public void A_start_that_fails_is_a_span_that_says_why()
    {
        using var spans = new SpanRecorder();
        var missing = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString());
        Assert.That(async () => await ClaudeClient.ConnectAsync(new ClaudeOptions { CliPath = missing }).InTime(), Throws.InstanceOf<CliNotFoundException>());
        Assert.That(spans[Connect].GetTagItem("error.type"), Is.EqualTo(typeof(CliNotFoundException).FullName));
        Assert.That(spans[Connect].Status, Is.EqualTo(ActivityStatusCode.Error));
    }

    [Test]
    public async Task A_program_without_tracing_makes_nothing_to_listen_to_before_a_session_lives_on()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize());
        using var program = Program.Start(["connect"], cli.Environment);
        var errors = program.StandardError.ReadToEndAsync();
        var loaded = (await program.StandardOutput.ReadToEndAsync().InTime()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await program.WaitForExitAsync().InTime();

        Assert.That(program.ExitCode, Is.Zero, await errors);
        var ended = Array.IndexOf(loaded, FreshProcess.Ended);
        var listened = Array.IndexOf(loaded, FreshProcess.Listening);
        Assert.That(ended, Is.Not.Negative);
        Assert.That(listened, Is.GreaterThan(ended), "and then it is there for tools that attach themselves");
    }
}
