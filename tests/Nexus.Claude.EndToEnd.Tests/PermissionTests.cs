using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>The permission callback and the real CLI.</summary>
internal sealed class PermissionTests
{
    private const string Touch = """{"command":"touch zz","description":"x"}""";

    [Test]
    public async Task An_allowed_call_runs([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        string path = cli.PathOf("hello.txt");
        cli.Api.Enqueue(ScriptedReply.ToolUse("Write", ToolTests.Json(("file_path", path), ("content", "Hello.")), "toolu_write"));
        ToolPermissionRequest? seen = null;

        var messages = await cli.RunAsync(entry, "Write it", Callback(request =>
        {
            seen = request;
            return PermissionDecision.Allow();
        }));

        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(path), Is.EqualTo("Hello."));
            Assert.That(seen!.ToolName, Is.EqualTo("Write"));
            Assert.That(seen.ToolUseId, Is.EqualTo("toolu_write"));
            Assert.That(seen.InputText("file_path"), Is.EqualTo(path));
            Assert.That(seen.Suggestions, Is.EqualTo(new[] { new SetModeUpdate(PermissionMode.AcceptEdits) }));
            Assert.That(messages.Result().PermissionDenials, Is.Empty);
        });
    }

    [Test]
    public async Task A_question_of_AskAsync_is_decided_too()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));
        cli.Api.Enqueue(ScriptedReply.Text("I was not let."));

        Assert.That(await cli.AskAsync("Touch it", Callback(_ => PermissionDecision.Deny("No."))), Is.EqualTo("I was not let."));
        Assert.That(File.Exists(cli.PathOf("zz")), Is.False);
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "The Bash tool needs a Unix shell.")]
    public async Task A_changed_input_is_what_runs()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));

        var messages = await cli.QueryAsync("Touch it", Callback(request =>
        {
            var input = JsonObject.Create(request.Input.Clone())!;
            input["command"] = "echo changed";
            return PermissionDecision.AllowWith(input);
        }));

        Assert.That(messages.Blocks<ToolResultBlock>().Single().Text, Does.Contain("changed"));
        Assert.That(File.Exists(cli.PathOf("zz")), Is.False);
    }

    [Test]
    public async Task A_denial_reaches_the_model_word_for_word([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));

        var messages = await cli.RunAsync(entry, "Touch it", Callback(_ => PermissionDecision.Deny("Not on a Sunday, \"friend\".")));

        Assert.That(cli.Api.ConversationRequests[1].ToolResults.Single().GetProperty("content").GetString(), Is.EqualTo("Not on a Sunday, \"friend\"."));
        Assert.That(messages.Result().PermissionDenials.Single().ToolName, Is.EqualTo("Bash"));
        Assert.That(messages.Result().IsSuccess);
    }

    [Test]
    public async Task A_denial_that_interrupts_ends_the_turn_and_the_client_goes_on()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));
        await using var client = await cli.ConnectAsync(Callback(_ => PermissionDecision.Deny("Stop.", interrupt: true)));

        var result = await client.SendAsync("Touch it", cli.Deadline).ResultAsync(cli.Deadline);
        cli.Api.Enqueue(ScriptedReply.Text("Still here."));

        Assert.That(result.IsInterrupted);
        Assert.That(await client.AskAsync("Are you there?", cli.Deadline), Is.EqualTo("Still here."));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "The Bash tool needs a Unix shell.")]
    public async Task Suggestions_given_back_are_kept_in_the_settings_and_for_the_session()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"touch zz again","description":"x"}"""));
        var asked = 0;

        var messages = await cli.QueryAsync("Touch it twice", Callback(request =>
        {
            asked++;
            return PermissionDecision.Allow(updatedPermissions: request.Suggestions);
        }));

        Assert.That(asked, Is.EqualTo(1));
        Assert.That(File.Exists(cli.PathOf("again")));
        Assert.That(await File.ReadAllTextAsync(cli.PathOf(".claude/settings.local.json")), Does.Contain("Bash(touch zz *)"));
        Assert.That(messages.OfType<StatusMessage>().Select(message => message.PermissionMode), Has.Some.EqualTo(PermissionMode.AcceptEdits));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "The Bash tool needs a Unix shell.")]
    public async Task An_update_for_the_session_is_in_no_file()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"touch yy","description":"x"}"""));
        var asked = 0;

        await cli.QueryAsync("Touch them", Callback(_ =>
        {
            asked++;
            return PermissionDecision.Allow(updatedPermissions: [PermissionUpdate.AllowRules("Bash(touch:*)"), new SetModeUpdate(PermissionMode.AcceptEdits)]);
        }));

        Assert.That(asked, Is.EqualTo(1));
        Assert.That(File.Exists(cli.PathOf("yy")));
        Assert.That(File.Exists(cli.PathOf(".claude/settings.local.json")), Is.False);
    }

    [Test]
    public async Task Several_questions_are_open_at_once_and_answered_in_any_order()
    {
        await using var cli = await RealCli.StartAsync();
        string[] names = ["a", "b", "c"];
        string outside = Directory.CreateDirectory(Path.Combine(cli.Environment.WorkingDirectory, "..", "outside")).FullName;
        foreach (string name in names)
            await File.WriteAllTextAsync(Path.Combine(outside, name), $"content of {name}", cli.Deadline);
        cli.Api.Enqueue(ScriptedReply.ToolUses([.. names.Select(name => new ToolCall("Read", ToolTests.Json(("file_path", Path.Combine(outside, name))), $"toolu_{name}"))]));
        using var open = new CountdownEvent(names.Length);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var messages = await cli.QueryAsync("Read them", options => options.CanUseTool = async (request, cancellationToken) =>
        {
            if (open.Signal())
                all.SetResult();
            await all.Task.WaitAsync(cancellationToken);
            return request.ToolUseId == "toolu_b" ? PermissionDecision.Deny("Not b.") : PermissionDecision.Allow();
        });

        var results = messages.Blocks<ToolResultBlock>().ToDictionary(block => block.ToolUseId, block => block.Text);
        Assert.That(results["toolu_a"], Does.Contain("content of a"));
        Assert.That(results["toolu_b"], Is.EqualTo("Not b."));
        Assert.That(results["toolu_c"], Does.Contain("content of c"));
    }

    [Test]
    public async Task An_interrupt_withdraws_the_question()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = await cli.ConnectAsync(options => options.CanUseTool = async (_, cancellationToken) =>
        {
            cancellationToken.Register(told.SetResult);
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return PermissionDecision.Allow();
        });

        var turn = client.SendAsync("Touch it", cli.Deadline);
        await asked.Task.WaitAsync(cli.Deadline);
        await turn.InterruptAsync(cli.Deadline);

        await told.Task.WaitAsync(cli.Deadline);
        Assert.That((await turn.ResultAsync(cli.Deadline)).IsInterrupted);
        Assert.That(File.Exists(cli.PathOf("zz")), Is.False);
    }

    [Test]
    public async Task A_callback_that_throws_or_gives_null_denies([Values] bool throws)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));

        var messages = await cli.QueryAsync("Touch it", Callback(_ => throws ? throw new InvalidOperationException("secret") : null!));

        string said = messages.Blocks<ToolResultBlock>().Single().Text;
        Assert.That(said, Does.StartWith("The host's permission check").And.Not.Contain("secret"));
        Assert.That(messages.Result().PermissionDenials, Has.Count.EqualTo(1));
        Assert.That(File.Exists(cli.PathOf("zz")), Is.False);
    }

    [Test]
    public async Task A_callback_that_hangs_denies_at_its_timeout()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));

        var messages = await cli.QueryAsync("Touch it", options =>
        {
            options.PermissionTimeout = TimeSpan.FromMilliseconds(200);
            options.CanUseTool = (_, _) => new ValueTask<PermissionDecision>(new TaskCompletionSource<PermissionDecision>().Task);
        });

        Assert.That(messages.Blocks<ToolResultBlock>().Single().Text, Does.Contain("0.2 s"));
        Assert.That(File.Exists(cli.PathOf("zz")), Is.False);
    }

    [Test]
    public async Task A_client_that_is_disposed_while_a_callback_hangs_ends_and_the_tool_does_not_run()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = await cli.ConnectAsync(options => options.CanUseTool = (_, _) =>
        {
            asked.SetResult();
            return new ValueTask<PermissionDecision>(new TaskCompletionSource<PermissionDecision>().Task);
        });
        client.SendAsync("Touch it", cli.Deadline);
        await asked.Task.WaitAsync(cli.Deadline);

        await client.DisposeAsync().AsTask().WaitAsync(cli.Deadline);

        Assert.That(client.Completion.IsCompleted);
        Assert.That(File.Exists(cli.PathOf("zz")), Is.False);
    }

    [Test]
    public async Task A_callback_may_call_the_client_back()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));
        cli.Api.Enqueue(ScriptedReply.Text("First."));
        cli.Api.Enqueue(ScriptedReply.Text("Second."));
        ClaudeClient? client = null;
        Turn? second = null;
        client = await cli.ConnectAsync(options => options.CanUseTool = async (_, cancellationToken) =>
        {
            await client!.SetPermissionModeAsync(PermissionMode.AcceptEdits, cancellationToken);
            second = client.SendAsync("And then?", cli.Deadline);
            return PermissionDecision.Allow();
        });
        await using var _ = client;

        var first = await client.SendAsync("Touch it", cli.Deadline).ResultAsync(cli.Deadline);

        Assert.That(first.IsSuccess);
        Assert.That(File.Exists(cli.PathOf("zz")));
        // The CLI takes a prompt that comes while a tool is asked about into the running turn, whose result is then the answer to both.
        Assert.That(await second!.ResultAsync(cli.Deadline), Is.SameAs(first));
        Assert.That(cli.Api.ConversationRequests[1].Body.GetRawText(), Does.Contain("And then?"));
    }

    [Test]
    public async Task A_callback_may_interrupt_or_dispose_the_client([Values] bool disposes)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", Touch));
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ClaudeClient? client = null;
        client = await cli.ConnectAsync(options => options.CanUseTool = async (_, _) =>
        {
            if (disposes)
                await client!.DisposeAsync();
            else
                await client!.InterruptAsync(cancellationToken: cli.Deadline);
            left.SetResult();
            return PermissionDecision.Allow();
        });
        await using var _ = client;

        var turn = client.SendAsync("Touch it", cli.Deadline);

        await left.Task.WaitAsync(cli.Deadline);
        await turn.Ended.WaitAsync(cli.Deadline);
        Assert.That(File.Exists(cli.PathOf("zz")), Is.False);
    }

    [Test]
    public async Task Questions_to_the_user_are_read_and_answered()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("AskUserQuestion", """
            {"questions":[{"question":"Which colour?","header":"Colour","multiSelect":false,"options":[{"label":"Red","description":"r"},{"label":"Blue","description":"b"}]},
            {"question":"Which sizes?","header":"Size","multiSelect":true,"options":[{"label":"S","description":"s"},{"label":"M","description":"m"},{"label":"L","description":"l"}]}]}
            """));
        IReadOnlyList<UserQuestion>? questions = null;

        var messages = await cli.QueryAsync("Ask me", Callback(request =>
        {
            questions = request.Questions;
            Assert.That(request.RequiresUserInteraction);
            return request.Answer(questions[0].Answer("Blue") with { Notes = "dark" }, questions[1].Answer("S", "L"));
        }));

        string told = cli.Api.ConversationRequests[1].ToolResults.Single().GetProperty("content").GetString()!;
        Assert.That(questions!.Select(question => question.Text), Is.EqualTo(["Which colour?", "Which sizes?"]));
        Assert.That(questions![1].Options.Select(option => option.Label), Is.EqualTo(["S", "M", "L"]));
        Assert.That(told, Does.Contain("\"Which colour?\"=\"Blue\"").And.Contain("\"Which sizes?\"=\"S, L\"").And.Contain("dark"));
        Assert.That(messages.Result().IsSuccess);
    }

    [Test]
    public async Task A_plan_is_read_and_approved_and_the_mode_changes()
    {
        await using var cli = await RealCli.StartAsync();
        ToolPermissionRequest? seen = null;
        await using var client = await cli.ConnectAsync(options =>
        {
            options.PermissionMode = PermissionMode.Plan;
            options.CanUseTool = (request, _) =>
            {
                seen = request;
                return ValueTask.FromResult(request.ApprovePlan(PermissionMode.AcceptEdits));
            };
        });
        cli.Api.Enqueue(ScriptedReply.Text("I will plan."));
        await client.AskAsync("Plan it", cli.Deadline);
        // The model is told where its plan belongs.
        string file = Regex.Match(cli.Api.ConversationRequests[0].Body.GetRawText(), @"[^\s`""]+/plans/[^\s`""\\]+\.md").Value;
        cli.Api.Enqueue(ScriptedReply.ToolUse("Write", ToolTests.Json(("file_path", file), ("content", "1. do it"))));
        cli.Api.Enqueue(ScriptedReply.ToolUse("ExitPlanMode", "{}"));

        var messages = await RealCli.ReadAsync(client.SendAsync("And show it", cli.Deadline));

        Assert.That(seen!.IsPlan);
        Assert.That(seen.Plan, Is.EqualTo("1. do it"), seen.Raw.GetRawText());
        Assert.That(messages.OfType<StatusMessage>().Select(message => message.PermissionMode), Has.Some.EqualTo(PermissionMode.AcceptEdits));
        Assert.That(messages.Blocks<ToolResultBlock>().Last().Text, Does.Contain("approved"));
    }

    [Test]
    public async Task Policies_decide_by_tool_and_by_root()
    {
        await using var cli = await RealCli.StartAsync();
        string outside = Directory.CreateDirectory(Path.Combine(cli.Environment.WorkingDirectory, "..", "outside")).FullName;
        string granted = Directory.CreateDirectory(Path.Combine(outside, "granted")).FullName;
        await File.WriteAllTextAsync(Path.Combine(granted, "a"), "content of a", cli.Deadline);
        await File.WriteAllTextAsync(Path.Combine(outside, "b"), "content of b", cli.Deadline);
        string[] paths = [Path.Combine(granted, "a"), Path.Combine(outside, "b"), Path.Combine(granted, "..", "b")];
        cli.Api.Enqueue(ScriptedReply.ToolUses([.. paths.Select((path, index) => new ToolCall("Read", ToolTests.Json(("file_path", path)), $"toolu_{index}"))]));
        cli.Api.Enqueue(ScriptedReply.ToolUses(
            new ToolCall("Write", ToolTests.Json(("file_path", cli.PathOf("w")), ("content", "w")), "toolu_w"), new ToolCall("Bash", Touch, "toolu_bash")));
        var policy = PermissionPolicy.DenyTools("Bash")
            .Then(PermissionPolicy.AllowReadsWithin(granted))
            .Then(PermissionPolicy.AllowEditsWithin(cli.Environment.WorkingDirectory));

        var messages = await cli.QueryAsync("Do it", options =>
        {
            options.PermissionMode = PermissionMode.Default;
            options.CanUseTool = policy.DecideAsync;
        });

        var results = messages.Blocks<ToolResultBlock>().ToDictionary(block => block.ToolUseId);
        Assert.Multiple(() =>
        {
            Assert.That(results["toolu_0"].Text, Does.Contain("content of a"));
            Assert.That(results["toolu_1"].IsError);
            Assert.That(results["toolu_2"].IsError);
            Assert.That(results["toolu_w"].IsError, Is.False);
            Assert.That(results["toolu_bash"].Text, Is.EqualTo("The tool Bash must not be used here."));
            Assert.That(File.Exists(cli.PathOf("w")));
        });
    }

    [Test]
    public async Task What_policies_leave_to_a_person_is_asked()
    {
        await using var cli = await RealCli.StartAsync();
        string hook = cli.PathOf(".git/hooks/pre-commit");
        cli.Api.Enqueue(ScriptedReply.ToolUse("Write", ToolTests.Json(("file_path", hook), ("content", "#!/bin/sh"))));
        ToolPermissionRequest? seen = null;
        var policy = PermissionPolicy.AllowEditsWithin(cli.Environment.WorkingDirectory).Then(PermissionPolicy.Ask((request, _) =>
        {
            seen = request;
            return ValueTask.FromResult<PermissionDecision?>(null);
        }));

        var messages = await cli.QueryAsync("Write a hook", options =>
        {
            options.PermissionMode = PermissionMode.Default;
            options.CanUseTool = policy.DecideAsync;
        });

        Assert.That(seen?.WantsPerson, Is.True, JsonSerializer.Serialize(seen?.Raw));
        Assert.That(messages.Blocks<ToolResultBlock>().Single().IsError);
        Assert.That(File.Exists(hook), Is.False);
    }

    private static Action<ClaudeOptions> Callback(Func<ToolPermissionRequest, PermissionDecision> decide) => options =>
    {
        options.PermissionMode = PermissionMode.Default;
        options.CanUseTool = (request, _) => ValueTask.FromResult(decide(request));
    };
}
