using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Protocol;
using Nexus.Claude.Sessions;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Sessions;

/// <summary>The temporary folder from which a CLI resumes a session of a store.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ResumedHomeTests : IDisposable
{
    private readonly ConfigHome _own = new();
    private readonly InMemorySessionStore _store = new();
    private readonly SessionKey _key;
    private readonly ClaudeOptions _options;

    public ResumedHomeTests()
    {
        var project = Directory.CreateDirectory(Path.Combine(_own.Root, "project")).FullName;
        _key = new SessionKey { ProjectKey = ProjectFolder.NameOf(project), SessionId = Guid.NewGuid().ToString() };
        _options = new ClaudeOptions { WorkingDirectory = project, SessionStore = _store, Resume = _key.SessionId, Environment = { ["CLAUDE_CONFIG_DIR"] = _own.Root } };
    }

    public void Dispose() => _own.Dispose();

    [Test]
    public async Task The_session_and_its_sub_agents_lie_where_the_CLI_looks()
    {
        var lines = new Transcript().User("u1", "Grüße \u2028 \U0001F680").Line("""{"sessionId":"s","tag":"x","type":"tag"}""").Lines;
        await _store.AppendAsync(_key, [.. lines.Select(line => JsonElement.Parse(line))]);
        await _store.AppendAsync(_key with { Subpath = "subagents/agent-a" }, [Json("""{"type":"agent_metadata","agentType":"old"}"""), Json("""{"type":"user","uuid":"s1"}""")]);
        await _store.AppendAsync(_key with { Subpath = "subagents/agent-a" }, [Json("""{"type":"agent_metadata","agentType":"new","finished":true}""")]);

        await using (var home = await CreateAsync())
        {
            var root = _options.Environment["CLAUDE_CONFIG_DIR"]!;
            var folder = Path.Combine(root, "projects", _key.ProjectKey);
            Assert.That(root, Is.Not.EqualTo(_own.Root));
            Assert.That((await File.ReadAllLinesAsync(Path.Combine(folder, _key.SessionId + ".jsonl")))[1], Is.EqualTo("""{"type":"tag","sessionId":"s","tag":"x"}"""));
            Assert.That(await File.ReadAllTextAsync(Path.Combine(folder, _key.SessionId, "subagents", "agent-a.jsonl")), Is.EqualTo("{\"type\":\"user\",\"uuid\":\"s1\"}\n"));
            Assert.That((await File.ReadAllTextAsync(Path.Combine(folder, _key.SessionId, "subagents", "agent-a.meta.json"))).Trim(), Is.EqualTo("""{"agentType":"new","finished":true}"""));
            Assert.That((await new ClaudeSessions(root).GetMessagesAsync(_key.SessionId)).Single().Text, Is.EqualTo("Grüße \u2028 \U0001F680"));
        }

        Assert.That(Directory.Exists(_options.Environment["CLAUDE_CONFIG_DIR"]), Is.False);
    }

    [TestCase("../outside")]
    [TestCase("a/../../outside")]
    [TestCase("/outside")]
    [TestCase("a//b")]
    [TestCase(@"..\outside")]
    [TestCase("c:/outside")]
    [TestCase("")]
    public void A_subpath_that_leads_elsewhere_is_not_safe(string subpath) => Assert.That(ResumedHome.IsSafe(subpath), Is.False);

    [Test]
    public async Task A_subpath_that_leads_elsewhere_is_left_out()
    {
        await _store.AppendAsync(_key, [Json(new Transcript().User("u1", "x").Lines[0])]);
        await _store.AppendAsync(_key with { Subpath = "../../../outside" }, [Json("{}")]);

        await using var home = await CreateAsync();

        var root = _options.Environment["CLAUDE_CONFIG_DIR"]!;
        Assert.That(Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(Path.GetFileName), Is.EqualTo(new[] { _key.SessionId + ".jsonl" }));
        Assert.That(File.Exists(Path.Combine(Path.GetDirectoryName(root)!, "outside.jsonl")), Is.False);
    }

    [Test]
    public async Task Settings_that_cannot_be_read_are_not_copied_and_the_rest_is()
    {
        await _store.AppendAsync(_key, [Json(new Transcript().User("u1", "x").Lines[0])]);
        await File.WriteAllTextAsync(Path.Combine(_own.Root, "settings.json"), "{ broken");
        await File.WriteAllTextAsync(Path.Combine(_own.Root, ".claude.json"), """{"userID":"me"}""");
        await File.WriteAllTextAsync(Path.Combine(_own.Root, ".credentials.json"), """{"a":{"refreshToken":"secret","accessToken":"t"},"refreshToken":"secret"}""");

        await using var home = await CreateAsync();

        var root = _options.Environment["CLAUDE_CONFIG_DIR"]!;
        Assert.That(File.Exists(Path.Combine(root, "settings.json")), Is.False);
        Assert.That(await File.ReadAllTextAsync(Path.Combine(root, ".claude.json")), Is.EqualTo("""{"userID":"me"}"""));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(root, ".credentials.json")), Is.EqualTo("""{"a":{"accessToken":"t"}}"""));
    }

    [Test]
    public async Task Of_the_sessions_to_continue_the_newest_that_is_a_conversation_is_taken()
    {
        var time = new FakeTimeProvider();
        var store = new InMemorySessionStore(time);
        (string Id, string Line)[] sessions =
        [
            (Guid.NewGuid().ToString(), new Transcript().User("u1", "older").Lines[0]),
            (Guid.NewGuid().ToString(), new Transcript().User("u1", "newest").Lines[0]),
            (Guid.NewGuid().ToString(), new Transcript().User("u1", "side").Lines[0].Replace("\"isSidechain\":false", "\"isSidechain\":true", StringComparison.Ordinal)),
            ("not-an-id", new Transcript().User("u1", "foreign").Lines[0]),
        ];
        foreach (var (id, line) in sessions)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await store.AppendAsync(_key with { SessionId = id }, [Json(line)]);
        }

        (_options.SessionStore, _options.Resume, _options.Continue) = (store, null, true);
        await using var home = await CreateAsync();

        Assert.That((_options.Resume, _options.Continue), Is.EqualTo((sessions[1].Id, false)));
    }

    [Test]
    public async Task A_store_that_does_not_answer_is_given_up()
    {
        var time = new FakeTimeProvider();
        (_options.SessionStore, _options.TimeProvider, _options.SessionStoreLoadTimeout) = (new Silent(), time, TimeSpan.FromSeconds(5));

        var creating = CreateAsync();
        for (var left = 1_000; left > 0 && !creating.IsCompleted; left--)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(creating, Task.Delay(1));
        }

        var failure = await creating.FailureAsync<ClaudeTimeoutException>();
        Assert.That(failure.Timeout, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(failure.Message, Does.Contain("Silent").And.Contain("SessionStoreLoadTimeout"));
    }

    [Test]
    public async Task A_start_that_fails_leaves_no_folder_behind()
    {
        await _store.AppendAsync(_key, [Json(new Transcript().User("u1", "x").Lines[0])]);
        _options.CliPath = Path.Combine(_own.Root, "no-such-cli");
        var options = _options.Clone();

        await SessionStart.StartAsync(options, SessionFeatures.For(options), singleStream: false, CancellationToken.None).FailureAsync<ClaudeException>();

        Assert.That(options.Environment["CLAUDE_CONFIG_DIR"], Is.Not.EqualTo(_own.Root), "the folder had been made");
        Assert.That(Directory.Exists(options.Environment["CLAUDE_CONFIG_DIR"]), Is.False);
    }

    [Test]
    public void The_store_does_not_go_together_with_what_leaves_nothing_to_copy()
    {
        _options.PersistSession = false;
        _options.EnableFileCheckpointing = true;
        _options.Resume = "a title";
        _options.SessionStoreLoadTimeout = TimeSpan.Zero;
        var mistakes = ClaudeOptionsValidator.Collect(_options, isWindows: false);
        var other = new ClaudeOptions { SessionStore = new Silent(), Continue = true, SessionStoreFlush = (SessionStoreFlush)7 };

        Assert.That(mistakes, Has.Count.EqualTo(4));
        Assert.That(string.Join(' ', mistakes), Does.Contain("PersistSession").And.Contain("EnableFileCheckpointing").And.Contain("a title").And.Contain("SessionStoreLoadTimeout"));
        Assert.That(ClaudeOptionsValidator.Collect(other, isWindows: false), Has.Count.EqualTo(2).And.Some.Contain("SessionStoreCapabilities.List").And.Some.Contain("SessionStoreFlush"));
    }

    private async Task<ResumedHome> CreateAsync() =>
        await ResumedHome.CreateAsync(_options.SessionStore!, _options, NullLogger.Instance, CancellationToken.None) ?? throw new AssertionException("No folder was made.");

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private sealed class Silent : ISessionStore
    {
        public Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public async Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default)
        {
            // It does not heed the token either.
            await new TaskCompletionSource().Task;
            return null;
        }
    }
}
