using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Cli;
using Nexus.Claude.Hooks;
using Nexus.Claude.Protocol;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Hooks;

/// <summary>How the CLI's calls of hooks are answered, over two pipes in memory.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class HookCallbacksTests
{
    private static readonly string ToolCall = HookSamples.Of("PreToolUse");

    [Test]
    public async Task Initialize_registers_every_hook_with_its_matcher_and_its_time()
    {
        var hooks = new HookCollection()
            .On(HookEvent.PreToolUse, "Bash", _ => null, timeout: TimeSpan.FromSeconds(30))
            .On(HookEvent.Stop, _ => null)
            .On(HookEvent.PreToolUse, "*", _ => null, timeout: TimeSpan.FromMilliseconds(1500), onFailure: HookFailurePolicy.Continue)
            .On(new HookEvent("Future"), _ => null, matcher: "x", onFailure: HookFailurePolicy.Block);
        await using var cli = new FakeCliOwner();
        SessionStart.Begin(cli.Cli, CliCommand.Create(new ClaudeOptions()), cli.Settings(hooks));

        var line = await cli.Cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_request");

        Assert.That(line.GetProperty("request").GetProperty("hooks").GetRawText(), Is.EqualTo(
            """{"PreToolUse":[{"matcher":"Bash","hookCallbackIds":["hook_0"],"timeout":35,"onFailure":"block"},"""
            + """{"matcher":"*","hookCallbackIds":["hook_2"],"timeout":7}],"Stop":[{"hookCallbackIds":["hook_1"],"timeout":65}],"Future":[{"matcher":"x","hookCallbackIds":["hook_3"],"timeout":65,"onFailure":"block"}]}"""));
    }

    [Test]
    public async Task A_CLI_that_did_not_take_the_hooks_over_is_not_used()
    {
        await using var cli = new FakeCliOwner();
        var start = SessionStart.Begin(cli.Cli, CliCommand.Create(new ClaudeOptions()), cli.Settings(new HookCollection().On(HookEvent.Stop, _ => null)));
        Assert.That(start.MustWait, "no prompt goes out before the hooks are known to be there");
        await cli.Cli.AnswerAsync(await cli.Cli.TakeControlAsync("initialize"), """{"hooks_applied":false}""");

        var failure = await start.InitializeAsync(CancellationToken.None).FailureAsync<ProtocolException>();

        Assert.That(failure.Message, Does.Contain("did not take over the hooks"));
    }

    [Test]
    public async Task A_handler_gets_the_typed_input_and_its_answer_is_sent()
    {
        PreToolUseHookInput? seen = null;
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(HookEvent.PreToolUse, input =>
        {
            seen = input;
            return PreToolUseHookOutput.Deny("no");
        }));

        var answer = await bench.AskAsync(ToolCall);

        Assert.That(answer, Is.EqualTo("""{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"no"}}"""));
        Assert.That(seen!.ToolName, Is.EqualTo("Bash"));
        Assert.That(seen.ToolInput.GetProperty("command").GetString(), Is.EqualTo("ls"));
        Assert.That(seen.CallId, Is.EqualTo("toolu_1"));
        Assert.That(seen.McpServer!.Source, Is.EqualTo("project"));
    }

    [Test]
    public async Task A_handler_without_an_opinion_answers_an_empty_object()
    {
        await using var bench = await HookBench.StartAsync(hooks => hooks
            .On(HookEvent.PreToolUse, _ => null)
            .On(HookEvent.Stop, async (_, _) =>
            {
                await Task.Yield();
                return null;
            })
            .On(HookEvent.Stop, _ => new StopHookOutput()));

        Assert.That(await bench.AskAsync(ToolCall), Is.EqualTo("{}"));
        Assert.That(await bench.AskAsync(HookSamples.Of("Stop"), "hook_1"), Is.EqualTo("{}"));
        Assert.That(await bench.AskAsync(HookSamples.Of("Stop"), "hook_2"), Is.EqualTo("{}"));
    }

    [Test]
    public async Task An_event_that_is_not_known_can_be_asked_for_and_answered_raw()
    {
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(
            new HookEvent("Future"),
            (input, _) => Task.FromResult<HookOutput?>(RawHookOutput.Parse($$"""{"echo":{{input.Raw.GetProperty("what").GetRawText()}}}"""))));

        Assert.That(await bench.AskAsync("""{"hook_event_name":"Future","what":[1,2]}"""), Is.EqualTo("""{"echo":[1,2]}"""));
    }

    [Test]
    public async Task An_id_that_nobody_registered_is_refused_in_the_words_of_the_protocol()
    {
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(HookEvent.Stop, _ => null));

        var answer = await bench.AnswerAsync(await bench.CallAsync(ToolCall, "nope"));

        Assert.That(FakeCli.Text(answer, "subtype"), Is.EqualTo("error"));
        Assert.That(FakeCli.Text(answer, "error"), Is.EqualTo("No hook callback found for ID: nope"));
    }

    private static readonly string[] Gates = [.. HookEvents.Names.Where(name => new HookEvent(name).IsGate)];

    [TestCaseSource(nameof(Gates))]
    public async Task A_guarding_hook_that_throws_says_no_and_why(string name)
    {
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(new HookEvent(name), _ => throw new InvalidOperationException("the rules are gone")));

        var answer = await bench.AskAsync(HookSamples.Of(name));

        Assert.That(answer, Does.Contain("the rules are gone"));
        Assert.That(answer, Does.Contain(name switch
        {
            "PreToolUse" or "PreModelSwitch" => "\"permissionDecision\":\"deny\"",
            "PermissionRequest" => "\"decision\":{\"behavior\":\"deny\"",
            "Elicitation" or "ElicitationResult" => "\"action\":\"decline\"",
            _ => "\"decision\":\"block\"",
        }));
    }

    [TestCaseSource(nameof(Gates))]
    public async Task A_guarding_hook_that_takes_too_long_says_no_before_the_CLI_gives_up(string name)
    {
        var time = new FakeTimeProvider();
        var entered = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using var bench = await HookBench.StartAsync(
            hooks => hooks.On(new HookEvent(name), async (_, cancellationToken) =>
            {
                cancellationToken.Register(left.SetResult);
                entered.SetResult();
                await new TaskCompletionSource<HookOutput?>().Task;
                return null;
            }),
            time);
        var id = await bench.CallAsync(HookSamples.Of(name));
        await entered.Task.InTime();
        var answering = bench.AnswerAsync(id);
        while (!answering.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(60));
            await Task.WhenAny(answering, Task.Delay(5));
        }

        var answer = await answering;
        Assert.That(FakeCli.Text(answer, "subtype"), Is.EqualTo("success"));
        Assert.That(answer.GetRawText(), Does.Contain("did not answer within 60 s").And.Match("deny|block|decline"));
        await left.Task.InTime();
    }

    [Test]
    public async Task A_guarding_hook_with_an_invalid_answer_says_no()
    {
        await using var bench = await HookBench.StartAsync(hooks => hooks
            .On(HookEvent.PreToolUse.Name, _ => RawHookOutput.Parse("""{"decision":5}"""))
            .On(HookEvent.PreToolUse.Name, _ => PostToolUseHookOutput.Block("of another event"))
            .On(HookEvent.PreToolUse.Name, _ => RawHookOutput.Parse("""{"hookSpecificOutput":{"hookEventName":"Stop"}}"""))
            .On(HookEvent.PreToolUse, _ => new PreToolUseHookOutput { PermissionDecision = new HookPermissionDecision("perhaps") })
            .On(HookEvent.PreToolUse, (_, _) => null!));

        for (var i = 0; i < 5; i++)
            Assert.That(await bench.AskAsync(ToolCall, $"hook_{i}"), Does.Contain("\"permissionDecision\":\"deny\""), $"hook_{i}");
    }

    [Test]
    public async Task A_guarding_hook_whose_input_cannot_be_read_says_no()
    {
        var called = false;
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(HookEvent.PreToolUse, _ =>
        {
            called = true;
            return PreToolUseHookOutput.Allow();
        }));

        Assert.That(await bench.AskAsync("""{"hook_event_name":"PreToolUse","tool_name":{"new":"form"}}"""), Does.Contain("\"permissionDecision\":\"deny\""));
        Assert.That(await bench.AskAsync("[]"), Does.Contain("\"permissionDecision\":\"deny\""));
        Assert.That(called, Is.False);
    }

    [Test]
    public async Task A_hook_that_guards_nothing_lets_go_ahead_when_it_fails_and_that_is_logged()
    {
        var log = new FailureLog();
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(HookEvent.PostToolUse, _ => throw new InvalidOperationException("oops")), logger: log);

        Assert.That(await bench.AskAsync(HookSamples.Of("PostToolUse")), Is.EqualTo("{}"));

        Assert.That(log.Failures.Single().Message, Is.EqualTo("oops"));
    }

    [Test]
    public async Task What_a_failure_does_can_be_chosen()
    {
        await using var bench = await HookBench.StartAsync(hooks => hooks
            .On(HookEvent.PreToolUse, _ => throw new InvalidOperationException("oops"), onFailure: HookFailurePolicy.Continue)
            .On(HookEvent.PostToolUse, _ => throw new InvalidOperationException("oops"), onFailure: HookFailurePolicy.Block)
            .On(new HookEvent("Future"), _ => throw new InvalidOperationException("\"oops\""), onFailure: HookFailurePolicy.Block));

        Assert.That(await bench.AskAsync(ToolCall), Is.EqualTo("{}"));
        Assert.That(await bench.AskAsync(HookSamples.Of("PostToolUse"), "hook_1"), Does.StartWith("""{"decision":"block","reason":"A hook of the host"""));
        var unknown = JsonElement.Parse(await bench.AskAsync("{}", "hook_2"));
        Assert.That(unknown.GetProperty("reason").GetString(), Does.EndWith("\"oops\""));
    }

    [Test]
    public async Task A_withdrawn_call_cancels_its_handler_and_is_not_answered()
    {
        var cancelled = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(HookEvent.PreToolUse, async (input, cancellationToken) =>
        {
            if (input.ToolUseId != "toolu_1")
                return null;
            entered.SetResult();
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return PreToolUseHookOutput.Allow();
        }));

        var id = await bench.CallAsync(ToolCall);
        await entered.Task.InTime();
        await bench.WithdrawAsync(id);
        await cancelled.Task.InTime();
        await bench.AskAsync("""{"hook_event_name":"PreToolUse","tool_use_id":"other"}""");

        bench.Cli.Exit(0);
        await bench.Session.DisposeAsync().InTime();
        Assert.That((await bench.Cli.TakeRestAsync()).Where(line => FakeCli.Text(line, "type") == "control_response"), Is.Empty);
    }

    [Test]
    public async Task A_hundred_calls_at_once_are_all_answered_while_one_of_them_waits_for_the_others()
    {
        var left = 100;
        var all = new TaskCompletionSource();
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(HookEvent.PreToolUse, async (input, _) =>
        {
            if (Interlocked.Decrement(ref left) == 0)
                all.SetResult();
            await all.Task;
            return PreToolUseHookOutput.Deny(input.ToolUseId);
        }));

        var calls = new List<string>();
        for (var i = 0; i < 100; i++)
            calls.Add(await bench.CallAsync($$"""{"hook_event_name":"PreToolUse","tool_use_id":"t{{i}}"}"""));

        for (var i = 0; i < 100; i++)
            Assert.That((await bench.AnswerAsync(calls[i])).GetRawText(), Does.Contain($"\"t{i}\""));
    }

    [Test]
    public async Task A_hook_that_asks_the_CLI_something_gets_its_answer()
    {
        Session? session = null;
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(HookEvent.PreToolUse, async (_, cancellationToken) =>
        {
            var reply = await session!.Control.RequestAsync("mcp_status", null, TimeSpan.FromSeconds(60), cancellationToken);
            return PreToolUseHookOutput.Deny(reply.Text("say"u8)!);
        }));
        session = bench.Session;

        var id = await bench.CallAsync(ToolCall);
        await bench.Cli.AnswerAsync(await bench.Cli.TakeControlAsync("mcp_status"), """{"say":"answered"}""");

        Assert.That((await bench.AnswerAsync(id)).GetRawText(), Does.Contain("answered"));
    }

    [Test]
    public async Task A_call_that_is_delivered_twice_runs_once()
    {
        var calls = 0;
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(HookEvent.Stop, _ =>
        {
            Interlocked.Increment(ref calls);
            return null;
        }));
        const string Call = """{"type":"control_request","request_id":"same","request":{"subtype":"hook_callback","callback_id":"hook_0","input":{}}}""";

        await bench.Cli.SayAsync(Call, Call);
        await bench.AnswerAsync("same");
        await bench.AskAsync("{}");

        Assert.That(calls, Is.EqualTo(2));
    }

    [Test]
    public async Task The_end_of_the_CLI_cancels_handlers_that_still_run()
    {
        var entered = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var bench = await HookBench.StartAsync(hooks => hooks.On(HookEvent.Stop, async (_, cancellationToken) =>
        {
            cancellationToken.Register(cancelled.SetResult);
            entered.SetResult();
            await new TaskCompletionSource().Task;
            return null;
        }));
        await bench.CallAsync("{}");
        await entered.Task.InTime();

        bench.Cli.Exit(137);

        await bench.Session.Completion.InTime();
        await cancelled.Task.InTime();
    }

    private sealed class FakeCliOwner : IAsyncDisposable
    {
        private readonly FailureLog _log = new();

        public FakeCli Cli { get; } = new();

        public SessionSettings Settings(HookCollection hooks) =>
            new() { Logger = _log, Features = [new HookCallbacks(hooks, TimeProvider.System, _log)] };

        public ValueTask DisposeAsync()
        {
            Cli.Exit(0);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class FailureLog : ILogger
    {
        public List<Exception> Failures { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Failures)
            {
                if (exception is not null)
                    Failures.Add(exception);
            }
        }
    }
}
