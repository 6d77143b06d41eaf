using System.Text.Json;
using Nexus.Claude.Sessions;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Sessions;

/// <summary>Both implementations against the contract, and the contract against stores that break it.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class SessionStoreContractTests
{
    [TestCaseSource(typeof(SessionStoreContract), nameof(SessionStoreContract.Checks))]
    public Task In_memory(SessionStoreCheck check) => check.RunAsync(() => new InMemorySessionStore()).InTime();

    [TestCaseSource(typeof(SessionStoreContract), nameof(SessionStoreContract.Checks))]
    public async Task In_files(SessionStoreCheck check)
    {
        var folder = Directory.CreateTempSubdirectory("nexus-claude-store-").FullName;
        try
        {
            await check.RunAsync(() => new FileSessionStore(folder)).InTime();
            Assert.That(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(folder)!, "..*"), Is.Empty);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCaseSource(typeof(SessionStoreContract), nameof(SessionStoreContract.Checks))]
    public Task A_store_that_can_only_append_and_load(SessionStoreCheck check) => check.RunAsync(() => new Minimal(new InMemorySessionStore())).InTime();

    [TestCase("An entry that is appended again is stored once")]
    [TestCase("Entries come back as they were, in order")]
    [TestCase("What was never stored loads as null")]
    [TestCase("Appends at the same time are all kept")]
    public async Task A_store_that_breaks_a_promise_is_found_out(string promise)
    {
        var check = SessionStoreContract.Checks.Single(check => check.Name == promise);

        var failure = await check.RunAsync(() => new Broken()).FailureAsync<SessionStoreContractException>();

        Assert.That(failure.Check, Is.EqualTo(promise));
        Assert.That(failure.Message, Does.StartWith(promise + ": "));
    }

    [Test]
    public async Task A_capability_that_is_there_but_not_claimed_is_found_out()
    {
        var check = SessionStoreContract.Checks.Single(check => check.Name == "Sessions are listed by project");

        var failure = await check.RunAsync(() => new Hidden()).FailureAsync<SessionStoreContractException>();

        Assert.That(failure.Message, Does.Contain("Add List to Capabilities"));
    }

    internal sealed class Minimal(ISessionStore inner) : ISessionStore
    {
        public Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default) =>
            inner.AppendAsync(key, entries, cancellationToken);

        public Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default) => inner.LoadAsync(key, cancellationToken);
    }

    /// <summary>Forgets order and keys, and keeps everything twice.</summary>
    private sealed class Broken : ISessionStore
    {
        private readonly System.Collections.Concurrent.ConcurrentBag<JsonElement> _entries = [JsonElement.Parse("{}")];

        public Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default)
        {
            foreach (var entry in entries)
                _entries.Add(entry);
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<JsonElement>?>([.. _entries]);
    }

    private sealed class Hidden : ISessionStore
    {
        private readonly InMemorySessionStore _inner = new();

        public Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default) =>
            _inner.AppendAsync(key, entries, cancellationToken);

        public Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default) => _inner.LoadAsync(key, cancellationToken);

        public Task<IReadOnlyList<StoredSession>> ListAsync(string projectKey, CancellationToken cancellationToken = default) => _inner.ListAsync(projectKey, cancellationToken);
    }
}

