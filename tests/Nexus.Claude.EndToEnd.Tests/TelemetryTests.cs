using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Spans around the real CLI, and the CLI's own spans below them.</summary>
internal sealed class TelemetryTests
{
    [Test]
    public async Task The_spans_of_the_cli_hang_below_the_one_that_started_it()
    {
        using var spans = new SpanRecorder();
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Text("ok");
        using var caller = spans.Source.StartActivity("caller")!;
        await using (var client = await cli.ConnectAsync(options => ExportTraces(options, cli)))
        {
            await client.AskAsync("One", cli.Deadline);
            await client.AskAsync("Two", cli.Deadline);
        }

        var connect = spans.All.Single(span => span.TraceId == caller.TraceId && span.DisplayName == "nexus.claude.connect");
        var theirs = Exported(cli.Api).Where(span => span.GetProperty("name").GetString() == "claude_code.interaction").ToList();
        Assert.Multiple(() =>
        {
            Assert.That(theirs, Has.Count.EqualTo(2));
            Assert.That(theirs.Select(span => span.GetProperty("traceId").GetString()), Is.All.EqualTo(caller.TraceId.ToHexString()));
            Assert.That(theirs.Select(span => span.GetProperty("parentSpanId").GetString()), Is.All.EqualTo(connect.SpanId.ToHexString()));
            Assert.That(connect.ParentSpanId, Is.EqualTo(caller.SpanId));
            Assert.That(connect.GetTagItem("nexus.claude.cli.version"), Is.EqualTo(ClaudeCli.PinnedVersion));
        });
    }

    [Test]
    public async Task A_turn_with_a_tool_is_two_spans_that_say_what_it_took()
    {
        using var spans = new SpanRecorder();
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"echo hi"}""", "toolu_1").WithUsage(new ScriptedUsage(10, 2, 100, 5)));
        cli.Api.Enqueue(ScriptedReply.Text("done").WithUsage(new ScriptedUsage(20, 3)));
        using var caller = spans.Source.StartActivity("caller")!;
        string? session;
        await using (var client = await cli.ConnectAsync(options => options.AllowedTools = ["Bash"]))
        {
            await client.AskAsync("Go", cli.Deadline);
            session = client.SessionId;
        }

        var turn = spans.All.Single(span => span.TraceId == caller.TraceId && span.DisplayName == "invoke_agent claude-code");
        var tool = spans.All.Single(span => span.TraceId == caller.TraceId && span.DisplayName == "execute_tool Bash");
        Assert.Multiple(() =>
        {
            Assert.That(turn.ParentSpanId, Is.EqualTo(caller.SpanId));
            Assert.That(tool.ParentSpanId, Is.EqualTo(turn.SpanId));
            Assert.That(tool.GetTagItem("gen_ai.tool.call.id"), Is.EqualTo("toolu_1"));
            Assert.That(turn.GetTagItem("gen_ai.conversation.id"), Is.EqualTo(session));
            Assert.That(turn.GetTagItem("gen_ai.usage.input_tokens"), Is.EqualTo(135));
            Assert.That(turn.GetTagItem("gen_ai.usage.cache_read.input_tokens"), Is.EqualTo(100));
            Assert.That(turn.GetTagItem("gen_ai.usage.output_tokens"), Is.EqualTo(5));
            Assert.That(turn.GetTagItem("gen_ai.response.finish_reasons"), Is.EqualTo(new[] { "end_turn" }));
            Assert.That(turn.GetTagItem("gen_ai.input.messages"), Is.Null);
        });
    }

    [Test]
    public async Task Permission_callbacks_and_hooks_run_in_the_span_and_the_context_of_their_turn()
    {
        using var spans = new SpanRecorder();
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"touch made"}""", "toolu_1"));
        cli.Api.Enqueue(ScriptedReply.Text("done"));
        using var caller = spans.Source.StartActivity("caller")!;
        var tenant = new AsyncLocal<string?> { Value = "the one who connects" };
        var seen = new ConcurrentDictionary<string, (string? Tenant, ActivityTraceId? Trace, string? Span)>();
        void See(string callback) => seen[callback] = (tenant.Value, Activity.Current?.TraceId, Activity.Current?.DisplayName);
        await using var client = await cli.ConnectAsync(options =>
        {
            options.PermissionMode = PermissionMode.Default;
            options.CanUseTool = (_, _) =>
            {
                See("permission");
                return ValueTask.FromResult(PermissionDecision.Allow());
            };
            options.Hooks
                .On(HookEvent.UserPromptSubmit, _ =>
                {
                    See("prompt hook");
                    return null;
                })
                .On(HookEvent.PreToolUse, "Bash", _ =>
                {
                    See("tool hook");
                    return null;
                });
        });

        tenant.Value = "the one who asks";
        await client.AskAsync("Go", cli.Deadline);

        Assert.That(seen, Is.EquivalentTo(new Dictionary<string, (string?, ActivityTraceId?, string?)>
        {
            ["prompt hook"] = ("the one who asks", caller.TraceId, "invoke_agent claude-code"),
            ["tool hook"] = ("the one who asks", caller.TraceId, "execute_tool Bash"),
            ["permission"] = ("the one who asks", caller.TraceId, "execute_tool Bash"),
        }));
    }

    private static void ExportTraces(ClaudeOptions options, RealCli cli)
    {
        options.Environment["CLAUDE_CODE_ENABLE_TELEMETRY"] = "1";
        options.Environment["CLAUDE_CODE_ENHANCED_TELEMETRY_BETA"] = "1";
        options.Environment["OTEL_TRACES_EXPORTER"] = "otlp";
        options.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/json";
        // The scripted API keeps every request, whatever its path.
        options.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = cli.Environment.Variables["ANTHROPIC_BASE_URL"];
    }

    private static IEnumerable<JsonElement> Exported(ScriptedMessagesApi api) => api.Requests
        .Where(request => request.Path == "/v1/traces")
        .SelectMany(request => request.Body.GetProperty("resourceSpans").EnumerateArray())
        .SelectMany(resource => resource.GetProperty("scopeSpans").EnumerateArray())
        .SelectMany(scope => scope.GetProperty("spans").EnumerateArray());
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
