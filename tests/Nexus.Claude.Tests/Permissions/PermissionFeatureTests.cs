using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Permissions;
using Nexus.Claude.Protocol;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Permissions;

/// <summary>Questions of a CLI in memory, and what goes back over the wire.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class PermissionFeatureTests
{
    private const string Input = """{"command":"touch zz","description":"x"}""";

    private static readonly JsonObject Changed = new() { ["command"] = "echo changed" };

    [Test]
    public async Task Everything_that_the_CLI_says_reaches_the_callback()
    {
        ToolPermissionRequest? seen = null;
        var desk = await Desk.OpenAsync((request, _) =>
        {
            seen = request;
            return ValueTask.FromResult(PermissionDecision.Allow());
        });

        await desk.AskAsync("1", """
            {"subtype":"can_use_tool","tool_name":"mcp__calc__add","input":{"a":1},"tool_use_id":"toolu_1","agent_id":"agent_7",
            "permission_suggestions":[{"type":"setMode","mode":"acceptEdits","destination":"session"}],"blocked_path":"/etc/x",
            "decision_reason":"because","decision_reason_type":"safetyCheck","title":"t","display_name":"d","description":"e",
            "mcp_server":{"name":"calc","source":"sdk"},"matched_ask_rule":{"source":"userSettings","tool_name":"Bash","rule_content":"rm *"},
            "requires_user_interaction":true,"classifier_approvable":false,"suppress_always_allow_rule":true,"default_to_no":true,"plugin":"p"}
            """);

        await desk.ReplyAsync("1");
        Assert.Multiple(() =>
        {
            Assert.That(seen!.ToolName, Is.EqualTo("mcp__calc__add"));
            Assert.That(seen.Input.GetRawText(), Is.EqualTo("""{"a":1}"""));
            Assert.That(seen.ToolUseId, Is.EqualTo("toolu_1"));
            Assert.That(seen.AgentId, Is.EqualTo("agent_7"));
            Assert.That(seen.Suggestions.Single(), Is.EqualTo(new SetModeUpdate(PermissionMode.AcceptEdits)));
            Assert.That(seen.BlockedPath, Is.EqualTo("/etc/x"));
            Assert.That(seen.DecisionReason, Is.EqualTo("because"));
            Assert.That(seen.DecisionReasonType, Is.EqualTo(PermissionReasonType.SafetyCheck));
            Assert.That((seen.Title, seen.DisplayName, seen.Description), Is.EqualTo(("t", "d", "e")));
            Assert.That(seen.McpServer, Is.EqualTo(new PermissionMcpServer("calc", "sdk")));
            Assert.That(seen.MatchedAskRule, Is.EqualTo(new MatchedAskRule("userSettings", new PermissionRule("Bash", "rm *"))));
            Assert.That((seen.RequiresUserInteraction, seen.ClassifierApprovable, seen.SuppressAlwaysAllowRule, seen.DefaultToNo), Is.EqualTo((true, (bool?)false, true, true)));
            Assert.That(seen.WantsPerson);
            Assert.That(seen.Raw.GetProperty("plugin").GetString(), Is.EqualTo("p"));
        });
        await desk.CloseAsync();
    }

    [Test]
    public async Task Members_that_are_absent_or_of_another_kind_are_no_failure()
    {
        ToolPermissionRequest? seen = null;
        var desk = await Desk.OpenAsync((request, _) =>
        {
            seen = request;
            return ValueTask.FromResult(PermissionDecision.Allow());
        });

        await desk.AskAsync("1", """{"subtype":"can_use_tool","tool_name":"Bash","input":null,"permission_suggestions":{"type":1},"mcp_server":7,"blocked_path":[],"default_to_no":"yes"}""");

        Assert.That((await desk.ReplyAsync("1")).GetRawText(), Is.EqualTo("""{"behavior":"allow","updatedInput":{}}"""));
        Assert.That(seen!.Suggestions, Is.Empty);
        Assert.That(seen.WantsPerson, Is.False);
        await desk.CloseAsync();
    }

    [Test]
    public async Task An_allowance_sends_the_input_as_it_came()
    {
        var desk = await Desk.OpenAsync((_, _) => ValueTask.FromResult(PermissionDecision.Allow()));

        var reply = await desk.AskAndReplyAsync("1");

        Assert.That(reply.GetRawText(), Is.EqualTo($$"""{"behavior":"allow","updatedInput":{{Input}},"toolUseID":"toolu_1"}"""));
        await desk.CloseAsync();
    }

    [Test]
    public async Task A_changed_input_and_updates_are_sent()
    {
        var desk = await Desk.OpenAsync((_, _) => ValueTask.FromResult(
            PermissionDecision.AllowWith(Changed, [
                PermissionUpdate.AllowRules("Bash(touch *)", "Read") with { Destination = PermissionUpdateDestination.LocalSettings },
                new SetModeUpdate(PermissionMode.AcceptEdits),
                new AddDirectoriesUpdate(["/srv"]),
            ]) with { Classification = PermissionClassification.UserPermanent }));

        var reply = await desk.AskAndReplyAsync("1");

        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(reply.GetRawText()), JsonNode.Parse("""
            {"behavior":"allow","updatedInput":{"command":"echo changed"},"updatedPermissions":[
            {"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"touch *"},{"toolName":"Read"}],"behavior":"allow","destination":"localSettings"},
            {"type":"setMode","mode":"acceptEdits","destination":"session"},{"type":"addDirectories","directories":["/srv"],"destination":"session"}],
            "toolUseID":"toolu_1","decisionClassification":"user_permanent"}
            """)), reply.GetRawText());
        await desk.CloseAsync();
    }

    [Test]
    public async Task A_denial_has_a_message_and_may_interrupt()
    {
        var interrupt = false;
        var desk = await Desk.OpenAsync((_, _) => ValueTask.FromResult(PermissionDecision.Deny("No \"thanks\".", interrupt)));

        Assert.That((await desk.AskAndReplyAsync("1")).GetRawText(), Is.EqualTo("""{"behavior":"deny","message":"No \"thanks\".","toolUseID":"toolu_1"}"""));
        interrupt = true;
        Assert.That((await desk.AskAndReplyAsync("2")).GetRawText(), Is.EqualTo("""{"behavior":"deny","message":"No \"thanks\".","interrupt":true,"toolUseID":"toolu_1"}"""));
        await desk.CloseAsync();
    }

    [Test]
    public async Task A_callback_that_throws_denies_without_its_words_and_is_logged([Values] bool atOnce)
    {
        var desk = await Desk.OpenAsync(atOnce
            ? (_, _) => throw new InvalidOperationException("the password is 1234")
            : async (_, _) =>
            {
                await Task.Yield();
                throw new InvalidOperationException("the password is 1234");
            });

        var reply = await desk.AskAndReplyAsync("1");

        Assert.That(Text(reply, "behavior"), Is.EqualTo("deny"));
        Assert.That(Text(reply, "message"), Does.Contain("InvalidOperationException").And.Not.Contain("1234"));
        Assert.That(desk.Log.GetSnapshot().Single(record => record.Level == LogLevel.Error).Exception, Is.InstanceOf<InvalidOperationException>());
        await desk.CloseAsync();
    }

    [Test]
    public async Task A_callback_that_gives_null_or_is_cancelled_by_itself_denies()
    {
        var callbacks = new Queue<Func<ValueTask<PermissionDecision>>>([
            () => ValueTask.FromResult<PermissionDecision>(null!),
            () => ValueTask.FromCanceled<PermissionDecision>(new CancellationToken(canceled: true)),
            () => ValueTask.FromException<PermissionDecision>(new TimeoutException()),
        ]);
        var desk = await Desk.OpenAsync((_, _) => callbacks.Dequeue()());

        foreach (var id in (string[])["1", "2", "3"])
            Assert.That(Text(await desk.AskAndReplyAsync(id), "behavior"), Is.EqualTo("deny"));
        Assert.That(desk.Log.GetSnapshot().Count(record => record.Level == LogLevel.Error), Is.EqualTo(3));
        await desk.CloseAsync();
    }

    [Test]
    public async Task A_callback_that_takes_too_long_denies_and_is_told()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var desk = await Desk.OpenAsync(
            async (_, cancellationToken) =>
            {
                cancellationToken.Register(told.SetResult);
                asked.SetResult();
                await told.Task;
                throw new InvalidOperationException("late");
            },
            options =>
            {
                options.PermissionTimeout = TimeSpan.FromSeconds(30);
                options.TimeProvider = time;
            });

        await desk.AskAsync("1");
        await asked.Task.InTime();
        var reply = desk.ReplyAsync("1");
        while (!reply.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(31));
            await Task.Yield();
        }

        Assert.That(Text(await reply, "message"), Does.Contain("30 s"));
        await told.Task.InTime();
        await desk.CloseAsync();
    }

    [Test]
    public async Task A_request_without_a_tool_is_denied()
    {
        var desk = await Desk.OpenAsync((_, _) => ValueTask.FromResult(PermissionDecision.Allow()));

        await desk.AskAsync("1", """{"subtype":"can_use_tool","input":{}}""");

        Assert.That(Text(await desk.ReplyAsync("1"), "behavior"), Is.EqualTo("deny"));
        await desk.CloseAsync();
    }

    [Test]
    public async Task A_question_that_the_CLI_withdraws_gets_no_answer_and_the_callback_is_told()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var desk = await Desk.OpenAsync(async (request, cancellationToken) =>
        {
            if (request.InputText("command") != "wait")
                return PermissionDecision.Allow();
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => told.SetResult(), TaskScheduler.Default);
            return PermissionDecision.Allow();
        });

        await desk.AskAsync("1", """{"subtype":"can_use_tool","tool_name":"Bash","input":{"command":"wait"},"tool_use_id":"a"}""");
        await desk.Cli.SayAsync("""{"type":"control_cancel_request","request_id":"1"}""");
        await told.Task.InTime();
        await desk.AskAndReplyAsync("2");

        Assert.That(await desk.CloseAsync(), Has.None.Matches<JsonElement>(line => IsReplyTo(line, "1")));
    }

    [Test]
    public async Task A_callback_that_ignores_its_token_holds_up_nothing()
    {
        var never = new TaskCompletionSource<PermissionDecision>();
        var desk = await Desk.OpenAsync((_, _) => new ValueTask<PermissionDecision>(never.Task));

        await desk.AskAsync("1");
        await desk.Cli.SayAsync("""{"type":"control_cancel_request","request_id":"1"}""");
        await desk.AskAsync("2");

        await desk.CloseAsync();
    }

    [Test]
    public async Task A_hundred_questions_at_once_are_all_asked_before_one_is_answered()
    {
        var open = new CountdownEvent(100);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var desk = await Desk.OpenAsync(async (request, _) =>
        {
            if (open.Signal())
                all.SetResult();
            await all.Task;
            return PermissionDecision.Deny(request.ToolUseId);
        });

        for (var i = 0; i < 100; i++)
            await desk.AskAsync($"{i}", $$"""{"subtype":"can_use_tool","tool_name":"Bash","input":{},"tool_use_id":"u{{i}}"}""");

        for (var i = 0; i < 100; i++)
            Assert.That(Text(await desk.ReplyAsync($"{i}"), "message"), Is.EqualTo($"u{i}"));
        await desk.CloseAsync();
    }

    [Test]
    public async Task A_thousand_questions_are_answered_while_nobody_reads_messages()
    {
        var desk = await Desk.OpenAsync((_, _) => ValueTask.FromResult(PermissionDecision.Allow()));
        desk.Session.Send("x", default);
        var prompt = await desk.Cli.TakePromptAsync();
        await desk.Cli.SayAsync(CliLines.Lifecycle(prompt, "started"), CliLines.Init(prompt));

        for (var i = 0; i < 1_000; i++)
        {
            await desk.Cli.SayAsync(CliLines.Assistant($"{i}"));
            await desk.AskAsync($"{i}");
        }

        for (var i = 0; i < 1_000; i++)
            Assert.That(Text(await desk.ReplyAsync($"{i}"), "behavior"), Is.EqualTo("allow"));
        await desk.CloseAsync();
    }

    [Test]
    public async Task A_callback_that_blocks_its_thread_does_not_block_the_messages()
    {
        using var release = new ManualResetEventSlim();
        var desk = await Desk.OpenAsync((_, _) =>
        {
            release.Wait(CancellationToken.None);
            return ValueTask.FromResult(PermissionDecision.Allow());
        });
        var turn = desk.Session.Send("x", default);
        var prompt = await desk.Cli.TakePromptAsync();

        await desk.AskAsync("1");
        await desk.Cli.SayAsync(CliLines.Turn(prompt));

        Assert.That((await turn.ResultAsync().InTime()).IsSuccess);
        release.Set();
        await desk.ReplyAsync("1");
        await desk.CloseAsync();
    }

    [Test]
    public async Task A_question_that_is_delivered_twice_is_asked_once()
    {
        var asked = 0;
        var desk = await Desk.OpenAsync((_, _) =>
        {
            Interlocked.Increment(ref asked);
            return ValueTask.FromResult(PermissionDecision.Allow());
        });

        await desk.AskAsync("1");
        await desk.AskAsync("1");
        await desk.AskAndReplyAsync("2");

        await desk.ReplyAsync("1");
        Assert.That(asked, Is.EqualTo(2));
        await desk.CloseAsync();
    }

    [Test]
    public void Without_a_callback_no_permission_feature_takes_part_in_the_session() =>
        Assert.That(SessionFeatures.For(new ClaudeOptions()).All, Has.None.InstanceOf<PermissionFeature>());

    private static string? Text(JsonElement json, string name) => FakeCli.Text(json, name);

    private static bool IsReplyTo(JsonElement line, string id) =>
        Text(line, "type") == "control_response" && Text(line.GetProperty("response"), "request_id") == id;

    /// <summary>A session on a fake CLI whose questions go to a callback.</summary>
    private sealed class Desk(FakeCli cli, Session session, FakeLogCollector log)
    {
        public FakeCli Cli => cli;

        public Session Session => session;

        public FakeLogCollector Log => log;

        public static async Task<Desk> OpenAsync(
            Func<ToolPermissionRequest, CancellationToken, ValueTask<PermissionDecision>> callback, Action<ClaudeOptions>? change = null)
        {
            var options = new ClaudeOptions { CanUseTool = callback };
            change?.Invoke(options);
            var log = new FakeLogCollector();
            var cli = new FakeCli();
            var session = await cli.StartAsync(settings => settings with
            {
                Features = SessionFeatures.For(options).All,
                TimeProvider = options.TimeProvider,
                Logger = new FakeLogger(log),
            });
            return new Desk(cli, session, log);
        }

        public Task AskAsync(string id, string? request = null) => cli.SayAsync(
            $$"""{"type":"control_request","request_id":"{{id}}","request":{{(request ?? $$"""{"subtype":"can_use_tool","tool_name":"Bash","input":{{Input}},"tool_use_id":"toolu_1"}""").ReplaceLineEndings("")}}}""");

        /// <summary>Takes the payload of the answer to a question.</summary>
        public async Task<JsonElement> ReplyAsync(string id)
        {
            var response = (await cli.TakeAsync(line => IsReplyTo(line, id))).GetProperty("response");
            Assert.That(Text(response, "subtype"), Is.EqualTo("success"));
            return response.GetProperty("response");
        }

        public async Task<JsonElement> AskAndReplyAsync(string id)
        {
            await AskAsync(id);
            return await ReplyAsync(id);
        }

        /// <summary>Ends the session and gives what it said that nobody took.</summary>
        public async Task<IReadOnlyList<JsonElement>> CloseAsync()
        {
            cli.Exit(0);
            await session.DisposeAsync().InTime();
            return await cli.TakeRestAsync();
        }
    }
}