/// <summary>The file store beyond the contract: other processes, crashes, and who may read it.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FileSessionStoreTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("nexus-claude-store-").FullName, "store");
    private readonly SessionKey _key = new() { ProjectKey = "-w-demo", SessionId = Guid.NewGuid().ToString() };

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Test]
    public async Task What_one_instance_stores_another_one_loads_and_nobody_else_may_read()
    {
        await new FileSessionStore(_folder).AppendAsync(_key, [Entry("u1", "hello")]);
        var other = new FileSessionStore(_folder);

        Assert.That(await other.LoadAsync(_key), Has.Count.EqualTo(1));
        Assert.That((await other.ListSummariesAsync("-w-demo")).Single().Data.GetProperty("firstPrompt").GetString(), Is.EqualTo("hello"));
        if (OperatingSystem.IsWindows())
            return;
        Assert.That(File.GetUnixFileMode(TranscriptPath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(File.GetUnixFileMode(Path.GetDirectoryName(TranscriptPath)!) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead), Is.EqualTo(UnixFileMode.None));
    }

    [Test]
    public async Task An_entry_that_a_crash_cut_off_costs_only_itself()
    {
        var store = new FileSessionStore(_folder);
        await store.AppendAsync(_key, [Entry("u1", "one")]);
        await File.AppendAllTextAsync(TranscriptPath, "{\"type\":\"user\",\"uuid\":\"u2\",\"mess");
        await store.AppendAsync(_key, [Entry("u3", "three")]);

        Assert.That((await store.LoadAsync(_key))!.Select(entry => entry.GetProperty("uuid").GetString()), Is.EqualTo(new[] { "u1", "u3" }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_summary_that_missed_an_append_is_made_anew(bool isGone)
    {
        var store = new FileSessionStore(_folder);
        await store.AppendAsync(_key, [Entry("u1", "the first")]);
        var summary = Directory.GetFiles(Path.GetDirectoryName(TranscriptPath)!, "*.summary.json").Single();
        var line = TranscriptLine.Write([JsonElement.Parse("""{"type":"custom-title","customTitle":"a title"}""")]);
        AppendOnlyFile.AppendLines(TranscriptPath, line.Span);
        File.SetLastWriteTimeUtc(TranscriptPath, File.GetLastWriteTimeUtc(TranscriptPath).AddMinutes(1));
        if (isGone)
            File.Delete(summary);
        else
            Assert.That((await new ClaudeSessions(store, "/w/demo").ListAsync()).Single().CustomTitle, Is.EqualTo("a title"), "an old summary is not believed");

        await store.AppendAsync(_key, [Entry("u2", "the second")]);

        var data = (await store.ListSummariesAsync("-w-demo")).Single().Data;
        Assert.That(data.GetProperty("firstPrompt").GetString(), Is.EqualTo("the first"));
        Assert.That(data.GetProperty("customTitle").GetString(), Is.EqualTo("a title"));
    }

    [Test]
    public void A_key_without_a_name_is_refused()
    {
        var store = new FileSessionStore(_folder);
        foreach (var key in new[] { _key with { SessionId = "" }, _key with { ProjectKey = "" }, _key with { Subpath = "" }, _key with { Subpath = "a//b" } })
            Assert.That(async () => await store.AppendAsync(key, []), Throws.ArgumentException);
        Assert.That(async () => await new InMemorySessionStore().AppendAsync(_key with { Subpath = "" }, []), Throws.ArgumentException);
    }

    [Test]
    public async Task Waiting_for_another_writer_can_be_given_up()
    {
        var store = new FileSessionStore(_folder);
        await store.AppendAsync(_key, []);
        using var held = await FileLock.AcquireAsync(TranscriptPath.Replace(".jsonl", ".lock", StringComparison.Ordinal), TimeProvider.System, CancellationToken.None);
        using var cancel = new CancellationTokenSource();

        var append = store.AppendAsync(_key, [Entry("u1", "x")], cancel.Token);
        Assert.That(append.IsCompleted, Is.False);
        await cancel.CancelAsync();
        await append.FailureAsync<OperationCanceledException>();
        await held.DisposeAsync();
        await store.AppendAsync(_key, [Entry("u2", "y")]).InTime();

        Assert.That((await store.LoadAsync(_key))!.Single().GetProperty("uuid").GetString(), Is.EqualTo("u2"));
    }

    private string TranscriptPath => Path.Combine(_folder, "-w-demo", _key.SessionId + ".jsonl");

    private static JsonElement Entry(string uuid, string text) => JsonElement.Parse(new Transcript().User(uuid, text).Lines[0]);
}

/// <summary>The same verbs over a store.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class StoredSessionsTests
{
    [Test]
    public async Task Everything_works_over_a_store_as_it_does_on_disk()
    {
        using var home = new ConfigHome();
        var id = home.Write(new Transcript()
            .User("u1", "hello").Call("c1", "t1", "m1").Call("c2", "t2", "m1").ToolResult("r1", "t1", "1", "c1").ToolResult("r2", "t2", "2", "c2").Assistant("a1", "done"));
        var agents = Directory.CreateDirectory(Path.Combine(home.FolderOf("/w/demo"), id, "subagents")).FullName;
        await File.WriteAllLinesAsync(Path.Combine(agents, "agent-a1.jsonl"), new Transcript().User("s1", "review").Assistant("s2", "ok").Lines);
        await File.WriteAllTextAsync(Path.Combine(agents, "agent-a1.meta.json"), """{"agentType":"reviewer","toolUseId":"t1"}""");
        var local = home.Sessions("/w/demo");
        var store = new InMemorySessionStore();
        await local.CopyToAsync(id, store);
        await local.CopyToAsync(id, store);
        var stored = new ClaudeSessions(store, "/w/demo");

        Assert.That((await stored.GetMessagesAsync(id)).Select(entry => entry.Uuid), Is.EqualTo((await local.GetMessagesAsync(id)).Select(entry => entry.Uuid)));
        Assert.That(await stored.GetMessagesAsync(id), Has.Count.EqualTo(6));
        Assert.That(await stored.ListSubagentsAsync(id), Is.EqualTo(await local.ListSubagentsAsync(id)));
        Assert.That((await stored.GetSubagentMessagesAsync(id, "a1")).Select(entry => entry.Text), Is.EqualTo(new[] { "review", "ok" }));

        await stored.RenameAsync(id, "A title");
        await stored.TagAsync(id, "a-tag");
        var fork = await stored.ForkAsync(id, "r2");
        var listed = await stored.ListAsync();
        Assert.That(listed.Select(session => (session.SessionId, session.Summary)), Is.EquivalentTo(new[] { (id, "A title"), (fork, "A title (fork)") }));
        Assert.That((await stored.GetInfoAsync(id))!.Tag, Is.EqualTo("a-tag"));
        Assert.That(await stored.GetMessagesAsync(fork), Has.Count.EqualTo(5));

        await stored.DeleteAsync(id);
        Assert.That((await stored.ListAsync()).Single().SessionId, Is.EqualTo(fork));
        foreach (var change in new Func<Task>[] { () => stored.DeleteAsync(id), () => stored.RenameAsync(id, "x"), () => stored.TagAsync(id, "x"), () => stored.ForkAsync(id) })
            Assert.That((await change().FailureAsync<SessionNotFoundException>()).Message, Does.Contain(id).And.Contain("InMemorySessionStore"));
    }

    [Test]
    public async Task A_store_without_summaries_is_listed_by_its_transcripts()
    {
        var inner = new InMemorySessionStore();
        var key = new SessionKey { ProjectKey = "-w-demo", SessionId = Guid.NewGuid().ToString() };
        await inner.AppendAsync(key, [.. new Transcript().User("u1", "hello").Lines.Select(line => JsonElement.Parse(line))]);

        Assert.That((await new ClaudeSessions(new ListOnly(inner), "/w/demo").ListAsync()).Single().Summary, Is.EqualTo("hello"));
    }

    [Test]
    public async Task What_a_store_cannot_do_is_said()
    {
        var sessions = new ClaudeSessions(new SessionStoreContractTests.Minimal(new InMemorySessionStore()), "/w/demo");
        var id = Guid.NewGuid().ToString();

        foreach (var call in new Func<Task>[] { () => sessions.ListAsync(), () => sessions.DeleteAsync(id), () => sessions.ListSubagentsAsync(id) })
            Assert.That((await call().FailureAsync<NotSupportedException>()).Message, Does.Contain("Minimal").And.Contain("Capabilities lack"));
        Assert.That(await sessions.GetMessagesAsync(id), Is.Empty);
        Assert.That(await sessions.GetInfoAsync(id), Is.Null);
    }

    private sealed class ListOnly(InMemorySessionStore inner) : ISessionStore
    {
        public SessionStoreCapabilities Capabilities => SessionStoreCapabilities.List;

        public Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default) =>
            inner.AppendAsync(key, entries, cancellationToken);

        public Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default) => inner.LoadAsync(key, cancellationToken);

        public Task<IReadOnlyList<StoredSession>> ListAsync(string projectKey, CancellationToken cancellationToken = default) => inner.ListAsync(projectKey, cancellationToken);
    }
}
