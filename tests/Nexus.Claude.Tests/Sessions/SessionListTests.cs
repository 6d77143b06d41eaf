namespace Nexus.Claude.Tests.Sessions;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SessionListTests : IDisposable
{
    private readonly ConfigHome _home = new();

    public void Dispose() => _home.Dispose();

    [Test]
    public async Task A_session_is_summed_up_from_its_transcript()
    {
        var modified = new DateTime(2026, 11, 22, 12, 0, 0, DateTimeKind.Utc);
        var id = _home.Write(
            new Transcript()
                .Line("""{"type":"queue-operation","operation":"enqueue","timestamp":"2026-11-22T09:59:59.000Z","sessionId":"s"}""")
                .User("u1", "What is\n2 + 2?")
                .Assistant("a1", "4")
                .Line("""{"type":"tag","tag":"maths","sessionId":"s"}""")
                .Line("""{"type":"last-prompt","lastPrompt":"What is\n2 + 2?","leafUuid":"a1","sessionId":"s"}"""),
            modified: modified);

        var info = (await _home.Sessions().ListAsync()).Single();

        Assert.That(info, Is.EqualTo(new SessionInfo
        {
            SessionId = id,
            Summary = "What is 2 + 2?",
            LastModified = modified,
            CreatedAt = new DateTimeOffset(2026, 11, 22, 9, 59, 59, TimeSpan.Zero),
            FileSize = new FileInfo(_home.PathOf(id)).Length,
            FirstPrompt = "What is 2 + 2?",
            GitBranch = "main",
            WorkingDirectory = "/w/demo",
            Tag = "maths",
        }));
        Assert.That(await _home.Sessions().GetInfoAsync(id), Is.EqualTo(info));
        Assert.That(await _home.Sessions("/w/demo").GetInfoAsync(id), Is.EqualTo(info));
    }

    [Test]
    public async Task The_title_is_the_given_one_else_the_made_one_else_the_last_prompt_else_a_summary_else_the_first_prompt()
    {
        string[] lines =
        [
            new Transcript().User("u1", "first").Lines[0],
            """{"type":"summary","summary":"a summary","leafUuid":"u1"}""",
            """{"type":"last-prompt","lastPrompt":"last","sessionId":"s"}""",
            """{"type":"ai-title","aiTitle":"made","sessionId":"s"}""",
            """{"type":"custom-title","customTitle":"given before","sessionId":"s"}""",
            """{"type":"custom-title","customTitle":"given","sessionId":"s"}""",
        ];
        List<string> summaries = [];
        for (var count = 1; count <= lines.Length; count++)
            summaries.Add((await _home.Sessions().GetInfoAsync(_home.Write(lines[..count])))!.Summary);

        Assert.That(summaries, Is.EqualTo(new[] { "first", "a summary", "last", "made", "given before", "given" }));
    }

    [Test]
    public async Task The_first_prompt_is_what_a_person_said()
    {
        var transcript = new Transcript()
            .User("u0", "not said by anybody", more: ",\"isMeta\":true")
            .User("u1", "<local-command-stdout>done</local-command-stdout>")
            .User("u2", "[Request interrupted by user]")
            .User("u3", "<command-name>/compact</command-name> <command-args></command-args>")
            .User("u4", "the summary", more: ",\"isCompactSummary\":true")
            .ToolResult("u5", "t", "a result", "u4");
        var commandOnly = _home.Write(transcript);
        var both = _home.Write(transcript.User("u6", "  a person's words " + new string('x', 300)));

        Assert.That((await _home.Sessions().GetInfoAsync(commandOnly))!.FirstPrompt, Is.EqualTo("/compact"));
        Assert.That((await _home.Sessions().GetInfoAsync(both))!.FirstPrompt, Does.StartWith("a person's words xxx").And.EndsWith("x…").And.Length.EqualTo(201));
    }

    [Test]
    public async Task Only_the_two_ends_of_a_long_transcript_are_read()
    {
        var filler = new Transcript();
        for (var i = 0; i < 400; i++)
            filler.User($"f{i}", new string('x', 1_000));
        var path = _home.PathOf(_home.Write(
            [.. new Transcript().User("u1", "the first").Lines, .. filler.Lines, """{"type":"custom-title","customTitle":"in the middle","sessionId":"s"}""",
                .. filler.Lines, """{"type":"last-prompt","lastPrompt":"the last","sessionId":"s"}"""]));

        var info = (await _home.Sessions().ListAsync()).Single();

        Assert.That(new FileInfo(path).Length, Is.GreaterThan(900_000));
        Assert.That((info.FirstPrompt, info.Summary, info.CustomTitle), Is.EqualTo(("the first", "the last", (string?)null)));
    }

    [Test]
    public async Task A_first_line_longer_than_what_is_read_still_says_where_and_when()
    {
        var transcript = new Transcript();
        var start = """{"isSidechain":false,"timestamp":"2026-11-22T10:00:00.000Z","cwd":"/w/demo","type":"user","message":{"content":""";
        transcript.Line(start + '"' + new string('x', 200_000) + "\"}}").Line("""{"type":"last-prompt","lastPrompt":"long","sessionId":"s"}""");
        var info = await _home.Sessions().GetInfoAsync(_home.Write(transcript));

        Assert.That((info!.Summary, info.WorkingDirectory, info.CreatedAt?.Hour, info.FirstPrompt), Is.EqualTo(("long", "/w/demo", 10, (string?)null)));
    }

    [Test]
    public async Task What_is_no_conversation_is_left_out()
    {
        var real = _home.Write(new Transcript().User("u1", "hello"));
        _home.Write([]);
        _home.Write(["""{"type":"queue-operation","operation":"enqueue","sessionId":"s"}"""]);
        _home.Write([new Transcript().User("u1", "of a sub-agent").Lines[0].Replace("\"isSidechain\":false", "\"isSidechain\":true", StringComparison.Ordinal)]);
        await File.WriteAllTextAsync(Path.Combine(_home.FolderOf("/w/demo"), "agent-1.jsonl"), new Transcript().User("u1", "x").Lines[0]);

        Assert.That((await _home.Sessions().ListAsync()).Select(session => session.SessionId), Is.EqualTo(new[] { real }));
    }

    [Test]
    public async Task Damaged_lines_are_passed_over()
    {
        var good = new Transcript().User("u1", "hello").Assistant("a1", "hi");
        var id = _home.Write(
            ["{\"type\":\"user\",\"mess", "", "not json", "[1]", good.Lines[0], "\0\0\0", good.Lines[1][..50], good.Lines[1], "{\"type\":\"tag\",\"tag\":\"half \\ud83d\"}"]);
        await File.AppendAllTextAsync(_home.PathOf(id), "{\"type\":\"custom-title\",\"customTitle\":\"cut o");

        Assert.That((await _home.Sessions().GetInfoAsync(id))!.Summary, Is.EqualTo("hello"));
        Assert.That((await _home.Sessions().GetMessagesAsync(id)).Select(entry => entry.Text), Is.EqualTo(new[] { "hello", "hi" }));
    }

    [Test]
    public async Task Newest_first_a_page_at_a_time_and_each_session_once()
    {
        var ids = Enumerable.Range(0, 5)
            .Select(i => _home.Write(new Transcript().User("u", $"{i}"), modified: new DateTime(2026, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc)))
            .Reverse().ToList();
        _home.Write(new Transcript().User("u", "older copy"), ids[0], "/w/other", new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var sessions = _home.Sessions();

        Assert.That((await sessions.ListAsync()).Select(session => session.SessionId), Is.EqualTo(ids));
        Assert.That((await sessions.ListAsync(new() { Offset = 1, Limit = 2 })).Select(session => session.SessionId), Is.EqualTo(ids[1..3]));
        Assert.That((await sessions.ListAsync())[0].Summary, Is.EqualTo("4"));
        Assert.That(async () => await sessions.ListAsync(new() { Limit = -1 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task Sessions_of_programs_can_be_left_out()
    {
        var mine = _home.Write(new Transcript().User("u", "typed"));
        foreach (var entryPoint in new[] { "sdk-cs", "sdk-ts", "daemon" })
            _home.Write(new Transcript { EntryPoint = entryPoint }.User("u", "programmed"));

        Assert.That(await _home.Sessions().ListAsync(), Has.Count.EqualTo(4));
        Assert.That((await _home.Sessions().ListAsync(new() { IncludeProgrammatic = false })).Select(session => session.SessionId), Is.EqualTo(new[] { mine }));
    }

    [Test]
    public async Task One_project_and_the_worktrees_of_its_repository()
    {
        var repository = Directory.CreateDirectory(Path.Combine(_home.Root, "repo")).FullName;
        var worktree = Directory.CreateDirectory(Path.Combine(_home.Root, "tree")).FullName;
        var admin = Directory.CreateDirectory(Path.Combine(repository, ".git", "worktrees", "tree")).FullName;
        await File.WriteAllTextAsync(Path.Combine(admin, "gitdir"), Path.Combine(worktree, ".git") + "\n");
        await File.WriteAllTextAsync(Path.Combine(admin, "commondir"), "../..\n");
        await File.WriteAllTextAsync(Path.Combine(worktree, ".git"), $"gitdir: {admin}\n");
        var inRepository = _home.Write(new Transcript().User("u", "repository"), project: repository);
        var inWorktree = _home.Write(new Transcript().User("u", "worktree"), project: worktree);
        _home.Write(new Transcript().User("u", "elsewhere"), project: "/w/elsewhere");

        foreach (var project in new[] { repository, worktree })
        {
            Assert.That((await _home.Sessions(project).ListAsync()).Select(session => session.SessionId), Is.EquivalentTo(new[] { inRepository, inWorktree }));
            Assert.That(await _home.Sessions(project).ListAsync(new() { IncludeWorktrees = false }), Has.Count.EqualTo(1));
            Assert.That(await _home.Sessions(project).GetInfoAsync(inWorktree), Is.Not.Null);
        }
    }

    [Test]
    public async Task A_project_of_a_long_path_is_found_under_an_older_hash_but_not_mixed_up_with_another()
    {
        var project = "/" + new string('p', 250);
        var name = _home.FolderOf(project);
        var older = name[..(name.LastIndexOf('-') + 1)] + "older";
        Directory.Move(name, older);
        var id = Guid.NewGuid().ToString();
        await File.WriteAllBytesAsync(Path.Combine(older, id + ".jsonl"), new Transcript { Directory = project }.User("u", "mine").ToBytes());
        await File.WriteAllBytesAsync(Path.Combine(older, Guid.NewGuid() + ".jsonl"), new Transcript { Directory = project + "x" }.User("u", "another's").ToBytes());

        Assert.That((await _home.Sessions(project).ListAsync()).Select(session => session.SessionId), Is.EqualTo(new[] { id }));
        Assert.That(await _home.Sessions(project).GetInfoAsync(id), Is.Not.Null);
    }

    [Test]
    public async Task A_stub_does_not_hide_the_session()
    {
        var id = _home.Write(new Transcript().User("u", "real"), project: "/w/z");
        _home.Write([], id, "/w/a");

        Assert.That((await _home.Sessions().GetInfoAsync(id))?.Summary, Is.EqualTo("real"));
    }

    [Test]
    public async Task Nothing_there_is_an_empty_list()
    {
        using var empty = new ConfigHome();
        Directory.Delete(empty.Projects);

        Assert.That(await empty.Sessions().ListAsync(), Is.Empty);
        Assert.That(await empty.Sessions("/nowhere").ListAsync(), Is.Empty);
        Assert.That(await empty.Sessions().GetInfoAsync(Guid.NewGuid().ToString()), Is.Null);
        Assert.That(await empty.Sessions().GetMessagesAsync(Guid.NewGuid().ToString()), Is.Empty);
        Assert.That(await empty.Sessions().ListSubagentsAsync(Guid.NewGuid().ToString()), Is.Empty);
    }

    [TestCase("../../etc/passwd")]
    [TestCase("not-an-id")]
    [TestCase("")]
    public void What_is_no_id_is_refused_before_a_file_is_touched(string id) =>
        Assert.That(async () => await _home.Sessions().GetMessagesAsync(id), Throws.InstanceOf<ArgumentException>());
}
