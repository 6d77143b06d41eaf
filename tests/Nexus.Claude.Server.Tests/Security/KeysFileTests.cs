using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 25)]
internal sealed class KeysFileTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-keys-").FullName;

    private string FilePath => Path.Combine(_folder, "private", "keys.json");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_key_is_long_random_and_nowhere_in_the_file_which_only_its_owner_reads()
    {
        var file = new KeysFile(FilePath, TimeProvider.System);
        var (_, first) = await file.AddAsync(new KeyRecord { Name = "a" }, default);
        var (_, second) = await file.AddAsync(new KeyRecord { Name = "b" }, default);

        var text = await File.ReadAllTextAsync(FilePath);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Does.Match("^nxc_[A-Za-z0-9_-]{43}$").And.Not.EqualTo(second));
            Assert.That(text, Does.Not.Contain(first[4..]).And.Not.Contain(second[4..]).And.Contain("sha256:"));
            Assert.That(file.Read().Select(static key => key.Name), Is.EqualTo(new[] { "a", "b" }));
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(FilePath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
                Assert.That(File.GetUnixFileMode(Path.GetDirectoryName(FilePath)!), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
            }

            Assert.That(Directory.GetFiles(Path.GetDirectoryName(FilePath)!, "*.tmp"), Is.Empty);
        }
    }

    [Test]
    public async Task Writers_at_the_same_time_lose_no_key_of_each_other_and_readers_see_whole_states()
    {
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            var file = new KeysFile(FilePath, TimeProvider.System);
            var reads = 0;
            while (!stop.IsCancellationRequested)
            {
                Assert.That(file.Read().Select(static key => key.Id), Is.Unique);
                reads++;
            }

            return reads;
        });
        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(() =>
            new KeysFile(FilePath, TimeProvider.System).AddAsync(new KeyRecord { Name = $"n{number}" }, default))));
        await stop.CancelAsync();

        Assert.That(await reader, Is.GreaterThan(0));
        Assert.That(new KeysFile(FilePath, TimeProvider.System).Read().Select(static key => key.Name), Is.EquivalentTo(Enumerable.Range(0, 12).Select(static number => $"n{number}")));
    }

    [Test]
    public async Task A_name_that_two_keys_have_revokes_neither()
    {
        var file = new KeysFile(FilePath, TimeProvider.System);
        var (first, _) = await file.AddAsync(new KeyRecord { Name = "same" }, default);
        await file.AddAsync(new KeyRecord { Name = "same" }, default);

        Assert.That(() => file.RevokeAsync("same", default), Throws.InstanceOf<ClaudeException>().With.Message.Contains(first.Id));
        Assert.That(await file.RevokeAsync("nobody", default), Is.Null);
        Assert.That((await file.RevokeAsync(first.Id, default))!.Id, Is.EqualTo(first.Id));
        Assert.That(file.Read(), Has.Count.EqualTo(1));
    }
}
