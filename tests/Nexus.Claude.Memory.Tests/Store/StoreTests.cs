using System.Diagnostics;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Store;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StoreTests : IAsyncDisposable
{
    private readonly TemporaryMemory _temporary = new();

    public ValueTask DisposeAsync() => _temporary.DisposeAsync();

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

    [TestCase("", "user")]
    [TestCase("tenant", " ")]
    public void A_scope_without_a_name_is_refused(string tenant, string user) => Assert.That(() => new MemoryScope(tenant, user), Throws.ArgumentException);

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
