using System.Text.Json;
using Nexus.Claude.Sessions;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Sessions;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SessionChangesTests : IDisposable
{
    private readonly ConfigHome _home = new();

    public void Dispose() => _home.Dispose();

    [Test]
    public async Task A_title_and_a_tag_are_lines_in_the_form_that_readers_look_for()
    {
        var id = _home.Write(new Transcript().User("u", "hello"));
        var sessions = _home.Sessions();

        await sessions.RenameAsync(id, "  Über \"uns\" ");
        await sessions.TagAsync(id, "work\u200b\u202e\ue000");

        Assert.That((await File.ReadAllLinesAsync(_home.PathOf(id)))[1..], Is.EqualTo(new[]
        {
            $$"""{"type":"custom-title","customTitle":"Über \"uns\"","sessionId":"{{id}}"}""",
            $$"""{"type":"tag","tag":"work","sessionId":"{{id}}"}""",
        }));
        var info = await sessions.GetInfoAsync(id);
        Assert.That((info!.Summary, info.CustomTitle, info.Tag), Is.EqualTo(("Über \"uns\"", "Über \"uns\"", "work")));

        await sessions.TagAsync(id, null);
        Assert.That((await sessions.GetInfoAsync(id))!.Tag, Is.Null);
    }

    [Test]
    public async Task A_line_that_a_crash_cut_off_does_not_swallow_the_title()
    {
        var id = _home.Write(new Transcript().User("u", "hello"));
        await File.AppendAllTextAsync(_home.PathOf(id), "{\"type\":\"assist");

        await _home.Sessions().RenameAsync(id, "safe");

        Assert.That((await _home.Sessions().GetInfoAsync(id))!.CustomTitle, Is.EqualTo("safe"));
    }

    [Test]
    public async Task Nothing_is_created_for_a_session_that_is_not_there()
    {
        var id = Guid.NewGuid().ToString();
        var stub = _home.Write([]);
        var sessions = _home.Sessions();
        foreach (var missing in new[] { id, stub })
        {
            foreach (var change in new Func<Task>[]
            {
                () => sessions.RenameAsync(missing, "x"), () => sessions.TagAsync(missing, "x"), () => sessions.DeleteAsync(missing), () => sessions.ForkAsync(missing),
            })
            {
                var failure = await change().FailureAsync<SessionNotFoundException>();
                Assert.That(failure.SessionId, Is.EqualTo(missing));
                Assert.That(failure.Message, Does.Contain(missing).And.Contain(_home.Projects));
            }
        }

        Assert.That(Directory.EnumerateFiles(_home.Projects, "*", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension), Is.EqualTo(new[] { stub }));
        Assert.That(new FileInfo(_home.PathOf(stub)).Length, Is.Zero);
    }

    [TestCase("")]
    [TestCase("  ")]
    public void A_title_needs_something_to_read(string title) =>
        Assert.That(async () => await _home.Sessions().RenameAsync(Guid.NewGuid().ToString(), title), Throws.ArgumentException);

    [TestCase("")]
    [TestCase("\u200b")]
    public void A_tag_needs_something_to_see(string tag) =>
        Assert.That(async () => await _home.Sessions().TagAsync(Guid.NewGuid().ToString(), tag), Throws.ArgumentException);

    [Test]
    public async Task Deleting_removes_the_transcript_and_everything_inside_of_the_session()
    {
        var id = _home.Write(new Transcript().User("u", "hello"));
        var other = _home.Write(new Transcript().User("u", "stays"));
        var inside = Directory.CreateDirectory(Path.Combine(_home.FolderOf("/w/demo"), id, "subagents")).FullName;
        await File.WriteAllTextAsync(Path.Combine(inside, "agent-1.jsonl"), "{}");

        await _home.Sessions().DeleteAsync(id);

        Assert.That(Directory.EnumerateFileSystemEntries(_home.FolderOf("/w/demo")).Select(Path.GetFileName), Is.EqualTo(new[] { other + ".jsonl" }));
    }

    [Test]
    public async Task Many_writers_append_at_once_and_no_line_is_torn_or_lost()
    {
        var path = Path.Combine(_home.Root, "shared");
        await File.WriteAllTextAsync(path, "");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
                AppendOnlyFile.Append(path, System.Text.Encoding.UTF8.GetBytes($"{writer}:{i}:{new string((char)('a' + writer), 3_000)}\n"));
        })));

        var lines = await File.ReadAllLinesAsync(path);
        Assert.That(lines, Has.Length.EqualTo(400));
        Assert.That(lines.Select(line => line.Length - line.LastIndexOf(':')), Is.All.EqualTo(3_001));
        Assert.That(lines.Distinct().Count(), Is.EqualTo(400));
        Assert.That(() => AppendOnlyFile.Append(path + "-missing", "x"u8), Throws.InstanceOf<FileNotFoundException>());
        Assert.That(() => AppendOnlyFile.Append(_home.Root, "x"u8), Throws.InstanceOf<IOException>());
    }
}

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SessionForkTests : IDisposable
{
    private readonly ConfigHome _home = new();

    public void Dispose() => _home.Dispose();

    [Test]
    public async Task A_fork_says_the_same_under_new_ids_and_says_where_it_is_from()
    {
        var id = _home.Write(new Transcript()
            .User("u1", "hello", more: ",\"slug\":\"x\",\"agentName\":\"y\"")
            .Link("progress", "p1", "u1", "\"data\":{}").Link("progress", "p2", "p1", "\"data\":{}")
            .Assistant("a1", "hi", parent: "p2")
            .Link("user", "side", "a1", "\"message\":{\"role\":\"user\",\"content\":\"side\"}").Line("")
            .User("u2", "more", parent: "a1"));
        await File.WriteAllTextAsync(_home.PathOf(id), (await File.ReadAllTextAsync(_home.PathOf(id))).Replace(
            "\"isSidechain\":false,\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"side\"}",
            "\"isSidechain\":true,\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"side\"}",
            StringComparison.Ordinal));
        await File.AppendAllTextAsync(_home.PathOf(id), """{"type":"content-replacement","sessionId":"s","replacements":[{"a":1}]}""" + "\n");

        var fork = await _home.Sessions().ForkAsync(id);

        var lines = (await File.ReadAllLinesAsync(_home.PathOf(fork))).Select(line => JsonElement.Parse(line)).ToList();
        var uuids = lines.Take(3).Select(line => line.GetProperty("uuid").GetString()).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(lines.Select(line => line.GetProperty("type").GetString()), Is.EqualTo(new[] { "user", "assistant", "user", "content-replacement", "custom-title" }));
            Assert.That(uuids, Is.Unique.And.None.AnyOf("u1", "a1", "u2"));
            Assert.That(lines.Take(3).Select(line => line.GetProperty("parentUuid").GetString()), Is.EqualTo(new[] { null, uuids[0], uuids[1] }));
            Assert.That(lines.Select(line => line.GetProperty("sessionId").GetString()), Is.All.EqualTo(fork));
            Assert.That(lines[1].GetProperty("forkedFrom").GetRawText(), Is.EqualTo($$"""{"sessionId":"{{id}}","messageUuid":"a1"}"""));
            Assert.That(lines[0].TryGetProperty("slug", out _) || lines[0].TryGetProperty("agentName", out _), Is.False);
            Assert.That(lines[3].GetProperty("replacements").GetRawText(), Is.EqualTo("[{\"a\":1}]"));
            Assert.That(lines[4].GetProperty("customTitle").GetString(), Is.EqualTo("hello (fork)"));
            Assert.That(lines[2].GetProperty("timestamp").GetDateTimeOffset(), Is.GreaterThan(new DateTimeOffset(2026, 11, 22, 11, 0, 0, TimeSpan.Zero)).Or.LessThan(new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero)));
            Assert.That(lines[0].GetProperty("timestamp").GetString(), Is.EqualTo("2026-11-22T10:00:00.000Z"));
        });
        Assert.That((await _home.Sessions().GetMessagesAsync(fork)).Select(entry => entry.Text), Is.EqualTo(new[] { "hello", "hi", "more" }));
        Assert.That((await _home.Sessions().GetMessagesAsync(id)).Select(entry => entry.Uuid), Is.EqualTo(new[] { "u1", "a1", "u2" }));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(_home.PathOf(fork)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task A_fork_ends_at_the_message_it_is_told()
    {
        var id = _home.Write(new Transcript().User("u1", "one").Assistant("a1", "1").User("u2", "two").Assistant("a2", "2"));

        var fork = await _home.Sessions().ForkAsync(id, "a1", " My fork ");

        Assert.That((await _home.Sessions().GetMessagesAsync(fork)).Select(entry => entry.Text), Is.EqualTo(new[] { "one", "1" }));
        Assert.That((await _home.Sessions().GetInfoAsync(fork))!.CustomTitle, Is.EqualTo("My fork"));
        Assert.That(async () => await _home.Sessions().ForkAsync(id, "no-such-message"), Throws.ArgumentException);
    }

    [TestCase("boundary", new[] { "old", "kept" })]
    [TestCase("queued", new[] { "old", "kept" })]
    [TestCase("summary", new[] { "summary" })]
    [TestCase("u3", new[] { "summary", "kept", "new" })]
    public async Task A_fork_at_a_compaction(string upTo, string[] said)
    {
        var id = _home.Write(new Transcript()
            .User("u1", "old").Assistant("a1", "kept")
            .Link("system", "boundary", null, """
                "subtype":"compact_boundary","logicalParentUuid":"a1","compactMetadata":{"preservedMessages":{"anchorUuid":"summary","uuids":["a1"],"allUuids":["a1"]}}
                """)
            .Attachment("queued")
            .User("summary", "summary", more: ",\"isCompactSummary\":true")
            .User("u3", "new"));

        var fork = await _home.Sessions().ForkAsync(id, upTo);

        Assert.That((await _home.Sessions().GetMessagesAsync(fork)).Select(entry => entry.Text), Is.EqualTo(said));
    }

    [Test]
    public async Task A_boundary_that_a_rewind_wrote_is_kept()
    {
        var id = _home.Write(new Transcript()
            .User("u1", "old").Assistant("a1", "kept")
            .Link("system", "boundary", null, """
                "subtype":"compact_boundary","compactMetadata":{"preservedMessages":{"anchorUuid":"boundary","uuids":["a1"]}}
                """)
            .User("u3", "new"));

        var fork = await _home.Sessions().ForkAsync(id, "boundary");
        var entries = await _home.Sessions().GetMessagesAsync(fork, new() { IncludeSystemMessages = true });

        Assert.That(entries.Select(entry => entry.Text.Length > 0 ? entry.Text : entry.Message.Type), Is.EqualTo(new[] { "system", "kept" }));
    }
}
