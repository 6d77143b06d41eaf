using System.Text.Json;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Conversations that go from one machine to another through a store.</summary>
internal sealed class SessionStoreTests
{
    [Test]
    public async Task A_conversation_goes_on_on_another_machine([Values] Entry entry, [Values] bool inFiles)
    {
        await using var cli = await RealCli.StartAsync();
        string folder = Directory.CreateDirectory(Path.Combine(cli.Environment.RootDirectory, "store")).FullName;
        ISessionStore store = inFiles ? new FileSessionStore(folder) : new InMemorySessionStore();
        var onA = await cli.RunAsync(entry, "my name is Ada", options => options.SessionStore = store);
        string id = onA.Result().SessionId!;
        await using var machineB = cli.Api.CreateEnvironment();

        var onB = await cli.RunAsync(entry, "what is my name?", options => MoveTo(machineB, options, store, id));

        Assert.Multiple(() =>
        {
            Assert.That(onB.Result().SessionId, Is.EqualTo(id));
            Assert.That(StoredSessionTests.HistoryOf(cli), Does.Contain("my name is Ada").And.Contain("what is my name?"));
            Assert.That(onA.Concat(onB).Where(message => message is TranscriptMirrorMessage or MirrorErrorMessage), Is.Empty);
            Assert.That(Directory.EnumerateFiles(machineB.ConfigDirectory, "*.jsonl", SearchOption.AllDirectories), Is.Empty, "B's own folder is left alone");
            Assert.That(Directory.EnumerateDirectories(Path.GetTempPath(), "nexus-claude-session-*").SelectMany(Leftovers(id)), Is.Empty);
        });
        var stored = new ClaudeSessions(store, cli.Environment.WorkingDirectory);
        Assert.That((await stored.GetMessagesAsync(id, cancellationToken: cli.Deadline)).Where(said => said.Message is UserMessage).Select(said => said.Text),
            Is.EqualTo(new[] { "my name is Ada", "what is my name?" }));
        Assert.That((await stored.ListAsync(cancellationToken: cli.Deadline)).Single().Summary, Is.EqualTo("what is my name?"));

        // And back again: the store, not what machine A still has of it, is what is resumed.
        await cli.RunAsync(entry, "once more", options =>
        {
            options.SessionStore = store;
            options.Resume = id;
        });
        Assert.That(StoredSessionTests.HistoryOf(cli), Does.Contain("my name is Ada").And.Contain("what is my name?").And.Contain("once more"));
    }

    [Test]
    public async Task What_the_store_holds_is_what_the_transcript_holds()
    {
        await using var cli = await RealCli.StartAsync();
        StoredSessionTests.ScriptAgents(cli);
        var store = new InMemorySessionStore();

        string id = (await cli.QueryAsync("Have it reviewed", options =>
        {
            StoredSessionTests.AddAgents(options);
            options.SessionStore = store;
        })).Result().SessionId!;

        var stored = new ClaudeSessions(store, cli.Environment.WorkingDirectory);
        var local = new ClaudeSessions(cli.Environment.ConfigDirectory, cli.Environment.WorkingDirectory);
        Assert.That((await stored.GetMessagesAsync(id, cancellationToken: cli.Deadline)).Select(Signature),
            Is.EqualTo((await local.GetMessagesAsync(id, cancellationToken: cli.Deadline)).Select(Signature)));
        var agents = await local.ListSubagentsAsync(id, cli.Deadline);
        Assert.That(await stored.ListSubagentsAsync(id, cli.Deadline), Is.EquivalentTo(agents));
        foreach (var agent in agents)
        {
            Assert.That((await stored.GetSubagentMessagesAsync(id, agent.AgentId, cancellationToken: cli.Deadline)).Select(Signature),
                Is.EqualTo((await local.GetSubagentMessagesAsync(id, agent.AgentId, cancellationToken: cli.Deadline)).Select(Signature)));
        }

        static (string, string, string?) Signature(SessionEntry entry) => (entry.Uuid, entry.Text, entry.ParentToolUseId);
    }

    [Test]
    public async Task The_newest_session_of_the_store_is_continued_and_without_one_a_new_one_begins()
    {
        await using var cli = await RealCli.StartAsync();
        var store = new InMemorySessionStore();
        var begun = await cli.QueryAsync("an older conversation", options =>
        {
            options.SessionStore = store;
            options.Continue = true;
        });
        string newest = (await cli.QueryAsync("my name is Ada", options => options.SessionStore = store)).Result().SessionId!;
        await using var machineB = cli.Api.CreateEnvironment();

        var messages = await cli.QueryAsync("what is my name?", options =>
        {
            MoveTo(machineB, options, store, null);
            options.Continue = true;
        });

        Assert.That(begun.Result().IsSuccess);
        Assert.That(messages.Result().SessionId, Is.EqualTo(newest));
        Assert.That(StoredSessionTests.HistoryOf(cli), Does.Contain("my name is Ada").And.Not.Contain("an older conversation"));
    }

