using System.Diagnostics;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Protocol;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Diagnostics;

/// <summary>What the spans of turns and tools say, and what they keep to themselves.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class TurnSpanTests
{
    private const string Turn = "invoke_agent claude-code";

    [Test]
    public async Task A_turn_is_a_span_below_the_callers()
    {
        using var spans = new SpanRecorder();
        var cli = new FakeCli();
        await using var session = await cli.StartAsync(WithModel("opus"));

        var turn = session.Send("Secret question", CancellationToken.None);
        Assert.That(Activity.Current, Is.SameAs(spans.Caller), "the caller's activity stays the current one");
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Init(prompt), CliLines.Assistant("Secret answer"), CliLines.Result(prompt, """
            ,"num_turns":1,"stop_reason":"end_turn","usage":{"input_tokens":10,"cache_read_input_tokens":200,"cache_creation_input_tokens":3,"output_tokens":7}
            """.Trim()));
        await turn.ResultAsync().InTime();

        var span = spans[Turn];
        Assert.Multiple(() =>
        {
            Assert.That(span.ParentSpanId, Is.EqualTo(spans.Caller.SpanId));
            Assert.That(span.Kind, Is.EqualTo(ActivityKind.Client));
            Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Unset));
            Assert.That(span.GetTagItem("gen_ai.operation.name"), Is.EqualTo("invoke_agent"));
            Assert.That(span.GetTagItem("gen_ai.provider.name"), Is.EqualTo("anthropic"));
            Assert.That(span.GetTagItem("gen_ai.request.model"), Is.EqualTo("opus"));
            Assert.That(span.GetTagItem("gen_ai.response.model"), Is.EqualTo("m"));
            Assert.That(span.GetTagItem("gen_ai.conversation.id"), Is.EqualTo("s"));
            Assert.That(span.GetTagItem("gen_ai.usage.input_tokens"), Is.EqualTo(213), "what the cache held counts as input");
            Assert.That(span.GetTagItem("gen_ai.usage.cache_read.input_tokens"), Is.EqualTo(200));
            Assert.That(span.GetTagItem("gen_ai.usage.cache_creation.input_tokens"), Is.EqualTo(3));
            Assert.That(span.GetTagItem("gen_ai.usage.output_tokens"), Is.EqualTo(7));
            Assert.That(span.GetTagItem("gen_ai.response.finish_reasons"), Is.EqualTo(new[] { "end_turn" }));
            Assert.That(span.GetTagItem("nexus.claude.prompt.id"), Is.EqualTo(turn.PromptId));
            Assert.That(Everything(span), Does.Not.Contain("Secret"));
        });
        cli.Exit(0);
    }

    [Test]
    public async Task Tool_calls_are_spans_below_the_turn_and_those_of_a_subagent_below_its_call()
    {
        using var spans = new SpanRecorder();
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();

        var turn = session.Send("Go", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(
            CliLines.Init(prompt), ToolUse("toolu_1", "Task"), ToolUse("toolu_2", "Bash", "toolu_1"), ToolResult("toolu_2", isError: true, "toolu_1"),
            ToolResult("toolu_1", isError: false), ToolUse("toolu_3", "Read"), CliLines.Result(prompt));
        await turn.ResultAsync().InTime();

        var turnSpan = spans[Turn];
        var task = spans["execute_tool Task"];
        var bash = spans["execute_tool Bash"];
        var read = spans["execute_tool Read"];
        Assert.Multiple(() =>
        {
            Assert.That(task.ParentSpanId, Is.EqualTo(turnSpan.SpanId));
            Assert.That(task.GetTagItem("gen_ai.tool.name"), Is.EqualTo("Task"));
            Assert.That(task.GetTagItem("gen_ai.tool.call.id"), Is.EqualTo("toolu_1"));
            Assert.That(task.Status, Is.EqualTo(ActivityStatusCode.Unset));
            Assert.That(bash.ParentSpanId, Is.EqualTo(task.SpanId));
            Assert.That(bash.GetTagItem("error.type"), Is.EqualTo("tool_error"));
            Assert.That(read.GetTagItem("error.type"), Is.EqualTo("interrupted"), "the turn ended before it");
            Assert.That(Everything(bash), Does.Not.Contain("Secret"));
        });
        cli.Exit(0);
    }

    [Test]
    public async Task Content_is_told_when_it_is_asked_for()
    {
        using var spans = new SpanRecorder();
        var cli = new FakeCli();
        await using var session = await cli.StartAsync(settings => settings with { Telemetry = new TelemetrySettings(null, null, true, false) });

        var turn = session.Send(new UserPrompt("Question?", ImageBlock.FromBytes(new byte[] { 1 }, "image/png")), CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Init(prompt), ToolUse("toolu_1", "Bash"), ToolResult("toolu_1", false), CliLines.Result(prompt));
        await turn.ResultAsync().InTime();

        Assert.That(
            spans[Turn].GetTagItem("gen_ai.input.messages"),
            Is.EqualTo("""[{"role":"user","parts":[{"type":"text","content":"Question?"},{"type":"image","mime_type":"image/png"}]}]"""));
        Assert.That(
            spans[Turn].GetTagItem("gen_ai.output.messages"),
            Is.EqualTo("""[{"role":"assistant","parts":[{"type":"text","content":"done"}],"finish_reason":"end_turn"}]"""));
        Assert.That(spans["execute_tool Bash"].GetTagItem("gen_ai.tool.call.arguments"), Is.EqualTo("""{"command":"Secret"}"""));
        Assert.That(spans["execute_tool Bash"].GetTagItem("gen_ai.tool.call.result"), Is.EqualTo("Secret result"));
        cli.Exit(0);
    }

    [Test]
    public async Task A_turn_that_fails_says_how_without_content()
    {
        using var spans = new SpanRecorder();
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var refused = session.Send("One", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync($$"""{"type":"result","subtype":"success","is_error":true,"result":"Secret","api_error_status":529,"terminal_reason":"api_error","session_id":"s","uuid":"r","user_message_uuid":"{{prompt}}"}""");
        await refused.ResultAsync().InTime();

        var lost = session.Send("Two", CancellationToken.None);
        await cli.TakePromptAsync();
        cli.Exit(1);
        await lost.ResultAsync().FailureAsync<CliExitedException>();

        Assert.That(spans.Ended.Select(span => span.GetTagItem("error.type")), Is.EqualTo(new[] { "529", typeof(CliExitedException).FullName }));
        Assert.That(spans.Ended, Has.All.Property(nameof(Activity.Status)).EqualTo(ActivityStatusCode.Error));
        Assert.That(spans.Ended.Select(Everything), Has.None.Contains("Secret"));
    }

    [Test]
    public async Task A_listener_that_throws_does_no_harm()
    {
        using var spans = new SpanRecorder();
        var trace = spans.Caller.TraceId;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ClaudeTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = span =>
            {
                if (span.TraceId == trace)
                    throw new InvalidOperationException("the listener's own");
            },
        };
        ActivitySource.AddActivityListener(listener);
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();

        for (var round = 0; round < 2; round++)
        {
            var turn = session.Send("Go", CancellationToken.None);
            var prompt = await cli.TakePromptAsync();
            await cli.SayAsync(CliLines.Init(prompt), ToolUse("toolu_1", "Bash"), ToolResult("toolu_1", false), CliLines.Result(prompt));
            Assert.That((await turn.ResultAsync().InTime()).Text, Is.EqualTo("done"));
        }

        cli.Exit(0);
    }

    private static Func<SessionSettings, SessionSettings> WithModel(string model) =>
        settings => settings with { Telemetry = new TelemetrySettings(model, null, false, false) };

    private static string Everything(Activity span) =>
        $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))} {string.Join(' ', span.Events.Select(each => each.Name))}";

    internal static string ToolUse(string id, string name, string? parent = null) =>
        $$$"""{"type":"assistant","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"{{{id}}}","name":"{{{name}}}","input":{"command":"Secret"}}]},"parent_tool_use_id":{{{(parent is null ? "null" : $"\"{parent}\"")}}},"session_id":"s","uuid":"u"}""";

    internal static string ToolResult(string id, bool isError, string? parent = null) =>
        $$$"""{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{{id}}}","content":"Secret result","is_error":{{{(isError ? "true" : "false")}}}}]},"parent_tool_use_id":{{{(parent is null ? "null" : $"\"{parent}\"")}}},"session_id":"s","uuid":"u"}""";
}
