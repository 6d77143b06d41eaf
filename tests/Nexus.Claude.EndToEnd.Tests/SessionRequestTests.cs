using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>A session's title, course and end, and what it reads from disk again.</summary>
internal sealed class SessionRequestTests
{
    [Test]
    public async Task A_title_is_set_and_reported_and_refused_for_another_session()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        await client.AskAsync("Hello", cli.Deadline);

        await client.RenameSessionAsync("My title", client.SessionId, cli.Deadline);
        var refusal = await Assert.ThrowsAsync<ProtocolException>(
            async () => await client.RenameSessionAsync("Another", Guid.NewGuid().ToString(), cli.Deadline));
        await client.DisposeAsync();

        var messages = await RealCli.ReadAsync(client.Unprompted);
        Assert.That(messages.OfType<SessionTitleChangedMessage>().Single().Title, Is.EqualTo("My title"));
        Assert.That(refusal!.Message, Does.Contain("not the current session"));
    }

    [Test]
    public async Task A_title_is_made_up_and_kept_if_there_is_none()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.When(request => request.Kind == RequestKind.SessionTitle, ScriptedReply.Text("""{"title": "Fix the login button"}"""));
        await using var client = await cli.ConnectAsync();
        await client.AskAsync("Hello", cli.Deadline);

        string? made = await client.GenerateSessionTitleAsync("The login button does nothing", cancellationToken: cli.Deadline);
        await client.RenameSessionAsync("My title", cancellationToken: cli.Deadline);
        string? kept = await client.GenerateSessionTitleAsync("The login button does nothing", persist: true, cli.Deadline);

        Assert.That(made, Is.EqualTo("Fix the login button"));
        Assert.That(kept, Is.EqualTo("My title"));
    }

    [Test]
    public async Task A_side_question_sees_the_conversation_and_leaves_no_trace_in_it()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        await client.AskAsync("my name is Ada", cli.Deadline);
        cli.Api.When(request => Sent(request).Contains("what is my name?", StringComparison.Ordinal), ScriptedReply.Text("You are Ada."));

        var answer = await client.AskSideQuestionAsync("what is my name?", [new SideExchange("who asks?", "A test.")], cli.Deadline);
        await client.AskAsync("go on", cli.Deadline);

        var side = cli.Api.Requests.Single(request => Sent(request).Contains("what is my name?", StringComparison.Ordinal));
        Assert.Multiple(() =>
        {
            Assert.That(answer.Text, Is.EqualTo("You are Ada."));
            Assert.That(answer.IsSynthetic, Is.False);
            Assert.That(answer.IsRefusalFallback, Is.False);
            Assert.That(Sent(side), Does.Contain("my name is Ada").And.Contain("who asks?"));
            Assert.That(Sent(cli.Api.Requests[^1]), Does.Contain("go on").And.Not.Contain("what is my name?"));
        });
    }

    [Test]
    public async Task A_conversation_goes_back_to_before_a_prompt()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        await client.AskAsync("first question", cli.Deadline);
        var second = client.SendAsync("second question", cli.Deadline);
        await second.ResultAsync();
        await client.AskAsync("third question", cli.Deadline);

        var unknown = await client.RewindConversationAsync(Guid.NewGuid().ToString(), cancellationToken: cli.Deadline);
        var unseen = await client.RewindConversationAsync(second.PromptId, second.PromptId, cli.Deadline);
        var rewind = await client.RewindConversationAsync(second.PromptId, cancellationToken: cli.Deadline);
        await client.AskAsync("another question", cli.Deadline);

        string sent = Sent(cli.Api.ConversationRequests[^1]);
        Assert.Multiple(() =>
        {
            Assert.That(unknown.IsRewound, Is.False);
            Assert.That(unknown.Reason, Is.EqualTo("target_not_found"));
            Assert.That(unseen.Reason, Is.EqualTo("unseen_later_turn"));
            Assert.That(rewind.IsRewound);
            Assert.That(rewind.PromptId, Is.EqualTo(second.PromptId));
            Assert.That(rewind.PromptText, Is.EqualTo("second question"));
            Assert.That(rewind.PrecedingAssistantUuid, Is.Not.Null);
            Assert.That(rewind.Reason, Is.Null);
            Assert.That(sent, Does.Contain("first question").And.Contain("another question"));
            Assert.That(sent, Does.Not.Contain("second question").And.Not.Contain("third question"));
        });
    }

    [Test]
    public async Task Initialize_can_be_sent_again_with_all_that_it_carried()
    {
        await using var cli = await RealCli.StartAsync();
        string plugin = Plugin(cli);
        await using var client = await cli.ConnectAsync(options =>
        {
            options.Plugins = [plugin];
            options.Agents["reviewer"] = new AgentDefinition("Reviews.", "You review.");
        });
        var first = client.Server;

        var again = await client.ReinitializeAsync(cli.Deadline);

        Assert.That(again, Is.Not.SameAs(first));
        Assert.That(client.Server, Is.SameAs(again));
        Assert.That(again.Commands.Select(command => command.Name), Is.EquivalentTo(first.Commands.Select(command => command.Name)).And.Contains("demo:hello"));
        Assert.That(again.Agents.Select(agent => agent.Name), Does.Contain("reviewer"));
        Assert.That(await client.AskAsync("still there?", cli.Deadline), Does.Contain("still there?"));
    }

    [Test]
    public async Task The_end_of_a_session_stops_a_running_turn_and_counts_as_wanted()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        await client.AskAsync("remember this", cli.Deadline);
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("one two three").WaitFor(gate, afterEvents: 3));
        var turn = client.SendAsync("Talk.", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);

        var exit = await client.EndSessionAsync(cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That(exit.Cause, Is.Null);
            Assert.That(client.Completion.IsCompleted);
            Assert.That(turn.State, Is.EqualTo(TurnState.Ended));
        });
        Assert.That(await cli.AskAsync("go on", options => options.Resume = client.SessionId), Does.Contain("go on"));
        Assert.That(Sent(cli.Api.ConversationRequests[^1]), Does.Contain("remember this"));
    }

    [Test]
    public async Task Skills_output_styles_and_plugins_that_appear_on_disk_are_found()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        Write(cli.PathOf(".claude/skills/juggle/SKILL.md"), "---\nname: juggle\ndescription: juggles\n---\nJuggle.\n");
        Write(cli.PathOf(".claude/output-styles/pirate.md"), "---\nname: Pirate\ndescription: arr\n---\nArr.\n");
        string plugin = Plugin(cli);
        var before = client.Server;

        var skills = await client.ReloadSkillsAsync(cli.Deadline);
        var afterSkills = client.Server;
        var styles = await client.ReloadOutputStylesAsync(cli.Deadline);
        var plugins = await client.ReloadPluginsAsync(
            new PluginReloadOptions { AddPlugins = [Path.GetRelativePath(cli.Environment.WorkingDirectory, plugin)], HoldOnCacheImpact = true, RefuseIfBusy = true }, cli.Deadline);
        var after = client.Server;

        Assert.Multiple(() =>
        {
            Assert.That(before.Commands.Select(command => command.Name), Does.Not.Contain("juggle"));
            Assert.That(skills.Select(skill => skill.Name), Does.Contain("juggle"));
            Assert.That(afterSkills.Commands.Select(command => command.Name), Does.Contain("juggle").And.Contain("compact"));
            Assert.That(styles, Does.Contain("Pirate"));
            Assert.That(after.AvailableOutputStyles, Is.EqualTo(styles));
            Assert.That(plugins.Plugins.Single(loaded => loaded.Name == "demo").Version, Is.EqualTo("1.2.3"));
            Assert.That(plugins.ErrorCount, Is.Zero);
            Assert.That(plugins.IsHeld, Is.False);
            Assert.That(plugins.CacheImpact, Is.Null);
            Assert.That(after.Commands.Select(command => command.Name), Does.Contain("demo:hello").And.Contain("juggle"));
            Assert.That(after.Agents.Select(agent => agent.Name), Does.Contain("demo:helper"));
            Assert.That(after.Raw.GetRawText(), Is.EqualTo(before.Raw.GetRawText()));
        });
    }

    [Test]
    public async Task A_busy_session_refuses_to_reload_when_it_is_asked_to()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("one").WaitFor(gate));
        var turn = client.SendAsync("Talk.", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);

        var refusal = await Assert.ThrowsAsync<ProtocolException>(
            async () => await client.ReloadPluginsAsync(new PluginReloadOptions { RefuseIfBusy = true }, cli.Deadline));
        gate.Open();

        Assert.That(refusal!.ErrorCode, Is.EqualTo("reload_plugins_busy"));
        Assert.That((await turn.ResultAsync(cli.Deadline)).IsSuccess);
    }

    [Test]
    public async Task Any_request_can_be_sent_as_JSON()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        var plan = await client.SendControlRequestAsync(new JsonObject { ["subtype"] = "get_plan" }, cli.Deadline);
        using var request = JsonDocument.Parse("""{"subtype":"set_has_subscribers","has_subscribers":true}""");
        var nothing = await client.SendControlRequestAsync(request.RootElement, cli.Deadline);
        await client.SetHasSubscribersAsync(false, cli.Deadline);
        await client.SetHasSubscribersAsync(null, cli.Deadline);
        var unknown = await Assert.ThrowsAsync<ProtocolException>(
            async () => await client.SendControlRequestAsync(new JsonObject { ["subtype"] = "brew_coffee" }, cli.Deadline));
        var color = await Assert.ThrowsAsync<ProtocolException>(
            async () => await client.SendControlRequestAsync(new JsonObject { ["subtype"] = "set_color", ["color"] = "blue" }, cli.Deadline));

        Assert.That(plan.GetProperty("exists").GetBoolean(), Is.False);
        Assert.That(nothing.ValueKind, Is.EqualTo(JsonValueKind.Undefined));
        Assert.That(unknown!.ErrorCode, Is.EqualTo("unsupported_request"));
        Assert.That(color!.ErrorCode, Is.EqualTo("unsupported_request"));
        Assert.That(() => client.SendControlRequestAsync(new JsonObject(), cli.Deadline), Throws.ArgumentException);
    }

    private static string Sent(RecordedRequest request) => string.Join(' ', request.Messages.Select(message => message.GetRawText()));

    private static string Plugin(RealCli cli)
    {
        string folder = Path.Combine(cli.Environment.RootDirectory, "plugin");
        Write(Path.Combine(folder, ".claude-plugin", "plugin.json"), """{"name":"demo","version":"1.2.3","description":"A demonstration"}""");
        Write(Path.Combine(folder, "commands", "hello.md"), "---\ndescription: says hello\n---\nSay hello.\n");
        Write(Path.Combine(folder, "agents", "helper.md"), "---\nname: helper\ndescription: helps\n---\nHelp.\n");
        return folder;
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
