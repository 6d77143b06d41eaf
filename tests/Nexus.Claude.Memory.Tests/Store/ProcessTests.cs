using System.Globalization;
using System.Text;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Store;

/// <summary>What can be seen only from outside of the process that has the memory open.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ProcessTests : IAsyncDisposable
{
    private readonly TemporaryMemory _temporary = new();

    public ValueTask DisposeAsync() => _temporary.DisposeAsync();

    [Test, Row(1), Row(2), Row(3), SeedDefect("M10"), SeedDefect("E43"), SeedDefect("E47")]
    [Platform("Linux")]
    public async Task The_first_call_on_a_new_file_finds_what_was_flushed_without_a_server_a_socket_or_a_process()
    {
        var (exitCode, output, error) = await ChildProcess.RunAsync("look", _temporary.Path);

        Assert.That(error, Is.Empty);
        Assert.That((exitCode, output.Trim()), Is.EqualTo((0, "recalled=True children=0 sockets=0")));
        Assert.That(Directory.GetFiles(_temporary.Folder).Select(Path.GetFileName), Has.All.StartWith("memory.db"));
    }

    [Test]
    public async Task A_process_that_is_killed_while_it_writes_loses_nothing_that_was_flushed()
    {
        long flushed = 0;
        using (var process = ChildProcess.Start(ChildProcess.Command("write-forever", _temporary.Path)))
        {
            while (flushed < 300 && await process.StandardOutput.ReadLineAsync() is { } line)
                flushed = long.Parse(line, CultureInfo.InvariantCulture);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        var memory = await _temporary.OpenAsync();
        long count = await memory.CountMessagesAsync();
        var page = await memory.LoadConversationAsync("c1", 1_000);

        Assert.That(flushed, Is.GreaterThanOrEqualTo(300));
        Assert.That(count, Is.GreaterThanOrEqualTo(flushed));
        Assert.That(page.TotalCount, Is.EqualTo(count));
        Assert.That(page.Messages.Select(message => message.Id), Is.EqualTo(Enumerable.Range((int)count - page.Messages.Count, page.Messages.Count).Select(i => $"m{i}")));
        Assert.That((await memory.RecallAsync(new MemoryQuery("message 299 of many") { Diversify = false })).Items[0].Message.Id, Is.EqualTo("m299"));
    }

    [Test]
    [Platform("Linux")]
    public async Task A_folder_that_another_account_may_not_write_is_told_as_such()
    {
        string folder = Path.Combine(_temporary.Folder, "readonly");
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "memory.db");
        await using (var memory = await _temporary.OpenAsync(options => options.Path = path))
            await memory.StoreMessagesAsync([TemporaryMemory.Message("kept")]);
        string missing = Path.Combine(folder, "new", "memory.db");
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            const UnixFileMode Enterable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(path, Readable);
            File.SetUnixFileMode(folder, Readable | Enterable);
            File.SetUnixFileMode(_temporary.Folder, Readable | Enterable | UnixFileMode.UserWrite);
        }

        // Rights do not bind root, so another account tries.
        string[] account = Environment.UserName == "root" ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
        if (account.Length > 0)
        {
            bool can = File.Exists("/usr/bin/setpriv")
                && (await ChildProcess.RunCommandAsync([.. account, "test", "-r", typeof(Program).Assembly.Location])).ExitCode == 0;
            if (!can)
                Assert.Ignore("root runs this, and no other account can (no setpriv, or a folder that only root may read)");
        }

        var existing = await ChildProcess.RunCommandAsync([.. account, .. ChildProcess.Command("open", path)]);
        var made = await ChildProcess.RunCommandAsync([.. account, .. ChildProcess.Command("open", missing)]);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.That(existing.Output, Does.StartWith("ReadOnly: ").And.Contain(path).And.Contain("MemoryOptions.Path"), existing.Error);
        Assert.That(made.Output, Does.StartWith("ReadOnly: ").And.Contain(missing).And.Contain("MemoryOptions.Path"), made.Error);
    }

    [Test]
    [Platform("Linux")]
    public async Task A_place_where_nobody_can_write_is_told_as_such()
    {
        var failure = await Assert.ThrowsAsync<MemoryStoreException>(async () => await _temporary.OpenAsync(options => options.Path = "/proc/nexus-memory/memory.db"));

        Assert.That(failure!.Message, Does.Contain("/proc/nexus-memory/memory.db").And.Contain("MemoryOptions.Path"));
    }

    [Test, SeedDefect("B9"), SeedDefect("E47")]
    [Platform("Linux")]
    public async Task A_disk_that_runs_full_keeps_what_waits_and_takes_it_when_there_is_room()
    {
        string disk = Path.Combine(_temporary.Folder, "disk");
        Directory.CreateDirectory(disk);
        if (Environment.UserName != "root" || (await ChildProcess.RunCommandAsync("mount", "-t", "tmpfs", "-o", "size=1m", "nexus-memory", disk)).ExitCode != 0)
            Assert.Ignore("only root can make a disk that is small enough, and not in every container");
        try
        {
            await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = Path.Combine(disk, "memory.db") });
            string text = new StringBuilder().Insert(0, "some words that fill a disk quite soon ", 200).ToString();
            MemoryStoreException? failure = null;
            int stored = 0;
            for (; failure is null && stored < 2_000; stored++)
            {
                await memory.StoreMessagesAsync([TemporaryMemory.Message($"walrus {stored} {text}", "c1", $"m{stored}", stored)]);
                try
                {
                    await memory.FlushAsync();
                }
                catch (MemoryStoreException full)
                {
                    failure = full;
                }
            }

            Assert.That(failure?.Failure, Is.EqualTo(MemoryStoreFailure.Full));
            Assert.That(failure!.Message, Does.Contain("disk is full").And.Contain("Free some space"));
            Assert.That(failure.IsTransient, Is.True);
            Assert.That((await memory.RecallAsync(new MemoryQuery("walrus"))).Items, Is.Not.Empty, "what is there is found");

            Assert.That((await ChildProcess.RunCommandAsync("mount", "-o", "remount,size=64m", disk)).ExitCode, Is.Zero);
            await memory.StoreMessagesAsync([TemporaryMemory.Message("and one more", "c1", "last", stored)]);
            await memory.FlushAsync();
            Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(stored + 1));
            Assert.That((await memory.LoadConversationAsync("c1", 2)).Messages.Select(message => message.Id), Is.EqualTo(new[] { $"m{stored - 1}", "last" }));
        }
        finally
        {
            await ChildProcess.RunCommandAsync("umount", disk);
        }
    }
}
