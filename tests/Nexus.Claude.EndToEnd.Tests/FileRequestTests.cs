using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Files through the eyes of the CLI.</summary>
internal sealed class FileRequestTests
{
    [Test]
    public async Task A_text_is_read_whole_or_in_part()
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("notes.txt"), "Grüße\n");
        await using var client = await cli.ConnectAsync();

        var whole = await client.ReadFileAsync("notes.txt", cancellationToken: cli.Deadline);
        var part = await client.ReadFileAsync(cli.PathOf("notes.txt"), maxBytes: 2, cancellationToken: cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That(whole.Contents, Is.EqualTo("Grüße\n"));
            Assert.That(whole.Path, Is.EqualTo(cli.PathOf("notes.txt")));
            Assert.That(whole.IsTruncated, Is.False);
            Assert.That(whole.IsLossy, Is.False);
            Assert.That(whole.ToBytes(), Is.EqualTo(File.ReadAllBytes(cli.PathOf("notes.txt"))));
            Assert.That(whole.ToString(), Does.Not.Contain("Grüße"));
            Assert.That(part.Contents, Is.EqualTo("Gr"));
            Assert.That(part.IsTruncated);
        });
    }

    [Test]
    public async Task Bytes_are_read_exactly_and_as_text_with_a_warning()
    {
        await using var cli = await RealCli.StartAsync();
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(number => (byte)number)];
        await File.WriteAllBytesAsync(cli.PathOf("data.bin"), bytes);
        await using var client = await cli.ConnectAsync();

        var exact = await client.ReadFileAsync("data.bin", binary: true, cancellationToken: cli.Deadline);
        var text = await client.ReadFileAsync("data.bin", cancellationToken: cli.Deadline);

        Assert.That(exact.ToBytes(), Is.EqualTo(bytes));
        Assert.That(exact.IsLossy, Is.Null);
        Assert.That(text.IsLossy, Is.True);
    }

    [Test]
    public async Task What_is_not_there_or_not_allowed_is_refused()
    {
        await using var cli = await RealCli.StartAsync();
        string outside = Path.Combine(cli.Environment.HomeDirectory, "outside.txt");
        await File.WriteAllTextAsync(outside, "secret");
        await using var client = await cli.ConnectAsync(options => options.PermissionMode = PermissionMode.Default);

        foreach (string path in (string[])["missing.txt", outside])
        {
            var refusal = await Assert.ThrowsAsync<ProtocolException>(async () => await client.ReadFileAsync(path, cancellationToken: cli.Deadline));
            Assert.That(refusal!.Message, Does.Contain("read denied"));
        }
    }

    [Test]
    public async Task Files_are_suggested_by_the_beginning_of_their_names()
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("alphabet.txt"), "");
        await File.WriteAllTextAsync(cli.PathOf("beta.txt"), "");
        await using var client = await cli.ConnectAsync();

        FileSuggestions found;
        do
            found = await client.SuggestFilesAsync("alph", cli.Deadline);
        while (found.Suggestions.Count == 0);
        var all = await client.SuggestFilesAsync("", cli.Deadline);

        Assert.That(found.Suggestions.Select(file => file.Path), Is.EqualTo((string[])["alphabet.txt"]));
        Assert.That(all.Suggestions.Select(file => file.Path), Is.SupersetOf((string[])["alphabet.txt", "beta.txt"]));
        Assert.That(found.WorkingDirectory, Is.EqualTo(cli.Environment.WorkingDirectory));
    }

    [Test]
    public async Task A_file_that_counts_as_read_may_be_edited()
    {
        await using var cli = await RealCli.StartAsync();
        string path = cli.PathOf("known.txt");
        await File.WriteAllTextAsync(path, "old text\n");
        await using var client = await cli.ConnectAsync(options => options.PermissionMode = PermissionMode.AcceptEdits);
        cli.Api.Enqueue(ScriptedReply.ToolUse("Edit", ToolTests.Json(("file_path", path), ("old_string", "old"), ("new_string", "new"))));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));

        // The CLI acknowledges also what it ignores.
        await client.SeedReadStateAsync(cli.PathOf("missing.txt"), DateTimeOffset.UnixEpoch, cli.Deadline);
        await client.SeedReadStateAsync(path, File.GetLastWriteTimeUtc(path), cli.Deadline);
        await client.AskAsync("Edit.", cli.Deadline);

        Assert.That(await File.ReadAllTextAsync(path), Is.EqualTo("new text\n"));
    }

    [Test]
    public async Task A_folder_inside_of_the_working_folder_becomes_a_root_once()
    {
        await using var cli = await RealCli.StartAsync();
        string inside = Directory.CreateDirectory(cli.PathOf("clone")).FullName;
        await File.WriteAllTextAsync(Path.Combine(inside, "CLAUDE.md"), "Mention the walrus.");
        await using var client = await cli.ConnectAsync();

        string root = await client.RegisterRepositoryRootAsync(inside, reloadMemory: true, reloadPlugins: true, reloadSkills: true, cli.Deadline);
        var twice = await Assert.ThrowsAsync<ProtocolException>(async () => await client.RegisterRepositoryRootAsync(inside, cancellationToken: cli.Deadline));
        var outside = await Assert.ThrowsAsync<ProtocolException>(
            async () => await client.RegisterRepositoryRootAsync(cli.Environment.HomeDirectory, cancellationToken: cli.Deadline));
        var rules = await client.ListPermissionRulesAsync(cli.Deadline);

        Assert.That(root, Is.EqualTo(inside));
        Assert.That(twice!.Message, Does.Contain("already"));
        Assert.That(outside!.Message, Does.Contain("not a subdirectory"));
        Assert.That(rules.WorkspaceDirectories.Select(directory => directory.Path), Does.Contain(inside));
    }
}
