namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Conversations that are taken up again, copied, or cannot be.</summary>
internal sealed class SessionTests
{
    [Test]
    public async Task A_resumed_session_keeps_its_id_and_its_history([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        string id = (await cli.QueryAsync("my name is Ada")).Result().SessionId!;

        var messages = await cli.RunAsync(entry, "what is my name?", options => options.Resume = id);

        Assert.That(messages.Init().SessionId, Is.EqualTo(id));
        Assert.That(messages.Result().SessionId, Is.EqualTo(id));
        Assert.That(HistoryOf(cli), Does.Contain("my name is Ada"));
    }

    [Test]
    public async Task A_prompt_with_the_id_of_an_earlier_one_is_refused_and_after_a_resume_the_CLI_refuses_it()
    {
        await using var cli = await RealCli.StartAsync();
        var prompt = new UserPrompt("my name is Ada") { Id = Guid.NewGuid().ToString() };
        string id;
        await using (var client = await cli.ConnectAsync())
        {
            var first = client.SendAsync(prompt, cli.Deadline);
            id = (await RealCli.ReadAsync(first)).Result().SessionId!;
            Assert.That(() => client.SendAsync(prompt, cli.Deadline), Throws.ArgumentException);
            Assert.That((await RealCli.ReadAsync(client.SendAsync("and now?", cli.Deadline))).Result().IsSuccess);
        }

        await using var resumed = await cli.ConnectAsync(options => options.Resume = id);
        var again = resumed.SendAsync(prompt, cli.Deadline);
        Assert.That(async () => await again.ResultAsync(cli.Deadline), Throws.InstanceOf<ClaudeException>().With.Message.Contains(prompt.Id));
        Assert.That((await RealCli.ReadAsync(resumed.SendAsync("go on", cli.Deadline))).Result().IsSuccess);
        Assert.That(cli.Api.ConversationRequests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_fork_has_the_history_and_an_id_of_its_own([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        string id = (await cli.QueryAsync("my name is Ada")).Result().SessionId!;
        var chosen = Guid.NewGuid();

        var free = await cli.RunAsync(entry, "what is my name?", options =>
        {
            options.Resume = id;
            options.ForkSession = true;
        });
        Assert.That(HistoryOf(cli), Does.Contain("my name is Ada"));
        var named = await cli.RunAsync(entry, "and now?", options =>
        {
            options.Resume = id;
            options.ForkSession = true;
            options.SessionId = chosen;
        });

        Assert.Multiple(() =>
        {
            Assert.That(free.Result().SessionId, Is.Not.EqualTo(id));
            Assert.That(named.Result().SessionId, Is.EqualTo(chosen.ToString()));
            Assert.That(HistoryOf(cli), Does.Contain("my name is Ada").And.Not.Contain("what is my name?"));
        });
    }

    [Test]
    public async Task Continue_takes_up_the_newest_session_of_the_folder([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        await cli.QueryAsync("an older conversation");
        string newest = (await cli.QueryAsync("my name is Ada")).Result().SessionId!;

        var messages = await cli.RunAsync(entry, "what is my name?", options => options.Continue = true);

        Assert.That(messages.Result().SessionId, Is.EqualTo(newest));
        Assert.That(HistoryOf(cli), Does.Contain("my name is Ada").And.Not.Contain("an older conversation"));
    }

    [Test]
    public async Task A_new_session_takes_the_id_it_is_given([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        var id = Guid.NewGuid();

        var messages = await cli.RunAsync(entry, "Hello", options => options.SessionId = id);

        Assert.That(messages.Result().SessionId, Is.EqualTo(id.ToString()));
        Assert.That(messages.Init().SessionId, Is.EqualTo(id.ToString()));
    }

    [Test]
    public async Task An_id_in_use_is_refused_in_the_clis_words([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        var id = Guid.NewGuid();
        await cli.QueryAsync("Hello", options => options.SessionId = id);

        var failure = await FailureOfAsync(cli.RunAsync(entry, "Again", options => options.SessionId = id));

        Assert.That(failure.Message, Does.Contain("already in use").And.Contain(id.ToString()));
        Assert.That(failure.ExitCode, Is.EqualTo(1));
        Assert.That(failure.StandardErrorTail, Does.Contain("already in use"));
    }

    [Test]
    public async Task A_session_cut_at_an_entry_forgets_what_came_after_it()
    {
        await using var cli = await RealCli.StartAsync();
        string id, cut;
        await using (var client = await cli.ConnectAsync())
        {
            var first = await RealCli.ReadAsync(client.SendAsync("my name is Ada", cli.Deadline));
            cut = first.OfType<AssistantMessage>().Last().Uuid!;
            await client.AskAsync("my name is Grace", cli.Deadline);
            id = client.SessionId!;
        }

        await cli.QueryAsync("what is my name?", options =>
        {
            options.Resume = id;
            options.ResumeSessionAt = cut;
        });

        Assert.That(HistoryOf(cli), Does.Contain("my name is Ada").And.Not.Contain("my name is Grace"));
    }

    [Test]
    public async Task A_session_that_is_not_persisted_leaves_no_transcript()
    {
        await using var cli = await RealCli.StartAsync();

        string id = (await cli.QueryAsync("Hello", options => options.PersistSession = false)).Result().SessionId!;

        Assert.That(Directory.EnumerateFiles(cli.Environment.ConfigDirectory, id + ".jsonl", SearchOption.AllDirectories), Is.Empty);
    }

    internal static async Task<CliExitedException> FailureOfAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (CliExitedException failure)
        {
            return failure;
        }

        throw new AssertionException("The CLI did not fail.");
    }

    /// <summary>What the model was shown in the last request.</summary>
    private static string HistoryOf(RealCli cli) =>
        string.Join('\n', cli.Api.ConversationRequests[^1].Messages.Select(message => message.GetRawText()));
}
