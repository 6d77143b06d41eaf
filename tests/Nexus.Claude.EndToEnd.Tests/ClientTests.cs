using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>A conversation of several turns with one CLI.</summary>
internal sealed class ClientTests
{
    [Test]
    public async Task Earlier_messages_reach_the_model_as_what_they_were_without_a_request_for_each()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.Tools = ToolSet.None);
        using var input = System.Text.Json.JsonDocument.Parse("""{"city":"Bern"}""");

        await client.AddHistoryAsync(
            [
                HistoryMessage.User("Weather in Bern?") with { Verbatim = true },
                HistoryMessage.Assistant("Let me see.", new ToolUseBlock { Id = "toolu_1", Name = "weather", Input = input.RootElement }) with { Model = "claude-haiku-5-5" },
                HistoryMessage.User(new ToolResultBlock { ToolUseId = "toolu_1", Content = ["sunny"] }),
                HistoryMessage.Assistant("It is sunny."),
            ],
            cli.Deadline);
        Assert.That(cli.Api.ConversationRequests, Is.Empty);
        await client.AskAsync("And tomorrow?", cli.Deadline);

        var said = cli.Api.ConversationRequests.Single().Messages.Where(message => message.GetProperty("role").GetString() != "system").ToList();
        Assert.That(said.Select(message => message.GetProperty("role").GetString()), Is.EqualTo(new[] { "user", "assistant", "user", "assistant", "user" }));
        Assert.That(said[1].GetRawText(), Does.Contain("toolu_1").And.Contain("Bern"));
        Assert.That(said[2].GetRawText(), Does.Contain("sunny"));
    }

    [Test]
    public async Task Five_turns_are_one_conversation_of_one_process()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = request => ScriptedReply.Text("Answer to " + request.LastUserText);
        await using var client = await cli.ConnectAsync();

        var answers = new List<string>();
        var sessions = new HashSet<string?>();
        for (int number = 1; number <= 5; number++)
        {
            answers.Add(await client.AskAsync($"question {number}", cli.Deadline));
            sessions.Add(client.SessionId);
        }

        Assert.Multiple(() =>
        {
            Assert.That(answers, Is.EqualTo(Enumerable.Range(1, 5).Select(number => $"Answer to question {number}")));
            Assert.That(sessions, Has.Count.EqualTo(1));
            Assert.That(sessions, Has.No.Member(null));
            Assert.That(cli.Api.ConversationRequests[^1].Messages.Count(message => message.GetProperty("role").GetString() == "assistant"), Is.EqualTo(4));
            Assert.That(client.Completion.IsCompleted, Is.False);
        });
    }

    [Test]
    public async Task The_end_of_a_client_is_orderly_and_leaves_a_transcript()
    {
        await using var cli = await RealCli.StartAsync();
        var client = await cli.ConnectAsync();
        await using (client)
            await client.AskAsync("Remember this.", cli.Deadline);

        var exit = await client.Completion;
        Assert.Multiple(() =>
        {
            Assert.That(exit.ExitCode, Is.Zero);
            Assert.That(exit.Cause, Is.Null);
            Assert.That(exit.ProcessId, Is.EqualTo(client.ProcessId));
            Assert.That(exit.ExitedAt, Is.GreaterThan(exit.StartedAt));
            Assert.That(Directory.EnumerateFiles(cli.Environment.ConfigDirectory, client.SessionId + ".jsonl", SearchOption.AllDirectories).ToList(), Has.Count.EqualTo(1));
            Assert.That(() => client.SendAsync("Too late."), Throws.InstanceOf<ObjectDisposedException>());
        });
    }

    [Test]
    public async Task Disposing_during_a_turn_ends_the_turn_and_the_process()
    {
        await using var cli = await RealCli.StartAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("one two three").WaitFor(gate, afterEvents: 3));
        var client = await cli.ConnectAsync();
        var turn = client.SendAsync("Go on.");
        await gate.Reached.WaitAsync(cli.Deadline);

        await client.DisposeAsync();

        Assert.That((await client.Completion).Cause, Is.Null);
        Assert.That(turn.State, Is.EqualTo(TurnState.Ended));
    }

    [Test]
    public async Task Prompts_sent_at_once_each_get_a_result_and_the_model_sees_them_all()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("first answer").WaitFor(gate));

        var first = client.SendAsync("first prompt", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);
        var second = client.SendAsync("second prompt", cli.Deadline);
        var third = client.SendAsync("third prompt", cli.Deadline);
        gate.Open();
        var results = await Task.WhenAll(first.ResultAsync(), second.ResultAsync(), third.ResultAsync());

        string sent = string.Join(' ', cli.Api.ConversationRequests[^1].Messages.Select(message => message.GetRawText()));
        Assert.Multiple(() =>
        {
            Assert.That(results.Select(result => result.IsSuccess), Is.All.True);
            Assert.That(results[0].Text, Is.EqualTo("first answer"));
            Assert.That(sent, Does.Contain("first prompt").And.Contain("second prompt").And.Contain("third prompt"));
            Assert.That(results[1].UserMessageUuids.Contains(second.PromptId) || results[1].UserMessageUuid == second.PromptId);
        });

        // Whether the CLI merged the two that waited or not: each turn can be read to its end.
        Assert.That((await RealCli.ReadAsync(second)).Result().Uuid, Is.EqualTo(results[1].Uuid));
        Assert.That((await RealCli.ReadAsync(third)).Result().Uuid, Is.EqualTo(results[2].Uuid));
        Assert.That(await client.AskAsync("still there?", cli.Deadline), Does.Contain("still there?"));
    }

    [Test]
    public async Task A_prompts_own_id_is_the_id_of_its_turn_and_of_its_result()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        string id = Guid.NewGuid().ToString();

        var turn = client.SendAsync(new UserPrompt("Hello") { Id = id }, cli.Deadline);
        var result = await turn.ResultAsync();

        Assert.That(turn.PromptId, Is.EqualTo(id));
        Assert.That(result.UserMessageUuid, Is.EqualTo(id));
    }

    [Test]
    public async Task The_server_tells_about_itself()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        Assert.Multiple(() =>
        {
            Assert.That(client.Server.CliVersion, Is.EqualTo(ClaudeCli.PinnedVersion));
            Assert.That(client.Server.ProcessId, Is.EqualTo(client.ProcessId));
            Assert.That(client.Server.Commands.Select(command => command.Name), Does.Contain("compact"));
            Assert.That(client.Server.Models, Is.Not.Empty);
            Assert.That(client.Server.Models.Select(model => model.Value), Is.All.Not.Empty);
            Assert.That(client.Server.Agents.Select(agent => agent.Name), Does.Contain("general-purpose"));
            Assert.That(client.Server.Account.HasCredential);
            Assert.That(client.Server.Account.ApiKeySource, Is.EqualTo("ANTHROPIC_API_KEY"));
            Assert.That(client.Server.OutputStyle, Is.EqualTo("default"));
            Assert.That(client.StartedAt, Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromMinutes(1)));
            Assert.That(client.SessionId, Is.Null);
        });
    }

    [Test]
    public async Task Without_a_credential_the_server_says_so()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.Environment["ANTHROPIC_API_KEY"] = null);

        Assert.That(client.Server.Account.HasCredential, Is.False);
        Assert.That(client.Server.Account.TokenSource, Is.EqualTo("none"));
    }

    [Test]
    public async Task A_changed_model_serves_the_next_turn()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        await client.AskAsync("one", cli.Deadline);

        string? resolved = await client.SetModelAsync("haiku", cli.Deadline);
        await client.AskAsync("two", cli.Deadline);
        await client.SetModelAsync(null, cli.Deadline);
        await client.AskAsync("three", cli.Deadline);

        var models = cli.Api.ConversationRequests.Select(request => request.Model).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(models, Has.Count.EqualTo(3));
            Assert.That(models[1], Does.Contain("haiku"));
            Assert.That(models[0], Does.Not.Contain("haiku").And.EqualTo(models[2]));
            Assert.That(resolved, Is.Null.Or.Contain("haiku"));
        });
    }

    [Test]
    public async Task A_changed_permission_mode_holds_from_the_next_turn_on()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.PermissionMode = PermissionMode.Default);

        var mode = await client.SetPermissionModeAsync(PermissionMode.AcceptEdits, cli.Deadline);
        cli.Api.Enqueue(ScriptedReply.ToolUse("Write", ToolTests.Json(("file_path", cli.PathOf("x")), ("content", "y"))));
        var messages = await RealCli.ReadAsync(client.SendAsync("Write.", cli.Deadline));

        Assert.That(mode, Is.EqualTo(PermissionMode.AcceptEdits));
        Assert.That(messages.Init().PermissionMode, Is.EqualTo(PermissionMode.AcceptEdits));
        Assert.That(File.Exists(cli.PathOf("x")));
    }

    [Test]
    public async Task A_refused_permission_mode_is_an_exception_with_the_reason_as_a_code()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        var unknown = await Assert.ThrowsAsync<ProtocolException>(async () => await client.SetPermissionModeAsync(new PermissionMode("zzz"), cli.Deadline));
        var bypass = await Assert.ThrowsAsync<ProtocolException>(async () => await client.SetPermissionModeAsync(PermissionMode.BypassPermissions, cli.Deadline));

        Assert.Multiple(() =>
        {
            Assert.That(unknown!.ErrorCode, Is.EqualTo("invalid_mode"));
            Assert.That(unknown.RequestSubtype, Is.EqualTo("set_permission_mode"));
            Assert.That(bypass!.ErrorCode, Is.EqualTo("bypass_not_launched"));
        });
        Assert.That(await client.AskAsync("still there?", cli.Deadline), Does.Contain("still there?"));
    }

    [Test]
    public async Task A_turn_can_be_read_once()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var turn = client.SendAsync("Hello", cli.Deadline);
        await RealCli.ReadAsync(turn);

        await Assert.ThatAsync(async () => await RealCli.ReadAsync(turn), Throws.InvalidOperationException);
    }
}
