using System.Diagnostics;
using CsCheck;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Store;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StoreTests : IAsyncDisposable
{
    private readonly TemporaryMemory _temporary = new();

    public ValueTask DisposeAsync() => _temporary.DisposeAsync();

    [Test]
    public async Task What_was_stored_comes_back_whole_and_in_order()
    {
        var memory = await _temporary.OpenAsync();
        var message = new MemoryMessage
        {
            Id = "a", ConversationId = "c1", Role = MemoryRole.Tool, Content = "Bash dotnet test", Speaker = "Ann", Turn = 3, CreatedAt = TemporaryMemory.Start,
            WorkingDirectory = "/repo", Files = ["/repo/a.cs", "/repo/b.cs"], ToolName = "Bash", IsError = true,
        };
        await memory.StoreMessagesAsync([message, TemporaryMemory.Message("second", minute: 1)]);
        await memory.FlushAsync();

        var page = await memory.LoadConversationAsync("c1");

        Assert.That(page.Messages.Select(found => found.Content), Is.EqualTo(new[] { "Bash dotnet test", "second" }));
        Assert.That(page.Messages[0] with { Files = message.Files, Project = null }, Is.EqualTo(message));
        Assert.That(page.Messages[0].Files, Is.EqualTo(message.Files));
        Assert.That((page.TotalCount, page.LastTurn, page.HasMore), Is.EqualTo((2, 3, false)));
    }

    [Test]
    [Row(24), SeedDefect("M9"), SeedDefect("E44")]
    public async Task A_conversation_is_paged_exactly_also_beyond_a_thousand_messages_and_while_it_grows()
    {
        var memory = await _temporary.OpenAsync();
        await memory.StoreMessagesAsync(Enumerable.Range(0, 2_500).Select(i => TemporaryMemory.Message($"message {i}", id: $"m{i}", minute: i, turn: i)));
        await memory.FlushAsync();

        var read = new List<string>();
        string? next = null;
        do
        {
            var page = await memory.LoadConversationAsync("c1", 700, next);
            read.InsertRange(0, page.Messages.Select(message => message.Id!));
            if (next is null)
                await memory.StoreMessagesAsync([TemporaryMemory.Message("one more", id: "late", minute: 9_000)]);
            await memory.FlushAsync();
            next = page.Next;
        }
        while (next is not null);

        Assert.That(read, Is.EqualTo(Enumerable.Range(0, 2_500).Select(i => $"m{i}")));
        Assert.That((await memory.LoadConversationAsync("c1", 1)).TotalCount, Is.EqualTo(2_501));
        Assert.That(async () => await memory.LoadConversationAsync("c1", 10, "nonsense"), Throws.ArgumentException);
    }

    [Test]
    [Row(13)]
    public async Task The_same_message_is_stored_once_and_a_changed_one_takes_its_place()
    {
        var memory = await _temporary.OpenAsync();
        var first = TemporaryMemory.Message("the gateway listens on port 8080", id: "a");
        await memory.StoreMessagesAsync([first, first]);
        await memory.FlushAsync();
        await memory.StoreMessagesAsync([first, first with { Content = "the gateway listens on port 9090" }]);
        await memory.StoreMessagesAsync([TemporaryMemory.Message("without an id"), TemporaryMemory.Message("without an id")]);
        await memory.FlushAsync();

        var page = await memory.LoadConversationAsync("c1");

        Assert.That(page.Messages.Select(message => message.Content), Is.EqualTo(new[] { "the gateway listens on port 9090", "without an id" }));
        Assert.That((await Find(memory, "8080")).Items, Is.Empty);
        Assert.That((await Find(memory, "9090")).Items[0].Message.Id, Is.EqualTo("a"));
    }

    [Test]
    [SeedDefect("M8")]
    public async Task Files_that_become_known_later_are_added_to_the_message()
    {
        var memory = await _temporary.OpenAsync();
        var prompt = TemporaryMemory.Message("make the login faster", id: "a");
        await memory.StoreMessagesAsync([prompt]);
        await memory.FlushAsync();
        await memory.StoreMessagesAsync([prompt with { Files = ["/repo/src/LoginPage.cs"] }]);
        await memory.FlushAsync();

        var found = await Find(memory, "LoginPage.cs");

        Assert.That(found.Items.Single().Message.Files, Is.EqualTo(new[] { "/repo/src/LoginPage.cs" }));
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(1));
    }

    [Test]
    [SeedDefect("E46"), SeedDefect("M9")]
    public async Task Conversations_are_listed_with_exact_counts_the_last_used_first()
    {
        var memory = await _temporary.OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("older\nsecond line", "old", minute: 0, directory: "/p"), TemporaryMemory.Message("newer", "new", minute: 5)]);
        await memory.StoreMessagesAsync([TemporaryMemory.Message("answer", "old", minute: 1, role: "assistant")]);
        await memory.FlushAsync();

        var list = await memory.ListConversationsAsync();

        Assert.That(list.Select(conversation => conversation.Id), Is.EqualTo(new[] { "new", "old" }));
        Assert.That(list[1], Is.EqualTo(new MemoryConversation("old", "older second line", "/p", "/p", TemporaryMemory.Start, TemporaryMemory.Start.AddMinutes(1), 2)));
        Assert.That(await memory.ListConversationsAsync(project: "/p"), Has.Count.EqualTo(1));
        Assert.That(await memory.CountMessagesAsync("old"), Is.EqualTo(2));
    }

    [Test]
    [Row(21)]
    public async Task Ten_processes_write_at_once_and_nothing_is_lost()
    {
        const int Processes = 10, Messages = 40;
        var running = Enumerable.Range(0, Processes).Select(i => ChildProcess.RunAsync("write", _temporary.Path, $"writer{i}", $"{Messages}")).ToList();
        var results = await Task.WhenAll(running);

        Assert.That(results.Select(result => result.Error), Is.All.Empty);
        Assert.That(results.Select(result => result.ExitCode), Is.All.Zero);
        var memory = await _temporary.OpenAsync();
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(Processes * Messages * 2));
        Assert.That(await memory.CountMessagesAsync("shared"), Is.EqualTo(Processes * Messages));
        for (int i = 0; i < Processes; i++)
        {
            var own = await memory.LoadConversationAsync($"own-writer{i}", 1_000);
            Assert.That(own.Messages.Select(message => message.Id), Is.EqualTo(Enumerable.Range(0, Messages).Select(n => $"writer{i}-{n}")));
        }
    }

    [Test]
    public async Task A_crash_loses_nothing_that_was_flushed()
    {
        var (exitCode, _, _) = await ChildProcess.RunAsync("write-and-die", _temporary.Path, "victim", "30");
        var memory = await _temporary.OpenAsync();

        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(await memory.CountMessagesAsync("shared"), Is.EqualTo(30));
        Assert.That(await memory.CountMessagesAsync("own-victim"), Is.EqualTo(30).Or.EqualTo(31));
    }

    [Test]
    public async Task Disposing_writes_what_waits()
    {
        var memory = await _temporary.OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("written at the end")]);
        await memory.DisposeAsync();

        Assert.That(await (await _temporary.OpenAsync()).CountMessagesAsync(), Is.EqualTo(1));
        Assert.That(async () => await memory.FlushAsync(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(async () => await memory.CountMessagesAsync(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task A_batch_is_written_without_flushing_once_its_time_is_over()
    {
        var memory = await _temporary.OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("soon")]);
        var patience = Stopwatch.StartNew();
        while (await memory.CountMessagesAsync() == 0 && patience.Elapsed < TimeSpan.FromSeconds(30))
        {
            _temporary.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(1));
    }

    [Test]
    [SeedDefect("M14")]
    public async Task A_newer_file_is_refused_and_untouched()
    {
        await using (var memory = await _temporary.OpenAsync())
            await memory.StoreMessagesAsync([TemporaryMemory.Message("from the future")]);
        using (var database = Nexus.Claude.Memory.Store.Database.Open(_temporary.Path, create: false))
            database.Execute("PRAGMA user_version=999; PRAGMA wal_checkpoint(TRUNCATE)");
        byte[] before = await File.ReadAllBytesAsync(_temporary.Path);

        var failure = await Assert.ThrowsAsync<MemoryStoreException>(async () => await _temporary.OpenAsync());

        Assert.That(failure!.Failure, Is.EqualTo(MemoryStoreFailure.Incompatible));
        Assert.That(failure.Message, Does.Contain("schema 999").And.Contains(_temporary.Path));
        Assert.That(await File.ReadAllBytesAsync(_temporary.Path), Is.EqualTo(before));
    }

    [Test]
    public async Task A_database_of_another_program_is_refused_and_untouched()
    {
        using (var database = Nexus.Claude.Memory.Store.Database.Open(_temporary.Path, create: true))
            database.Execute("CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1)");
        byte[] before = await File.ReadAllBytesAsync(_temporary.Path);

        var failure = await Assert.ThrowsAsync<MemoryStoreException>(async () => await _temporary.OpenAsync());

        Assert.That(failure!.Failure, Is.EqualTo(MemoryStoreFailure.Incompatible));
        Assert.That(await File.ReadAllBytesAsync(_temporary.Path), Is.EqualTo(before));
    }

    [Test]
    public async Task A_file_that_is_no_database_is_refused_untouched_and_repair_makes_room()
    {
        await File.WriteAllTextAsync(_temporary.Path, new string('x', 10_000));

        var failure = await Assert.ThrowsAsync<MemoryStoreException>(async () => await _temporary.OpenAsync());
        Assert.That(failure!.Failure, Is.EqualTo(MemoryStoreFailure.Corrupt));
        Assert.That(failure.Message, Does.Contain("RepairAsync"));
        Assert.That(await File.ReadAllTextAsync(_temporary.Path), Has.Length.EqualTo(10_000));

        Assert.That(await ClaudeMemory.RepairAsync(_temporary.Path, _temporary.Time), Is.Zero);
        Assert.That(await (await _temporary.OpenAsync()).CountMessagesAsync(), Is.Zero);
        Assert.That(Directory.GetFiles(_temporary.Folder, "*.damaged-20261120T140000"), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Repair_saves_what_is_readable_of_a_damaged_file()
    {
        await using (var memory = await _temporary.OpenAsync())
            await memory.StoreMessagesAsync(Enumerable.Range(0, 2_000).Select(i => TemporaryMemory.Message($"message number {i} " + new string('y', 400), id: $"m{i}", minute: i)));
        await using (var file = new FileStream(_temporary.Path, FileMode.Open))
        {
            file.Position = file.Length / 2 / 4096 * 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, 8_192).ToArray());
        }

        int saved = await ClaudeMemory.RepairAsync(_temporary.Path, _temporary.Time);
        var repaired = await _temporary.OpenAsync();

        Assert.That(saved, Is.InRange(200, 2_000));
        Assert.That(await repaired.CountMessagesAsync(), Is.EqualTo(saved));
        Assert.That((await Find(repaired, "message number 3")).Items, Is.Not.Empty);
    }

    [Test]
    public async Task A_folder_that_cannot_be_written_is_told_as_such()
    {
        string folder = Path.Combine(_temporary.Folder, "file-not-folder");
        await File.WriteAllTextAsync(folder, "");

        var failure = await Assert.ThrowsAsync<MemoryStoreException>(async () => await _temporary.OpenAsync(options => options.Path = Path.Combine(folder, "memory.db")));

        Assert.That(failure!.Message, Does.Contain("MemoryOptions.Path"));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task Only_the_owner_may_read_the_file_and_its_folder()
    {
        string path = Path.Combine(_temporary.Folder, "sub", "memory.db");
        var memory = await _temporary.OpenAsync(options => options.Path = path);
        await memory.StoreMessagesAsync([TemporaryMemory.Message("private")]);
        await memory.FlushAsync();

        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(File.GetUnixFileMode(path + "-wal"), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(File.GetUnixFileMode(Path.GetDirectoryName(path)!), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        }
    }

    [Test]
    [SeedDefect("B9")]
    public async Task A_full_disk_keeps_what_waits_and_writes_it_when_there_is_room()
    {
        var full = new MemoryStoreException(MemoryStoreFailure.Full, "full");
        var written = new List<int>();
        bool isFull = true;
        await using var queue = new Nexus.Claude.Memory.Store.WriteQueue(batch =>
        {
            if (isFull)
                throw full;
            written.AddRange(batch.Select(message => message.Message.Turn));
        }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var preparation = new Nexus.Claude.Memory.Record.MessagePreparation(null);

        for (int i = 0; i < 1_200; i++)
            await queue.AddAsync([preparation.Prepare(TemporaryMemory.Message($"message {i}", turn: i), MemoryScope.Local)!], CancellationToken.None);
        Assert.That(async () => await queue.FlushAsync(CancellationToken.None), Throws.Exception.SameAs(full));
        isFull = false;
        await queue.FlushAsync(CancellationToken.None);

        Assert.That(written, Is.EqualTo(Enumerable.Range(0, 1_200)));
    }

    [Test]
    [Row(20), SeedDefect("M14")]
    public async Task Nothing_of_one_scope_is_ever_seen_from_another()
    {
        var memory = await _temporary.OpenAsync();
        MemoryScope[] scopes = [.. from tenant in (string[])["t1", "t2"] from user in (string[])["u1", "u2", "t1"] select new MemoryScope(tenant, user)];
        var gen = Gen.Select(Gen.Int[0, scopes.Length - 1], Gen.Int[0, 3], Gen.Int[0, 4], Gen.Int[0, 2].Select(i => ((string[])["deploy the gateway", "rotate the key", "fix the parser"])[i]));
        var stored = new List<(MemoryScope Scope, MemoryMessage Message)>();
        foreach (var (scope, project, conversation, text) in gen.Array[200].Single())
        {
            var message = TemporaryMemory.Message($"{text} {stored.Count}", $"c{conversation}", $"m{stored.Count}", directory: $"/p{project}");
            stored.Add((scopes[scope], message));
            await memory.ForScope(scopes[scope]).StoreMessagesAsync([message]);
        }

        await memory.FlushAsync();
        foreach (var scope in scopes)
        {
            var view = memory.ForScope(scope);
            var own = stored.Where(entry => entry.Scope == scope).Select(entry => entry.Message.Id!).ToHashSet();
            var all = await view.ReadMessagesAsync().ToListAsync();
            Assert.That(all.Select(message => message.Id), Is.EquivalentTo(own));
            Assert.That(await view.CountMessagesAsync(), Is.EqualTo(own.Count));
            foreach (string text in (string[])["deploy gateway", "rotate key", "parser"])
            {
                var found = await view.RecallAsync(new MemoryQuery(text) { Reach = MemoryReach.Everywhere, Limit = 100, MinimumCoverage = 0, MinimumScore = 0 });
                Assert.That(found.Items.Select(item => item.Message.Id), Is.SubsetOf(own));
            }

            Assert.That(await view.GetMessagesAsync([.. stored.Select(entry => entry.Message.Id!)]), Has.Count.EqualTo(own.Count));
        }

        await memory.ForScope(scopes[0]).ForgetAsync(MemoryFilter.Everything);
        Assert.That(await memory.ForScope(scopes[0]).CountMessagesAsync(), Is.Zero);
        Assert.That(await memory.ForScope(scopes[1]).CountMessagesAsync(), Is.EqualTo(stored.Count(entry => entry.Scope == scopes[1])));
    }

    [TestCase("", "user")]
    [TestCase("tenant", " ")]
    public void A_scope_without_a_name_is_refused(string tenant, string user) => Assert.That(() => new MemoryScope(tenant, user), Throws.ArgumentException);

    [Test]
    public async Task Text_of_any_kind_is_kept_as_it_is()
    {
        var memory = await _temporary.OpenAsync();
        string[] texts = ["emoji 😀👩‍👩‍👧", "שלום עולם", "null\0byte", "lone \uD800 half", "quote ' \" \\ ; DROP TABLE message; --", "zero\u200Bwidth", "\t\r\n line"];
        await memory.StoreMessagesAsync(texts.Select((text, i) => TemporaryMemory.Message(text, id: $"m{i}", minute: i)));
        await memory.FlushAsync();

        var page = await memory.LoadConversationAsync("c1");

        Assert.That(page.Messages.Select(message => message.Content), Is.EqualTo(texts.Select(text => text.Replace('\0', '\uFFFD').Replace('\uD800', '\uFFFD'))));
    }

    [Test]
    [Row(23)]
    public async Task A_large_project_counts_its_common_words_once_and_finds_the_rare_ones()
    {
        const int Messages = 21_000;
        await using (var memory = await _temporary.OpenAsync())
        {
            await memory.StoreMessagesAsync(Enumerable.Range(0, Messages).Select(i =>
                TemporaryMemory.Message(i == 12_345 ? "the walrus build failed" : $"the build passed {i % 97}", $"c{i / 50}", $"m{i}", i, directory: "/large")));
            await memory.FlushAsync();
        }

        using (var database = Nexus.Claude.Memory.Store.Database.Open(_temporary.Path, create: false))
        {
            Assert.That(database.Prepare("SELECT df FROM term_df WHERE term='build'").Scalar(), Is.EqualTo(Messages).Within(500));
            Assert.That(database.Prepare("SELECT count(*) FROM term_df WHERE term='walru'").Scalar(), Is.Zero);
        }

        var again = await _temporary.OpenAsync();
        var found = await again.RecallAsync(new MemoryQuery("which build of walrus failed?") { WorkingDirectory = "/large" });
        Assert.That(found.Items[0].Message.Id, Is.EqualTo("m12345"));
        Assert.That(found.Terms[0], Is.EqualTo("walru").Or.EqualTo("fail"));
        await again.ForgetAsync(new MemoryFilter { Ids = ["m12345"] });
        Assert.That((await again.RecallAsync(new MemoryQuery("walrus") { WorkingDirectory = "/large" })).Items, Is.Empty);
    }

    [Test]
    public async Task Switched_off_it_records_and_finds_nothing()
    {
        var memory = await _temporary.OpenAsync(options => options.Enabled = false);
        await memory.StoreMessagesAsync([TemporaryMemory.Message("not to be kept")]);
        var recorder = memory.StartConversation();
        recorder.RecordUserMessage("nor this");

        Assert.That(recorder.TakePendingMessages(), Is.Empty);
        Assert.That(await memory.CountMessagesAsync(), Is.Zero);
        Assert.That(await memory.GetContextPrefixAsync("kept"), Is.Null);
    }

    private static Task<RecallResult> Find(ClaudeMemory memory, string text) =>
        memory.RecallAsync(new MemoryQuery(text) { Reach = MemoryReach.Everywhere, MinimumCoverage = 0 });
}
