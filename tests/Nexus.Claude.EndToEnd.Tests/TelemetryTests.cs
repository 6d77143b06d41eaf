using System.Collections.Concurrent;
using System.Diagnostics;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Spans around the real CLI, and the CLI's own spans below them.</summary>
internal sealed class TelemetryTests
{
    [Test]
    public async Task The_spans_of_the_cli_hang_below_the_turn()
    {
        using var spans = new SpanRecorder();
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Text("ok");
        using var caller = spans.Source.StartActivity("caller")!;
        await using (var client = await cli.ConnectAsync(options =>
        {
            options.Environment["CLAUDE_CODE_ENABLE_TELEMETRY"] = "1";
            options.Environment["CLAUDE_CODE_ENHANCED_TELEMETRY_BETA"] = "1";
            options.Environment["OTEL_TRACES_EXPORTER"] = "otlp";
            options.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/json";
            options.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = cli.Environment.Variables["ANTHROPIC_BASE_URL"];
            options.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "100";
        }))
        {
            await client.AskAsync("One", cli.Deadline);
            await client.AskAsync("Two", cli.Deadline);
        }

        foreach (var request in cli.Api.Requests)
            TestContext.Out.WriteLine($"{request} {(request.Path.Contains("trace", StringComparison.Ordinal) ? request.Body.GetRawText() : "")}");
        foreach (var span in spans.All)
            TestContext.Out.WriteLine($"{span.DisplayName} {span.Id} < {span.ParentId} {string.Join(' ', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))}");
        Assert.Fail();
    }
}

/// <summary>Keeps every span of the SDK, and of a caller of its own, that ends in this test's trace.</summary>
internal sealed class SpanRecorder : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _all = new();

    public SpanRecorder()
    {
        Source = new ActivitySource("caller-" + Guid.NewGuid());
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ClaudeTelemetry.ActivitySourceName || source.Name == Source.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _all.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ActivitySource Source { get; }

    public IReadOnlyList<Activity> All => [.. _all];

    public void Dispose()
    {
        _listener.Dispose();
        Source.Dispose();
    }
}