    [Test]
    public async Task A_fork_of_a_stored_session_is_stored_as_one_of_its_own()
    {
        await using var cli = await RealCli.StartAsync();
        var store = new InMemorySessionStore();
        string id = (await cli.QueryAsync("my name is Ada", options => options.SessionStore = store)).Result().SessionId!;
        await using var machineB = cli.Api.CreateEnvironment();

        string fork = (await cli.QueryAsync("what is my name?", options =>
        {
            MoveTo(machineB, options, store, id);
            options.ForkSession = true;
        })).Result().SessionId!;

        var stored = new ClaudeSessions(store, cli.Environment.WorkingDirectory);
        Assert.That(fork, Is.Not.EqualTo(id));
        Assert.That((await stored.ListAsync(cancellationToken: cli.Deadline)).Select(session => session.SessionId), Is.EquivalentTo(new[] { id, fork }));
        await cli.QueryAsync("again", options => MoveTo(machineB, options, store, fork));
        Assert.That(StoredSessionTests.HistoryOf(cli), Does.Contain("my name is Ada").And.Contain("what is my name?").And.Contain("again"));
    }

    [Test]
    public async Task The_users_settings_and_credentials_are_there_without_what_renews_them()
    {
        await using var cli = await RealCli.StartAsync();
        var store = new InMemorySessionStore();
        string id = (await cli.QueryAsync("hello", options => options.SessionStore = store)).Result().SessionId!;
        await File.WriteAllTextAsync(
            Path.Combine(cli.Environment.ConfigDirectory, "settings.json"),
            """{"env":{"FROM_SETTINGS":"seen","CLAUDE_CONFIG_DIR":"/elsewhere"},"enabledPlugins":{"x@y":true}, /* a comment */ "extraKnownMarketplaces":{}}""",
            cli.Deadline);
        await File.WriteAllTextAsync(
            Path.Combine(cli.Environment.ConfigDirectory, ".credentials.json"),
            """{"claudeAiOauth":{"accessToken":"access","refreshToken":"secret","expiresAt":4102444800000,"scopes":["user:inference"]}}""", cli.Deadline);
        cli.Api.Enqueue(ScriptedReply.ToolUse(
            "Bash",
            """{"command":"echo $FROM_SETTINGS; cat $CLAUDE_CONFIG_DIR/settings.json $CLAUDE_CONFIG_DIR/.credentials.json; echo; stat -c %a $CLAUDE_CONFIG_DIR/.credentials.json $CLAUDE_CONFIG_DIR $CLAUDE_CONFIG_DIR/projects/*/*.jsonl","description":"x"}"""));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));

        var messages = await cli.QueryAsync("look", options =>
        {
            options.SessionStore = store;
            options.Resume = id;
            options.AllowedTools = ["Bash"];
            // A login would be used in the place of the key of the tests.
            options.Environment["ANTHROPIC_API_KEY"] = "sk-ant-scripted-000000000000";
        });

        string seen = messages.Blocks<ToolResultBlock>().Single().Text;
        Assert.That(seen, Does.StartWith("seen").And.Contain("\"accessToken\":\"access\"").And.Contain("\"env\""));
        Assert.That(seen, Does.Not.Contain("secret").And.Not.Contain("elsewhere").And.Not.Contain("enabledPlugins").And.Not.Contain("extraKnownMarketplaces"));
        Assert.That(seen.Trim().Split('\n')[^3..], Is.EqualTo(new[] { "600", "700", "600" }));
    }

    [Test]
    public async Task A_session_that_the_store_does_not_have_is_refused_before_a_process_starts([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        string localOnly = (await cli.QueryAsync("my name is Ada")).Result().SessionId!;
        var store = new InMemorySessionStore();

        Assert.That(
            async () => await cli.RunAsync(entry, "hello?", options =>
            {
                options.SessionStore = store;
                options.Resume = localOnly;
            }),
            Throws.InstanceOf<SessionNotFoundException>().With.Message.Contains("CopyToAsync"));
        await new ClaudeSessions(cli.Environment.ConfigDirectory).CopyToAsync(localOnly, store, cli.Deadline);
        await using var machineB = cli.Api.CreateEnvironment();
        await cli.RunAsync(entry, "what is my name?", options => MoveTo(machineB, options, store, localOnly));
        Assert.That(StoredSessionTests.HistoryOf(cli), Does.Contain("my name is Ada"));
    }

    [Test]
    public async Task A_store_that_fails_costs_the_copy_and_not_the_conversation()
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await cli.QueryAsync("hello", options => options.SessionStore = new Refusing());

        Assert.That(messages.Result().IsSuccess);
        var errors = messages.OfType<MirrorErrorMessage>().ToList();
        Assert.That(errors, Is.Not.Empty);
        Assert.That(errors[0].Error, Does.Contain("read-only"));
        Assert.That(errors[0].Key.SessionId, Is.EqualTo(messages.Result().SessionId));
        Assert.That(messages.IndexOf(errors[0]), Is.LessThan(messages.IndexOf(messages.Result())));
    }

    private static void MoveTo(HermeticCliEnvironment machine, ClaudeOptions options, ISessionStore store, string? id)
    {
        options.Environment["HOME"] = machine.HomeDirectory;
        options.Environment["CLAUDE_CONFIG_DIR"] = machine.ConfigDirectory;
        options.SessionStore = store;
        options.Resume = id;
    }

    private static Func<string, IEnumerable<string>> Leftovers(string id) => folder =>
    {
        try
        {
            return Directory.GetFiles(folder, id + ".jsonl", SearchOption.AllDirectories);
        }
        catch (DirectoryNotFoundException)
        {
            // Another test's, gone meanwhile.
            return [];
        }
    };

    private sealed class Refusing : ISessionStore
    {
        public Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("the store is read-only");

        public Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<JsonElement>?>(null);
    }
}
