using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Files taken back to what they were when a prompt arrived.</summary>
internal sealed class CheckpointTests
{
    [Test]
    public async Task A_created_file_is_deleted_and_an_edited_one_restored()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await ConnectAsync(cli);
        await File.WriteAllTextAsync(cli.PathOf("edited.txt"), "original\n");
        string prompt = await WriteAsync(cli, client, ("edited.txt", "new 1\nnew 2\n"), ("made.txt", "made\n"));

        var rewind = await client.RewindFilesAsync(prompt, cancellationToken: cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That(rewind.CanRewind);
            Assert.That(rewind.Error, Is.Null);
            Assert.That(rewind.FilesChanged.Select(Path.GetFileName), Is.EquivalentTo((string[])["edited.txt", "made.txt"]));
            Assert.That(rewind.Insertions, Is.EqualTo(1));
            Assert.That(rewind.Deletions, Is.EqualTo(3));
            Assert.That(rewind.SkippedLinks, Is.Zero);
            Assert.That(File.ReadAllText(cli.PathOf("edited.txt")), Is.EqualTo("original\n"));
            Assert.That(File.Exists(cli.PathOf("made.txt")), Is.False);
        });
        Assert.That(await client.AskAsync("still there?", cli.Deadline), Does.Contain("still there?"));
    }

    [Test]
    public async Task A_preview_tells_the_same_and_changes_nothing([Values] bool byDryRun)
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await ConnectAsync(cli);
        string prompt = await WriteAsync(cli, client, ("made.txt", "made\n"));

        var preview = byDryRun
            ? await client.RewindFilesAsync(prompt, dryRun: true, cli.Deadline)
            : await client.PreviewRewindAsync(prompt, cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That(preview.CanRewind);
            Assert.That(preview.FilesChanged.Select(Path.GetFileName), Is.EqualTo((string[])["made.txt"]));
            Assert.That(preview.Deletions, Is.EqualTo(1));
            Assert.That(preview.SkippedLinks, Is.Null);
            Assert.That(File.ReadAllText(cli.PathOf("made.txt")), Is.EqualTo("made\n"));
        });
    }

    [Test]
    public async Task Each_of_several_turns_is_a_checkpoint()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await ConnectAsync(cli);
        string first = await WriteAsync(cli, client, ("a.txt", "one\n"));
        string second = await WriteAsync(cli, client, ("a.txt", "two\n"), ("b.txt", "b\n"));
        string third = await WriteAsync(cli, client, ("a.txt", "three\n"));

        await client.RewindFilesAsync(third, cancellationToken: cli.Deadline);
        string afterThird = await File.ReadAllTextAsync(cli.PathOf("a.txt"));
        await client.RewindFilesAsync(second, cancellationToken: cli.Deadline);
        string afterSecond = await File.ReadAllTextAsync(cli.PathOf("a.txt"));
        bool hasB = File.Exists(cli.PathOf("b.txt"));
        var again = await client.PreviewRewindAsync(second, cli.Deadline);
        await client.RewindFilesAsync(first, cancellationToken: cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That(afterThird, Is.EqualTo("two\n"));
            Assert.That(afterSecond, Is.EqualTo("one\n"));
            Assert.That(hasB, Is.False);
            Assert.That(again.CanRewind);
            Assert.That(again.FilesChanged, Is.Empty);
            Assert.That(File.Exists(cli.PathOf("a.txt")), Is.False);
        });
    }

    [Test]
    public async Task The_id_of_a_replayed_prompt_is_a_checkpoint()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await ConnectAsync(cli, options => options.ReplayUserMessages = true);
        cli.Api.Enqueue(ScriptedReply.ToolUse("Write", ToolTests.Json(("file_path", cli.PathOf("made.txt")), ("content", "made\n"))));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));
        var messages = await RealCli.ReadAsync(client.SendAsync("Write.", cli.Deadline));
        string id = messages.OfType<UserMessage>().First(message => message.Text == "Write.").Uuid!;

        Assert.That((await client.RewindFilesAsync(id, cancellationToken: cli.Deadline)).CanRewind);
        Assert.That(File.Exists(cli.PathOf("made.txt")), Is.False);
    }

    [Test]
    public async Task A_checkpoint_outlives_the_process_and_serves_after_a_resume()
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("edited.txt"), "original\n");
        string prompt, session;
        await using (var client = await ConnectAsync(cli))
        {
            prompt = await WriteAsync(cli, client, ("edited.txt", "new\n"), ("made.txt", "made\n"));
            session = client.SessionId!;
        }

        await using var resumed = await ConnectAsync(cli, options => options.Resume = session);
        var rewind = await resumed.RewindFilesAsync(prompt, cancellationToken: cli.Deadline);

        Assert.That(rewind.FilesChanged, Has.Count.EqualTo(2));
        Assert.That(await File.ReadAllTextAsync(cli.PathOf("edited.txt")), Is.EqualTo("original\n"));
        Assert.That(File.Exists(cli.PathOf("made.txt")), Is.False);
    }

    [Test]
    public async Task An_unknown_checkpoint_is_refused_with_a_hint_at_what_serves_as_one()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await ConnectAsync(cli);
        string unknown = Guid.NewGuid().ToString();

        var preview = await client.PreviewRewindAsync(unknown, cli.Deadline);
        var refusal = await Assert.ThrowsAsync<ProtocolException>(async () => await client.RewindFilesAsync(unknown, cancellationToken: cli.Deadline));

        Assert.That(preview.CanRewind, Is.False);
        Assert.That(preview.Error, Does.Contain("No file checkpoint found").And.Contain(nameof(Turn.PromptId)));
        Assert.That(refusal!.Message, Does.Contain("No file checkpoint found").And.Contain(unknown).And.Contain(nameof(Turn.PromptId)));
        Assert.That(refusal.RequestSubtype, Is.EqualTo("rewind_files"));
    }

    [Test]
    public async Task Without_checkpoints_the_refusal_names_the_option()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var turn = client.SendAsync("Hello", cli.Deadline);
        await turn.ResultAsync();

        var preview = await client.PreviewRewindAsync(turn.PromptId, cli.Deadline);
        var refusal = await Assert.ThrowsAsync<ProtocolException>(async () => await client.RewindFilesAsync(turn.PromptId, cancellationToken: cli.Deadline));

        Assert.That(preview.CanRewind, Is.False);
        Assert.That(preview.Error, Does.Contain("ClaudeOptions.EnableFileCheckpointing"));
        Assert.That(refusal!.Message, Does.Contain("not enabled").And.Contain("ClaudeOptions.EnableFileCheckpointing"));
    }

    [Test]
    public async Task A_link_in_the_place_of_a_file_is_left_alone_and_counted()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("Symbolic links need a privilege there.");
        await using var cli = await RealCli.StartAsync();
        await using var client = await ConnectAsync(cli);
        string prompt = await WriteAsync(cli, client, ("made.txt", "made\n"));
        string outside = Path.Combine(cli.Environment.HomeDirectory, "outside.txt");
        await File.WriteAllTextAsync(outside, "not yours\n");
        File.Delete(cli.PathOf("made.txt"));
        File.CreateSymbolicLink(cli.PathOf("made.txt"), outside);

        var rewind = await client.RewindFilesAsync(prompt, cancellationToken: cli.Deadline);

        Assert.That(rewind.SkippedLinks, Is.EqualTo(1));
        Assert.That(await File.ReadAllTextAsync(outside), Is.EqualTo("not yours\n"));
    }

    private static Task<ClaudeClient> ConnectAsync(RealCli cli, Action<ClaudeOptions>? change = null) => cli.ConnectAsync(options =>
    {
        options.EnableFileCheckpointing = true;
        options.PermissionMode = PermissionMode.AcceptEdits;
        change?.Invoke(options);
    });

    /// <summary>Lets the model write files in one turn, and returns the prompt.</summary>
    private static async Task<string> WriteAsync(RealCli cli, ClaudeClient client, params (string Name, string Content)[] files)
    {
        // A file that exists has to be read before it may be written.
        foreach (var (name, _) in files.Where(file => File.Exists(cli.PathOf(file.Name))))
            cli.Api.Enqueue(ScriptedReply.ToolUse("Read", ToolTests.Json(("file_path", cli.PathOf(name)))));
        foreach (var (name, content) in files)
            cli.Api.Enqueue(ScriptedReply.ToolUse("Write", ToolTests.Json(("file_path", cli.PathOf(name)), ("content", content))));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));
        var turn = client.SendAsync("Write.", cli.Deadline);
        Assert.That((await turn.ResultAsync()).IsSuccess);
        foreach (var (name, content) in files)
            Assert.That(await File.ReadAllTextAsync(cli.PathOf(name)), Is.EqualTo(content));
        return turn.PromptId;
    }
}
