using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>The transcripts of the real CLI: read, changed and copied without it, and seen by it again.</summary>
internal sealed class StoredSessionTests
{
    [Test]
    public async Task What_was_said_is_listed_and_read_as_it_was_said()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUses(
            new ToolCall("Bash", """{"command":"echo one","description":"x"}""", "t1"),
            new ToolCall("Bash", """{"command":"echo two","description":"x"}""", "t2"),
            new ToolCall("Bash", """{"command":"echo three","description":"x"}""", "t3")));
        cli.Api.Enqueue(ScriptedReply.Text("Three tools ran. Grüße \U0001F680"));
        cli.Api.Enqueue(ScriptedReply.Text("Bye."));
        var sessions = Sessions(cli);
        string id;
        Turn first;
        List<ClaudeMessage> streamed;
        await using (var client = await cli.ConnectAsync(options => options.AllowedTools = ["Bash"]))
        {
            first = client.SendAsync("run three tools", cli.Deadline);
            streamed = await RealCli.ReadAsync(first);
            streamed.AddRange(await RealCli.ReadAsync(client.SendAsync("good bye", cli.Deadline)));
            id = client.SessionId!;
            Assert.That((await sessions.GetInfoAsync(id, cli.Deadline))?.FirstPrompt, Is.EqualTo("run three tools"), "while the CLI still runs");
        }

        var info = (await sessions.ListAsync(cancellationToken: cli.Deadline)).Single();
        var messages = await sessions.GetMessagesAsync(id, cancellationToken: cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That((info.SessionId, info.Summary, info.FirstPrompt, info.WorkingDirectory), Is.EqualTo((id, "good bye", "run three tools", cli.Environment.WorkingDirectory)));
            Assert.That(info.FileSize, Is.GreaterThan(1_000));
            Assert.That(info.CreatedAt, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(5)));
            Assert.That(messages[0].Uuid, Is.EqualTo(first.PromptId));
            Assert.That(messages.Select(entry => entry.Text).Where(text => text.Length > 0), Is.EqualTo(new[] { "run three tools", "Three tools ran. Grüße \U0001F680", "good bye", "Bye." }));
            Assert.That(messages.Select(entry => entry.Message).Blocks<ToolUseBlock>().Select(use => use.Id), Is.EqualTo(new[] { "t1", "t2", "t3" }));
            Assert.That(messages.Select(entry => entry.Message).Blocks<ToolResultBlock>().Select(result => result.ToolUseId), Is.EquivalentTo(new[] { "t1", "t2", "t3" }));
            Assert.That(messages.Select(entry => entry.Message).OfType<AssistantMessage>().Select(message => message.Uuid),
                Is.EqualTo(streamed.OfType<AssistantMessage>().Select(message => message.Uuid)), "an answer has the id that it was streamed with");
        });
    }

    [Test]
    public async Task A_title_and_a_tag_survive_a_resume_and_the_title_names_the_session()
    {
        await using var cli = await RealCli.StartAsync();
        string id = (await cli.QueryAsync("my name is Ada")).Result().SessionId!;
        var sessions = Sessions(cli);

        await sessions.RenameAsync(id, "About Ada", cli.Deadline);
        await sessions.TagAsync(id, "people", cli.Deadline);
        var resumed = await cli.QueryAsync("what is my name?", options => options.Resume = "About Ada");

        Assert.That(resumed.Result().SessionId, Is.EqualTo(id), "the CLI finds the session by the title");
        var info = (await sessions.ListAsync(cancellationToken: cli.Deadline)).Single();
        Assert.That((info.CustomTitle, info.Summary, info.Tag), Is.EqualTo(("About Ada", "About Ada", "people")));
    }

    [Test]
    public async Task A_fork_is_resumed_without_what_was_left_out_and_the_original_stays()
    {
        await using var cli = await RealCli.StartAsync();
        string id = await TalkAsync(cli, "my name is Ada", "my name is Grace");
        var sessions = Sessions(cli);
        var original = await sessions.GetMessagesAsync(id, cancellationToken: cli.Deadline);

        string fork = await sessions.ForkAsync(id, original[1].Uuid, "Only Ada", cli.Deadline);
        var resumed = await cli.QueryAsync("what is my name?", options => options.Resume = fork);

        Assert.That(resumed.Result().SessionId, Is.EqualTo(fork));
        Assert.That(HistoryOf(cli), Does.Contain("my name is Ada").And.Not.Contain("my name is Grace"));
        Assert.That((await sessions.GetMessagesAsync(id, cancellationToken: cli.Deadline)).Select(entry => entry.Uuid), Is.EqualTo(original.Select(entry => entry.Uuid)));
        Assert.That((await sessions.GetInfoAsync(fork, cli.Deadline))!.Summary, Is.EqualTo("Only Ada"));
        Assert.That((await sessions.GetMessagesAsync(fork, cancellationToken: cli.Deadline))[^2].Text, Is.EqualTo("what is my name?"));
    }

    [Test]
    public async Task A_session_is_resumed_at_a_message_that_was_read_from_it()
    {
        await using var cli = await RealCli.StartAsync();
        string id = await TalkAsync(cli, "my name is Ada", "my name is Grace");
        var messages = await Sessions(cli).GetMessagesAsync(id, cancellationToken: cli.Deadline);

        var resumed = await cli.QueryAsync("what is my name?", options =>
        {
            options.Resume = id;
            options.ForkSession = true;
            options.ResumeSessionAt = messages[1].Uuid;
            options.ResumeDropsTurn = messages[2].Uuid;
        });

        Assert.That(resumed.Result().IsSuccess);
        Assert.That(resumed.Result().SessionId, Is.Not.EqualTo(id));
        Assert.That(HistoryOf(cli), Does.Contain("my name is Ada").And.Not.Contain("my name is Grace"));
        Assert.That(await Sessions(cli).GetMessagesAsync(id, cancellationToken: cli.Deadline), Has.Count.EqualTo(messages.Count));
    }

    [Test]
    public async Task A_resume_that_would_drop_another_turn_is_refused()
    {
        await using var cli = await RealCli.StartAsync();
        string id = await TalkAsync(cli, "my name is Ada", "my name is Grace", "my name is Joan");
        var messages = await Sessions(cli).GetMessagesAsync(id, cancellationToken: cli.Deadline);

        var refused = await cli.QueryAsync("what is my name?", options =>
        {
            options.Resume = id;
            options.ForkSession = true;
            options.ResumeSessionAt = messages[1].Uuid;
            options.ResumeDropsTurn = messages[4].Uuid;
        });

        Assert.That(string.Join(' ', refused.Result().Errors), Does.StartWith("Resume rejected by --resume-drops-turn:"));
    }

    [Test]
    public async Task A_deleted_session_cannot_be_resumed()
    {
        await using var cli = await RealCli.StartAsync();
        string id = await TalkAsync(cli, "my name is Ada");

        await Sessions(cli).DeleteAsync(id, cli.Deadline);

        Assert.That(await Sessions(cli).ListAsync(cancellationToken: cli.Deadline), Is.Empty);
        Assert.That((await cli.QueryAsync("hello?", options => options.Resume = id)).Result().Errors, Has.Some.Contain("No conversation found"));
    }

    [Test]
    public async Task A_sub_agent_is_listed_and_its_words_are_read()
    {
        await using var cli = await RealCli.StartAsync();
        ScriptAgents(cli);

        var streamed = await cli.QueryAsync("Have it reviewed", AddAgents);
        string id = streamed.Result().SessionId!;
        var sessions = Sessions(cli);
        var agents = await sessions.ListSubagentsAsync(id, cli.Deadline);

        var outer = agents.Single(agent => agent.AgentType == "reviewer");
        var inner = agents.Single(agent => agent.AgentType == "linter");
        var words = await sessions.GetSubagentMessagesAsync(id, outer.AgentId, cancellationToken: cli.Deadline);
        var innerWords = await sessions.GetSubagentMessagesAsync(id, inner.AgentId, cancellationToken: cli.Deadline);
        Assert.Multiple(() =>
        {
            Assert.That(agents, Has.Count.EqualTo(2));
            Assert.That((outer.ParentToolUseId, outer.Description, outer.ParentAgentId), Is.EqualTo(("toolu_agent", "review", (string?)null)));
            Assert.That((inner.ParentToolUseId, inner.ParentAgentId), Is.EqualTo(("toolu_lint", outer.AgentId)));
            Assert.That(words[0].Text, Is.EqualTo("review it"));
            Assert.That(words[^1].Text, Is.EqualTo("Terrible code."));
            Assert.That(words.Select(entry => entry.ParentToolUseId), Is.All.EqualTo("toolu_agent"));
            Assert.That(innerWords.Select(entry => entry.Text), Is.EqualTo(new[] { "lint it", "No lint." }));
            Assert.That(streamed.OfType<TaskStartedMessage>().Select(started => started.TaskId), Is.EquivalentTo(agents.Select(agent => agent.AgentId)));
        });
    }

    [Test]
    public async Task A_compacted_conversation_begins_with_its_summary_and_can_be_forked()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = request => ScriptedReply.Text(request.Kind == RequestKind.Compaction ? "<summary>Ada was here.</summary>" : "An answer.");
        string id = await TalkAsync(cli, "my name is Ada", "/compact", "what now?");
        var sessions = Sessions(cli);

        var messages = await sessions.GetMessagesAsync(id, new() { IncludeSystemMessages = true }, cli.Deadline);
        string fork = await sessions.ForkAsync(id, cancellationToken: cli.Deadline);
        await cli.QueryAsync("and now?", options => options.Resume = fork);

        Assert.That(messages.Select(entry => entry.Message).OfType<CompactBoundaryMessage>().Single().CompactMetadata.Trigger, Is.EqualTo("manual"));
        Assert.That(messages.First(entry => entry.Message is UserMessage).IsCompactSummary);
        Assert.That(messages[^2].Text, Is.EqualTo("what now?"));
        Assert.That(HistoryOf(cli), Does.Contain("Ada was here.").And.Contain("what now?").And.Not.Contain("my name is Ada"));
        Assert.That((await sessions.GetMessagesAsync(fork, cancellationToken: cli.Deadline)).Select(entry => entry.Text).SkipLast(2),
            Is.EqualTo(messages.Where(entry => entry.Message is not SystemMessage).Select(entry => entry.Text)));
    }

    [TestCase("plain")]
    [TestCase("my proj_1.x ünï")]
    [TestCase("long")]
    [TestCase("link")]
    public async Task The_folder_of_a_project_is_where_the_CLI_puts_it(string kind)
    {
        await using var cli = await RealCli.StartAsync();
        string name = kind == "long" ? Path.Combine([.. Enumerable.Repeat(new string('n', 60), 4)]) : kind;
        string folder = Directory.CreateDirectory(cli.PathOf(kind == "link" ? "target" : name)).FullName;
        if (kind == "link")
            Directory.CreateSymbolicLink(folder = cli.PathOf("link"), cli.PathOf("target"));

        string id = (await cli.QueryAsync("hello", options => options.WorkingDirectory = folder)).Result().SessionId!;

        string file = Directory.EnumerateFiles(cli.Environment.ConfigDirectory, id + ".jsonl", SearchOption.AllDirectories).Single();
        Assert.That(Path.GetFileName(Path.GetDirectoryName(file)), Is.EqualTo(Nexus.Claude.Sessions.ProjectFolder.NameOf(folder)));
        Assert.That((await ClaudeSessions.For(cli.NewOptions(options => options.WorkingDirectory = folder)).ListAsync(cancellationToken: cli.Deadline)).Single().SessionId, Is.EqualTo(id));
    }

    internal static void AddAgents(ClaudeOptions options)
    {
        options.Agents["reviewer"] = new AgentDefinition("Reviews code", "You review code without mercy.");
        options.Agents["linter"] = new AgentDefinition("Lints code", "You lint code with a sigh.");
    }

    internal static void ScriptAgents(RealCli cli)
    {
        cli.Api.When(request => request.System.Contains("with a sigh", StringComparison.Ordinal), ScriptedReply.Text("No lint."));
        cli.Api.When(
            request => request.System.Contains("without mercy", StringComparison.Ordinal) && request.ToolResults.Count > 0, ScriptedReply.Text("Terrible code."));
        cli.Api.When(
            request => request.System.Contains("without mercy", StringComparison.Ordinal),
            ScriptedReply.ToolUse("Agent", """{"description":"lint","prompt":"lint it","subagent_type":"linter","run_in_background":false}""", "toolu_lint"));
        cli.Api.Enqueue(ScriptedReply.ToolUse(
            "Agent", """{"description":"review","prompt":"review it","subagent_type":"reviewer","run_in_background":false}""", "toolu_agent"));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));
    }

    internal static async Task<string> TalkAsync(RealCli cli, params string[] prompts)
    {
        await using var client = await cli.ConnectAsync();
        foreach (string prompt in prompts)
            await RealCli.ReadAsync(client.SendAsync(prompt, cli.Deadline));
        return client.SessionId!;
    }

    internal static string HistoryOf(RealCli cli) =>
        string.Join('\n', cli.Api.ConversationRequests[^1].Messages.Select(message => message.GetRawText()));

    private static ClaudeSessions Sessions(RealCli cli) => new(cli.Environment.ConfigDirectory, cli.Environment.WorkingDirectory);
}
