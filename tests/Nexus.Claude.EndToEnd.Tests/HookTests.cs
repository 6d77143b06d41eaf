using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Nexus.Claude.Testing;
using static Nexus.Claude.Tests.EndToEnd.ToolTests;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Hooks before a tool runs: what they decide happens, and what fails never lets the tool run.</summary>
internal sealed class HookTests
{
    private const string Denied = "The house rules forbid it.";

    [Test]
    public async Task An_allowed_tool_runs_without_a_question([Values] Entry entry)
    {
        await using var cli = await WritingCli.StartAsync();
        PreToolUseHookInput? seen = null;

        var messages = await cli.RunAsync(entry, options => options.Hooks.On(HookEvent.PreToolUse, "Write", input =>
        {
            seen = input;
            return PreToolUseHookOutput.Allow();
        }));

        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(cli.File), Is.EqualTo("Hello."));
            Assert.That(seen!.ToolName, Is.EqualTo("Write"));
            Assert.That(seen.ToolInput.GetProperty("content").GetString(), Is.EqualTo("Hello."));
            Assert.That(seen.ToolUseId, Is.EqualTo("toolu_write"));
            Assert.That(seen.CallId, Is.EqualTo("toolu_write"));
            Assert.That(seen.PermissionMode, Is.EqualTo(PermissionMode.Default));
            Assert.That(seen.WorkingDirectory, Is.EqualTo(cli.Cli.Environment.WorkingDirectory));
            Assert.That(seen.SessionId, Is.EqualTo(messages.Init().SessionId));
            Assert.That(seen.AdditionalProperties, Is.Null);
        });
    }

    [Test]
    public async Task A_changed_input_is_what_the_tool_runs_with([Values] Entry entry)
    {
        await using var cli = await WritingCli.StartAsync();

        await cli.RunAsync(entry, options => options.Hooks.On(HookEvent.PreToolUse, input =>
        {
            var changed = JsonObject.Create(input.ToolInput)!;
            changed["content"] = "Changed.";
            return PreToolUseHookOutput.Allow(changed);
        }));

        Assert.That(File.ReadAllText(cli.File), Is.EqualTo("Changed."));
    }

    [Test]
    public async Task A_denied_tool_does_not_run_and_the_model_reads_why([Values] Entry entry)
    {
        await using var cli = await WritingCli.StartAsync();

        var messages = await cli.RunAsync(entry, options =>
        {
            options.AllowedTools = ["Write"];
            options.Hooks.On(HookEvent.PreToolUse, async (_, cancellationToken) =>
            {
                await Task.Delay(1, cancellationToken);
                return PreToolUseHookOutput.Deny(Denied);
            });
        });

        Assert.That(File.Exists(cli.File), Is.False);
        Assert.That(cli.ModelWasTold, Does.Contain(Denied));
        Assert.That(messages.Result().Text, Is.EqualTo("Done."));
    }

    [Test]
    public async Task A_question_that_nobody_can_answer_is_a_denial_even_of_an_allowed_tool()
    {
        await using var cli = await WritingCli.StartAsync();

        var messages = await cli.RunAsync(Entry.Query, options =>
        {
            options.AllowedTools = ["Write"];
            options.Hooks.On(HookEvent.PreToolUse, _ => PreToolUseHookOutput.Ask("Really?"));
        });

        Assert.That(File.Exists(cli.File), Is.False);
        Assert.That(messages.OfType<PermissionDeniedMessage>().Single().ToolName, Is.EqualTo("Write"));
    }

    [Test]
    public async Task A_question_goes_to_the_permission_callback_with_its_reason([Values] bool allows)
    {
        await using var cli = await WritingCli.StartAsync();
        ToolPermissionRequest? asked = null;

        await cli.RunAsync(Entry.Client, options =>
        {
            options.AllowedTools = ["Write(/other/**)"];
            options.Hooks.On(HookEvent.PreToolUse, _ => PreToolUseHookOutput.Ask("Really?"));
            options.CanUseTool = (request, _) =>
            {
                asked = request;
                return ValueTask.FromResult(allows ? PermissionDecision.Allow() : PermissionDecision.Deny("No."));
            };
        });

        Assert.That(File.Exists(cli.File), Is.EqualTo(allows));
        Assert.That(asked!.DecisionReason, Is.EqualTo("Really?"));
        Assert.That(asked.DecisionReasonType.Value, Is.EqualTo("hook"));
    }

    [Test]
    public async Task A_hook_that_answers_first_spares_the_permission_callback_its_answer([Values] bool allows)
    {
        await using var cli = await WritingCli.StartAsync();
        var withdrawn = new TaskCompletionSource();

        await cli.RunAsync(Entry.Client, options =>
        {
            options.Hooks.On(HookEvent.PermissionRequest, _ => allows ? PermissionRequestHookOutput.Allow() : PermissionRequestHookOutput.Deny(Denied));
            options.CanUseTool = async (_, cancellationToken) =>
            {
                await using var registration = cancellationToken.Register(withdrawn.SetResult);
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return PermissionDecision.Deny("never said");
            };
        });

        await withdrawn.Task.WaitAsync(cli.Cli.Deadline);
        Assert.That(File.Exists(cli.File), Is.EqualTo(allows));
        if (!allows)
            Assert.That(cli.ModelWasTold, Does.Contain(Denied));
    }

    [Test]
    public async Task A_deferred_tool_ends_the_turn_with_the_call_open([Values] Entry entry)
    {
        await using var cli = await WritingCli.StartAsync();

        var messages = await cli.RunAsync(entry, options =>
        {
            options.AllowedTools = ["Write"];
            options.Hooks.On(HookEvent.PreToolUse, _ => PreToolUseHookOutput.Defer());
        });

        Assert.That(File.Exists(cli.File), Is.False);
        Assert.That(messages.Result().TerminalReason, Is.EqualTo(TerminalReason.ToolDeferred));
        Assert.That(messages.Result().DeferredToolUse!.Name, Is.EqualTo("Write"));
        Assert.That(cli.Cli.Api.ConversationRequests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Context_reaches_the_model_and_a_note_reaches_the_user()
    {
        await using var cli = await WritingCli.StartAsync();

        var messages = await cli.RunAsync(Entry.Client, options => options.Hooks.On(
            HookEvent.PreToolUse, _ => PreToolUseHookOutput.Allow() with { AdditionalContext = "CONTEXT-7", SystemMessage = "NOTE-7" }));

        Assert.That(cli.ModelWasTold, Does.Contain("CONTEXT-7"));
        Assert.That(messages.OfType<InformationalMessage>().Select(message => message.Content), Has.Some.Contains("NOTE-7"));
    }

    [Test]
    public async Task A_hook_that_stops_ends_the_turn_after_the_tool()
    {
        await using var cli = await WritingCli.StartAsync();

        var messages = await cli.RunAsync(Entry.Client, options => options.Hooks.On(
            HookEvent.PreToolUse, _ => PreToolUseHookOutput.Allow() with { Continue = false, StopReason = "enough" }));

        Assert.That(File.Exists(cli.File));
        Assert.That(messages.Result().TerminalReason, Is.EqualTo(TerminalReason.HookStopped));
    }

    [Test]
    public async Task An_asynchronous_answer_lets_the_tool_run_at_once()
    {
        await using var cli = await WritingCli.StartAsync();

        await cli.RunAsync(Entry.Client, options =>
        {
            options.AllowedTools = ["Write"];
            options.Hooks.On(HookEvent.PreToolUse, _ => new PreToolUseHookOutput { Async = true, AsyncTimeout = TimeSpan.FromSeconds(5) });
        });

        Assert.That(File.Exists(cli.File));
    }

    [Test]
    public async Task Of_several_hooks_one_denial_is_enough_and_a_matcher_chooses_among_them()
    {
        await using var cli = await WritingCli.StartAsync();
        var called = new ConcurrentBag<string>();

        await cli.RunAsync(Entry.Client, options =>
        {
            Add("Write", PreToolUseHookOutput.Allow());
            Add("Edit|Wri.*", PreToolUseHookOutput.Deny(Denied));
            Add("*", null);
            Add("", null);
            Add("Bash", PreToolUseHookOutput.Deny("wrong"));
            Add("write", PreToolUseHookOutput.Deny("wrong"));
            Add("Wri", PreToolUseHookOutput.Deny("wrong"));

            void Add(string matcher, PreToolUseHookOutput? output) => options.Hooks.On(HookEvent.PreToolUse, matcher, _ =>
            {
                called.Add(matcher);
                return output;
            });
        });

        Assert.That(File.Exists(cli.File), Is.False);
        Assert.That(cli.ModelWasTold, Does.Contain(Denied).And.Not.Contain("wrong"));
        Assert.That(called, Is.EquivalentTo(new[] { "Write", "Edit|Wri.*", "*", "" }));
    }

    private static readonly Dictionary<string, Func<PreToolUseHookInput, CancellationToken, Task<PreToolUseHookOutput?>>> Failures = new()
    {
        ["throws"] = (_, _) => throw new InvalidOperationException("FAILED-7"),
        ["fails later"] = async (_, cancellationToken) =>
        {
            await Task.Delay(1, cancellationToken);
            throw new InvalidOperationException("FAILED-7");
        },
        ["is cancelled"] = (_, _) => Task.FromCanceled<PreToolUseHookOutput?>(new CancellationToken(canceled: true)),
        ["hangs"] = async (_, _) =>
        {
            await new TaskCompletionSource().Task;
            return null;
        },
        ["blocks its thread"] = (_, cancellationToken) =>
        {
            cancellationToken.WaitHandle.WaitOne();
            return Task.FromResult<PreToolUseHookOutput?>(PreToolUseHookOutput.Allow());
        },
        ["answers nonsense"] = (_, _) =>
            Task.FromResult<PreToolUseHookOutput?>(new PreToolUseHookOutput { PermissionDecision = new HookPermissionDecision("sure") }),
    };

    [TestCaseSource(nameof(Failures))]
    public async Task The_tool_never_runs_when_the_hook(KeyValuePair<string, Func<PreToolUseHookInput, CancellationToken, Task<PreToolUseHookOutput?>>> failure)
    {
        await using var cli = await WritingCli.StartAsync();

        var messages = await cli.RunAsync(Entry.Query, options =>
        {
            options.AllowedTools = ["Write"];
            options.Hooks.On(HookEvent.PreToolUse, failure.Value, timeout: TimeSpan.FromMilliseconds(300));
        });

        Assert.That(File.Exists(cli.File), Is.False);
        Assert.That(cli.ModelWasTold, Does.Contain("A hook of the host program for PreToolUse failed"));
        Assert.That(messages.Result().Text, Is.EqualTo("Done."), "the turn goes on");
    }

    [Test]
    public async Task The_tool_never_runs_when_the_client_goes_away_while_the_hook_thinks([Values] bool kills)
    {
        await using var cli = await WritingCli.StartAsync();
        var entered = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var client = await cli.Cli.ConnectAsync(options =>
        {
            options.AllowedTools = ["Write"];
            options.Hooks.On(HookEvent.PreToolUse, async (_, cancellationToken) =>
            {
                cancellationToken.Register(cancelled.SetResult);
                entered.SetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return null;
            });
        });
        var turn = client.SendAsync("Write it");
        await entered.Task.WaitAsync(cli.Cli.Deadline);

        if (kills)
            client.Kill();
        await client.DisposeAsync();

        await cancelled.Task.WaitAsync(cli.Cli.Deadline);
        Assert.That(File.Exists(cli.File), Is.False);
        Assert.That(turn.State, Is.EqualTo(TurnState.Ended));
    }

    [Test]
    public async Task An_interrupt_cancels_a_hook_that_thinks_and_the_tool_does_not_run()
    {
        await using var cli = await WritingCli.StartAsync();
        var entered = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var client = await cli.Cli.ConnectAsync(options =>
        {
            options.AllowedTools = ["Write"];
            options.Hooks.On(HookEvent.PreToolUse, async (_, cancellationToken) =>
            {
                cancellationToken.Register(cancelled.SetResult);
                entered.SetResult();
                await new TaskCompletionSource().Task;
                return PreToolUseHookOutput.Allow();
            });
        });
        var turn = client.SendAsync("Write it");
        await entered.Task.WaitAsync(cli.Cli.Deadline);

        await turn.InterruptAsync();

        await cancelled.Task.WaitAsync(cli.Cli.Deadline);
        Assert.That((await turn.ResultAsync(cli.Cli.Deadline)).IsInterrupted);
        Assert.That(File.Exists(cli.File), Is.False);
    }

    [Test]
    public async Task A_hook_can_ask_the_client_something_while_the_CLI_waits_for_it()
    {
        await using var cli = await WritingCli.StartAsync();
        ClaudeClient? client = null;
        await using (client = await cli.Cli.ConnectAsync(options => options.Hooks.On(HookEvent.PreToolUse, async (_, cancellationToken) =>
        {
            await client!.SetPermissionModeAsync(PermissionMode.AcceptEdits, cancellationToken);
            return null;
        })))
        {
            await RealCli.ReadAsync(client.SendAsync("Write it", cli.Cli.Deadline));
        }

        Assert.That(File.Exists(cli.File), "the mode that the hook has set allows it");
    }

    [Test]
    public async Task Many_hooks_of_parallel_tools_are_all_answered([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("a.txt"), "a");
        cli.Api.Enqueue(ScriptedReply.ToolUses(
            [.. Enumerable.Range(0, 12).Select(i => new ToolCall("Read", Json(("file_path", cli.PathOf("a.txt"))), $"toolu_{i}"))]));
        var calls = new ConcurrentBag<string>();

        var messages = await cli.RunAsync(entry, "Read it", options =>
        {
            for (var i = 0; i < 5; i++)
            {
                options.Hooks.On(HookEvent.PreToolUse, async (input, cancellationToken) =>
                {
                    await Task.Delay(20, cancellationToken);
                    calls.Add(input.ToolUseId);
                    return input.ToolUseId is "toolu_3" ? PreToolUseHookOutput.Deny(Denied) : PreToolUseHookOutput.Allow();
                });
            }
        });

        Assert.That(calls, Has.Count.EqualTo(60));
        Assert.That(messages.Blocks<ToolResultBlock>().Where(block => block.IsError).Select(block => block.ToolUseId), Is.EqualTo(new[] { "toolu_3" }));
    }

    [Test]
    public async Task The_input_stays_open_for_hooks_of_a_subagent_that_outlives_the_prompt()
    {
        await using var cli = await RealCli.StartAsync();
        var path = cli.PathOf("hello.txt");
        var turnIsOver = new ScriptedGate();
        cli.Api.When(
            request => request.LastUserText.Contains("Sub prompt") && request.ToolResults.Count == 0,
            ScriptedReply.ToolUse("Write", Json(("file_path", path), ("content", "Hello."))).WaitFor(turnIsOver));
        cli.Api.When(request => request.LastUserText.Contains("Sub prompt"), ScriptedReply.Text("Sub done."));
        cli.Api.Enqueue(ScriptedReply.ToolUse("Task", """{"description":"d","prompt":"Sub prompt","subagent_type":"general-purpose"}"""));
        cli.Api.Enqueue(ScriptedReply.Text("Main done."));
        var events = new ConcurrentQueue<string>();
        var options = cli.NewOptions(options =>
        {
            options.AllowedTools = ["Write", "Task"];
            options.Hooks
                .On(HookEvent.PreToolUse, "Write", input =>
                {
                    events.Enqueue($"PreToolUse of {input.AgentType}");
                    return PreToolUseHookOutput.Deny(Denied);
                })
                .On(HookEvent.SubagentStart, input =>
                {
                    events.Enqueue($"SubagentStart {input.AgentType}");
                    return null;
                })
                .On(HookEvent.SubagentStop, "general-purpose", input =>
                {
                    events.Enqueue($"SubagentStop {input.LastAssistantMessage}");
                    return null;
                });
        });

        await foreach (var message in ClaudeCode.QueryAsync("Go", options, cli.Deadline))
        {
            if (message is ResultMessage { Origin: null })
                turnIsOver.Open();
        }

        Assert.That(events, Is.EqualTo(new[] { "SubagentStart general-purpose", "PreToolUse of general-purpose", "SubagentStop Sub done." }));
        Assert.That(File.Exists(path), Is.False);
    }

    /// <summary>A model that writes a file and then says that it is done.</summary>
    private sealed class WritingCli : IAsyncDisposable
    {
        private WritingCli(RealCli cli) => Cli = cli;

        public RealCli Cli { get; }

        public string File => Cli.PathOf("hello.txt");

        /// <summary>The second request: what the model learns of its tool call.</summary>
        public string ModelWasTold => Cli.Api.ConversationRequests[1].Body.GetProperty("messages").GetRawText();

        public static async Task<WritingCli> StartAsync()
        {
            var cli = new WritingCli(await RealCli.StartAsync());
            cli.Cli.Api.Enqueue(ScriptedReply.ToolUse("Write", Json(("file_path", cli.File), ("content", "Hello.")), "toolu_write"));
            cli.Cli.Api.Enqueue(ScriptedReply.Text("Done."));
            return cli;
        }

        public Task<List<ClaudeMessage>> RunAsync(Entry entry, Action<ClaudeOptions> change) => Cli.RunAsync(entry, "Write it", options =>
        {
            options.PermissionMode = PermissionMode.Default;
            change(options);
        });

        public ValueTask DisposeAsync() => Cli.DisposeAsync();
    }
}
