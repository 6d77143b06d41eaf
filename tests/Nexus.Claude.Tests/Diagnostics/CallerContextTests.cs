using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Nexus.Claude.Protocol;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Diagnostics;

/// <summary>Callbacks run where the work was asked for, not wherever the read loop happens to be.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class CallerContextTests
{
    private static readonly AsyncLocal<string?> Tenant = new();

    [Test]
    public async Task A_callback_sees_the_context_of_the_prompt_and_the_span_of_its_tool_call()
    {
        using var spans = new SpanRecorder();
        using var durations = new MetricCollector<double>(null, ClaudeTelemetry.MeterName, "nexus.claude.callback.duration");
        var cli = new FakeCli();
        var feature = new Listening();
        Tenant.Value = "session";
        await using var session = await cli.StartAsync(settings => settings with { Features = [feature], CallerContext = ExecutionContext.Capture() });

        await cli.SayAsync(Request("before", "null"));
        var before = await feature.SeenAsync("before");
        Tenant.Value = "first";
        var first = session.Send("One", CancellationToken.None);
        Tenant.Value = "second";
        var second = session.Send("Two", CancellationToken.None);
        Tenant.Value = "elsewhere";

        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(Request("early", "null"), CliLines.Lifecycle(prompt, "started"), CliLines.Init(prompt), TurnSpanTests.ToolUse("toolu_1", "Bash"), Request("tool", "\"toolu_1\""));
        var early = await feature.SeenAsync("early");
        var tool = await feature.SeenAsync("tool");
        await cli.SayAsync(TurnSpanTests.ToolResult("toolu_1", false), CliLines.Result(prompt));
        var next = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Lifecycle(next, "started"), CliLines.Init(next), Request("next", "null"));
        var late = await feature.SeenAsync("next");
        await cli.SayAsync(CliLines.Result(next));
        await second.ResultAsync().InTime();

        var turns = spans.Ended.Where(span => span.DisplayName.StartsWith("invoke_agent", StringComparison.Ordinal)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(before.Tenant, Is.EqualTo("session"));
            Assert.That(before.Activity, Is.SameAs(spans.Caller));
            Assert.That(early.Tenant, Is.EqualTo("first"), "a hook on the prompt comes before the turn begins");
            Assert.That(early.Activity, Is.SameAs(turns[0]));
            Assert.That(tool.Tenant, Is.EqualTo("first"));
            Assert.That(tool.Activity, Is.SameAs(spans["execute_tool Bash"]));
            Assert.That(late.Tenant, Is.EqualTo("second"));
            Assert.That(late.Activity, Is.SameAs(turns[1]));
            Assert.That(durations.GetMeasurementSnapshot().Count(each => Equals(each.Tags["nexus.claude.request.subtype"], "listen")), Is.GreaterThanOrEqualTo(3));
            Assert.That(first.CallerContext, Is.Null, "a turn that has ended holds on to nothing of its caller's");
        });
        cli.Exit(0);
    }

    private static string Request(string name, string toolUseId) =>
        $$$"""{"type":"control_request","request_id":"{{{name}}}","request":{"subtype":"listen","name":"{{{name}}}","tool_use_id":{{{toolUseId}}}}}""";

    private sealed class Listening : ISessionFeature
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource<(string?, Activity?)>> _seen = new();

        public IReadOnlyCollection<string> Subtypes => ["listen"];

        public async Task<(string? Tenant, Activity? Activity)> SeenAsync(string name) => await Of(name).Task.InTime();

        public Task<InboundReply> AnswerAsync(InboundRequest request, CancellationToken cancellationToken) => Task.Run(
            () =>
            {
                Of(request.Text("name")!).TrySetResult((Tenant.Value, Activity.Current));
                return InboundReply.Success(static json => json.WriteNullValue());
            },
            CancellationToken.None);

        private TaskCompletionSource<(string?, Activity?)> Of(string name) =>
            _seen.GetOrAdd(name, _ => new TaskCompletionSource<(string?, Activity?)>(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
