using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Protocol;
using Nexus.Claude.Sessions;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Sessions;

/// <summary>Copying transcripts to a store while the conversation goes on.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class SessionMirrorTests
{
    private const string Main = "/home/x/.claude/projects/-w-demo/s1.jsonl";

    [TestCase(Main, "-w-demo", "s1", null)]
    [TestCase("/home/x/.claude/projects/-w-demo/s1/subagents/agent-a.jsonl", "-w-demo", "s1", "subagents/agent-a")]
    [TestCase("/home/x/.claude/projects/-w-demo/s1/subagents/workflows/r/agent-a.jsonl", "-w-demo", "s1", "subagents/workflows/r/agent-a")]
    public void A_file_under_the_projects_has_a_key(string path, string project, string session, string? subpath) =>
        Assert.That(NewMirror(new RecordingStore()).KeyOf(path), Is.EqualTo(new SessionKey { ProjectKey = project, SessionId = session, Subpath = subpath }));

    [TestCase("/home/y/.claude/projects/-w-demo/s1.jsonl")]
    [TestCase("/home/x/.claude/projects/s1.jsonl")]
    [TestCase("/home/x/.claude/projects2/-w-demo/s1.jsonl")]
    [TestCase("/home/x/.claude/projects/../s1/x.jsonl")]
    [TestCase("/home/x/.claude/projects/-w-demo/s1.json")]
    public void A_file_elsewhere_has_none(string path) => Assert.That(NewMirror(new RecordingStore()).KeyOf(path), Is.Null);

    [Test]
    public async Task A_result_is_handed_out_when_its_turn_is_stored_and_mirror_lines_are_not_shown()
    {
        var store = new RecordingStore { Gate = new TaskCompletionSource() };
        var cli = new FakeCli();
        await using var session = await StartAsync(cli, store);
        var turn = session.Send("hello", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(
            CliLines.Lifecycle(prompt, "started"), CliLines.Init(prompt), Mirror(Main, "u1", "u2"), CliLines.Assistant("hi"), Mirror(Main, "u3"), CliLines.Result(prompt));

        var reading = turn.ReadAsync();
        await store.Called.Task.InTime();
        await turn.Ended.InTime();
        Assert.That(turn.ResultAsync().IsCompleted || reading.IsCompleted, Is.False);
        store.Gate.SetResult();

        Assert.That((await reading).Select(message => message.Type), Is.EqualTo(new[] { "command_lifecycle", "system", "assistant", "result" }));
        Assert.That((await turn.ResultAsync().InTime()).IsSuccess);
        Assert.That(store.Appends.Single().Uuids, Is.EqualTo(new[] { "u1", "u2", "u3" }));
        cli.Exit(0);
    }

    [Test]
    public async Task A_result_that_waits_holds_up_neither_the_next_turn_nor_requests()
    {
        var store = new RecordingStore { Gate = new TaskCompletionSource() };
        var cli = new FakeCli();
        await using var session = await StartAsync(cli, store);
        var first = session.Send("1", CancellationToken.None);
        var firstPrompt = await cli.TakePromptAsync();
        var second = session.Send("2", CancellationToken.None);
        var secondPrompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Lifecycle(firstPrompt, "started"), Mirror(Main, "u1"), CliLines.Result(firstPrompt));
        await cli.SayAsync(CliLines.Lifecycle(secondPrompt, "started"), CliLines.Assistant("second"));

        var reader = second.GetAsyncEnumerator();
        while (await reader.MoveNextAsync().AsTask().InTime() && reader.Current is not AssistantMessage { Text: "second" })
        {
        }

        var request = session.Control.RequestAsync("any", null, TimeSpan.FromSeconds(30), CancellationToken.None);
        await cli.AnswerAsync(await cli.TakeControlAsync("any"));
        await request.InTime();
        Assert.That(first.ResultAsync().IsCompleted, Is.False);
        store.Gate.SetResult();
        Assert.That((await first.ReadAsync())[^1], Is.InstanceOf<ResultMessage>());
        cli.Exit(0);
    }

    [Test]
    public async Task A_turn_whose_result_waits_is_not_interrupted_any_more()
    {
        var store = new RecordingStore { Gate = new TaskCompletionSource() };
        var cli = new FakeCli();
        await using var session = await StartAsync(cli, store);
        using var cancel = new CancellationTokenSource();
        var turn = session.Send("1", cancel.Token);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Lifecycle(prompt, "started"), Mirror(Main, "u1"), CliLines.Result(prompt));
        await turn.Ended.InTime();

        await cancel.CancelAsync();
        await turn.InterruptAsync().InTime();
        store.Gate.SetResult();
        Assert.That((await turn.ResultAsync().InTime()).IsSuccess);
        var end = session.DisposeAsync().AsTask();
        var rest = await cli.TakeRestAsync();
        cli.Exit(0);
        await end.InTime();
        Assert.That(rest.Select(line => line.GetRawText()), Has.None.Contain("interrupt"));
    }

    [Test]
    public async Task In_a_single_stream_what_follows_waits_behind_the_result()
    {
        var store = new RecordingStore { Gate = new TaskCompletionSource() };
        var cli = new FakeCli();
        await using var session = await StartAsync(cli, store, settings => settings with { SingleStream = true });
        session.Send("1", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Lifecycle(prompt, "started"), Mirror(Main, "u1"), CliLines.Result(prompt), CliLines.Assistant("after"));
        await store.Called.Task.InTime();
        session.EndPrompts();
        cli.Exit(0);
        store.Gate.SetResult();
        await session.Completion.InTime();

        var messages = new List<ClaudeMessage>();
        var reader = new MessageEnumerator(session.Unprompted, static () => ValueTask.CompletedTask, default);
        while (await reader.MoveNextAsync().AsTask().InTime())
            messages.Add(reader.Current);
        Assert.That(messages.Select(message => message.Type), Is.EqualTo(new[] { "command_lifecycle", "result", "assistant" }));
    }

    [Test]
    public async Task A_store_that_fails_is_tried_three_times_and_then_told_about()
    {
        var time = new FakeTimeProvider();
        var store = new RecordingStore { Failures = 3 };
        var cli = new FakeCli();
        await using var session = await StartAsync(cli, store, time: time);
        var turn = session.Send("1", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Lifecycle(prompt, "started"), Mirror(Main, "u1"), CliLines.Result(prompt));
        var messages = await AdvanceUntilAsync(time, turn.ReadAsync(), TimeSpan.FromMilliseconds(100));

        var error = (MirrorErrorMessage)messages[^2];
        Assert.That(messages[^1], Is.InstanceOf<ResultMessage>());
        Assert.That(error.Key, Is.EqualTo(new SessionKey { ProjectKey = "-w-demo", SessionId = "s1" }));
        Assert.That(error.Error, Does.Contain("no luck"));
        Assert.That(store.Attempts, Is.EqualTo(3));

        var next = session.Send("2", CancellationToken.None);
        var nextPrompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Lifecycle(nextPrompt, "started"), Mirror(Main, "u2"), CliLines.Result(nextPrompt));
        Assert.That((await next.ReadAsync()).OfType<MirrorErrorMessage>(), Is.Empty);
        Assert.That(store.Appends.Single().Uuids, Is.EqualTo(new[] { "u2" }));
        cli.Exit(0);
    }

    [Test]
    public async Task A_store_that_fails_twice_has_everything_in_the_end()
    {
        var time = new FakeTimeProvider();
        var store = new RecordingStore { Failures = 2 };
        var cli = new FakeCli();
        await using var session = await StartAsync(cli, store, time: time);
        var turn = session.Send("1", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Lifecycle(prompt, "started"), Mirror(Main, "u1"), CliLines.Result(prompt));

        var messages = await AdvanceUntilAsync(time, turn.ReadAsync(), TimeSpan.FromMilliseconds(100));

        Assert.That(messages.OfType<MirrorErrorMessage>(), Is.Empty);
        Assert.That(store.Appends.Single().Uuids, Is.EqualTo(new[] { "u1" }));
        cli.Exit(0);
    }

    [Test]
    public async Task A_store_that_hangs_holds_a_result_for_a_minute_and_is_not_asked_again()
    {
        var time = new FakeTimeProvider();
        var store = new RecordingStore { Gate = new TaskCompletionSource() };
        var cli = new FakeCli();
        await using var session = await StartAsync(cli, store, time: time);
        var turn = session.Send("1", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Lifecycle(prompt, "started"), Mirror(Main, "u1"), CliLines.Result(prompt));
        await store.Called.Task.InTime();
        await turn.Ended.InTime();
        var start = time.GetUtcNow();

        var messages = await AdvanceUntilAsync(time, turn.ReadAsync(), TimeSpan.FromSeconds(1));

        Assert.That(messages[^1], Is.InstanceOf<ResultMessage>());
        Assert.That(time.GetUtcNow() - start, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(60)));
        Assert.That(store.Attempts, Is.EqualTo(1));
        cli.Exit(0);
        await AdvanceUntilAsync(time, session.Completion, TimeSpan.FromSeconds(1));
        var unprompted = await ReadRestAsync(session);
        Assert.That(messages.Concat(unprompted).OfType<MirrorErrorMessage>().Single().Error, Does.Contain("within 60 s"));
    }

    [Test]
    public async Task Many_entries_go_out_before_the_turn_ends_in_batches_of_at_most_500()
    {
        var store = new RecordingStore();
        var cli = new FakeCli();
        await using var session = await StartAsync(cli, store);
        var turn = session.Send("1", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        var uuids = Enumerable.Range(0, 1_201).Select(i => $"u{i}").ToArray();
        await cli.SayAsync(CliLines.Lifecycle(prompt, "started"), Mirror(Main, uuids));
        await store.Called.Task.InTime();

        await cli.SayAsync(CliLines.Result(prompt));
        await turn.ResultAsync().InTime();

        Assert.That(store.Appends.Select(append => append.Uuids.Length), Is.All.LessThanOrEqualTo(500));
        Assert.That(store.Appends.SelectMany(append => append.Uuids), Is.EqualTo(uuids));
        cli.Exit(0);
    }

    [TestCase(SessionStoreFlush.Eager)]
    [TestCase(SessionStoreFlush.Batched)]
    public async Task Entries_go_out_at_once_or_with_the_turn(SessionStoreFlush flush)
    {
        var store = new RecordingStore();
        var cli = new FakeCli();
        await using var session = await StartAsync(cli, store, flush: flush);
        await cli.SayAsync(Mirror(Main, "u1"));
        if (flush == SessionStoreFlush.Eager)
            await store.Called.Task.InTime();
        var request = session.Control.RequestAsync("any", null, TimeSpan.FromSeconds(30), CancellationToken.None);
        await cli.AnswerAsync(await cli.TakeControlAsync("any"));
        await request.InTime();

        Assert.That(store.Attempts, Is.EqualTo(flush == SessionStoreFlush.Eager ? 1 : 0));
        await cli.SayAsync(Mirror(Main.Replace("s1", "s2", StringComparison.Ordinal), "v1"), Mirror(Main, "u2"));
        cli.Exit(0);
        await session.Completion.InTime();
        Assert.That(store.Appends.Where(append => append.Key.SessionId == "s1").SelectMany(append => append.Uuids), Is.EqualTo(new[] { "u1", "u2" }));
        Assert.That(store.Appends.Where(append => append.Key.SessionId == "s2").SelectMany(append => append.Uuids), Is.EqualTo(new[] { "v1" }));
    }

    [Test]
    public async Task A_transcript_outside_of_the_projects_is_told_about_once()
    {
        var store = new RecordingStore();
        var cli = new FakeCli();
        await using var session = await StartAsync(cli, store);
        var turn = session.Send("1", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Lifecycle(prompt, "started"), Mirror("/container/projects/-w/s9.jsonl", "u1"), Mirror("/container/projects/-w/s9.jsonl", "u2"), CliLines.Result(prompt));

        var errors = (await turn.ReadAsync()).OfType<MirrorErrorMessage>().ToList();

        Assert.That(errors.Single().Error, Does.Contain("/container/projects/-w/s9.jsonl").And.Contain("CLAUDE_CONFIG_DIR"));
        Assert.That(store.Attempts, Is.Zero);
        cli.Exit(0);
    }

    [Test]
    public async Task Without_a_store_mirror_lines_are_messages_like_any_other()
    {
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var turn = session.Send("1", CancellationToken.None);
        var prompt = await cli.TakePromptAsync();
        await cli.SayAsync(CliLines.Lifecycle(prompt, "started"), Mirror(Main, "u1"), CliLines.Result(prompt));

        Assert.That((await turn.ReadAsync()).OfType<TranscriptMirrorMessage>().Single().FilePath, Is.EqualTo(Main));
        cli.Exit(0);
    }

    [Test]
    public async Task The_recorded_session_of_the_CLI_is_stored_before_its_result_is_handed_out()
    {
        await using var cli = ScriptedCli.Create(new CliScript().Replay(Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "cli-transcripts", "session_mirror.jsonl")));
        var store = new InMemorySessionStore();
        var options = cli.Options();
        options.SessionStore = store;
        options.Environment["CLAUDE_CONFIG_DIR"] = "/srv/home/.claude";
        var key = new SessionKey { ProjectKey = "-srv-demo", SessionId = "6a8d9e09-f24d-4103-97a4-c5972917f854" };
        List<ClaudeMessage> messages = [];
        await using (var client = await ClaudeClient.ConnectAsync(options).InTime())
        {
            await foreach (var message in client.SendAsync("x"))
            {
                messages.Add(message);
                if (message is ResultMessage)
                    Assert.That((await store.LoadAsync(key))!.Select(entry => entry.GetProperty("type").GetString()), Does.Contain("assistant").And.Contain("last-prompt"));
            }
        }

        Assert.That(messages.OfType<TranscriptMirrorMessage>().Concat<ClaudeMessage>(messages.OfType<MirrorErrorMessage>()), Is.Empty);
        Assert.That((await store.LoadAsync(key))![^1].GetProperty("type").GetString(), Is.EqualTo("cost-state"), "what the CLI writes at its end is stored too");
        var said = await new ClaudeSessions(store, "/srv/demo").GetMessagesAsync(key.SessionId);
        Assert.That(said.Select(entry => entry.Text), Is.EqualTo(new[] { "x", "Hello from the mock." }));
    }

    private static SessionMirror NewMirror(ISessionStore store, TimeProvider? time = null, SessionStoreFlush flush = default) => new(store, new ClaudeOptions
    {
        TimeProvider = time ?? TimeProvider.System,
        SessionStoreFlush = flush,
        Environment = { ["CLAUDE_CONFIG_DIR"] = "/home/x/.claude" },
    });

    private static Task<Session> StartAsync(
        FakeCli cli, ISessionStore store, Func<SessionSettings, SessionSettings>? change = null, TimeProvider? time = null, SessionStoreFlush flush = default) =>
        cli.StartAsync(settings =>
        {
            settings = settings with { Features = [NewMirror(store, time, flush)] };
            return change?.Invoke(settings) ?? settings;
        });

    private static string Mirror(string path, params string[] uuids) =>
        $$"""{"type":"transcript_mirror","filePath":"{{path}}","entries":[{{string.Join(',', uuids.Select(uuid => $$"""{"type":"user","uuid":"{{uuid}}"}"""))}}]}""";

    private static async Task<T> AdvanceUntilAsync<T>(FakeTimeProvider time, Task<T> task, TimeSpan step)
    {
        for (var left = 2_000; left > 0 && !task.IsCompleted; left--)
        {
            time.Advance(step);
            await Task.WhenAny(task, Task.Delay(2));
        }

        return await task.InTime();
    }

    private static async Task<List<ClaudeMessage>> ReadRestAsync(Session session)
    {
        List<ClaudeMessage> rest = [];
        var reader = new MessageEnumerator(session.Unprompted, static () => ValueTask.CompletedTask, default);
        try
        {
            while (await reader.MoveNextAsync().AsTask().InTime())
                rest.Add(reader.Current);
        }
        catch (CliExitedException)
        {
            // Nobody asked the CLI to end.
        }

        return rest;
    }

    /// <summary>A store that notes what it is asked, and fails or waits when it is told to.</summary>
    private sealed class RecordingStore : ISessionStore
    {
        private int _attempts;

        public ConcurrentQueue<(SessionKey Key, string[] Uuids)> Appends { get; } = [];

        public TaskCompletionSource Called { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource? Gate { get; init; }

        public int Failures { get; init; }

        public int Attempts => Volatile.Read(ref _attempts);

        public async Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default)
        {
            var attempt = Interlocked.Increment(ref _attempts);
            Called.TrySetResult();
            if (attempt <= Failures)
                throw new IOException("no luck");
            if (Gate is not null)
                await Gate.Task;
            Appends.Enqueue((key, [.. entries.Select(entry => entry.GetProperty("uuid").GetString()!)]));
        }

        public Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
