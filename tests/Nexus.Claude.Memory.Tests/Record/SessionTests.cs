using System.Text.Json;
using Microsoft.Extensions.AI;
using Nexus.Claude.Memory.Record;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Record;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SessionTests : IAsyncDisposable
{
    private readonly TemporaryMemory _temporary = new();

    public ValueTask DisposeAsync() => _temporary.DisposeAsync();

    [Test]
    [Row(25), SeedDefect("M8")]
    public async Task What_happens_in_a_session_is_recorded_and_comes_back_in_another_one()
    {
        var memory = await _temporary.OpenAsync();
        var first = Recorder(memory);
        Assert.That(await first.OnPromptAsync(Input<UserPromptSubmitHookInput>("UserPromptSubmit", "s1", """ "prompt":"The codeword of the deployment is walrus." """), default), Is.Null);
        await first.OnToolAsync(Input<PostToolUseHookInput>("PostToolUse", "s1",
            """ "tool_name":"Edit","tool_use_id":"t1","tool_input":{"file_path":"/repo/deploy.yml"},"tool_response":{"stdout":"edited"} """), default);
        await first.OnToolFailureAsync(Input<PostToolUseFailureHookInput>("PostToolUseFailure", "s1",
            """ "tool_name":"Bash","tool_use_id":"t2","tool_input":{"command":"make"},"error":"exit 2" """), default);
        await first.OnStopAsync(Input<StopHookInput>("Stop", "s1", """ "last_assistant_message":"I wrote the codeword into deploy.yml." """), default);

        var page = await memory.LoadConversationAsync("s1");
        Assert.That(page.Messages.Select(message => (message.Role.Value, message.Turn, message.IsError)),
            Is.EqualTo(new[] { ("user", 0, false), ("tool", 0, false), ("tool", 0, true), ("assistant", 0, false) }));
        Assert.That(page.Messages[0].Files, Is.EqualTo(new[] { "/repo/deploy.yml" }));

        var second = Recorder(memory);
        var output = await second.OnPromptAsync(Input<UserPromptSubmitHookInput>("UserPromptSubmit", "s2", """ "prompt":"what was the codeword of the deployment?" """), default);
        Assert.That(output!.AdditionalContext, Does.Contain("walrus").And.StartWith("<recalled-context "));
        var unrelated = await second.OnPromptAsync(Input<UserPromptSubmitHookInput>("UserPromptSubmit", "s3", """ "prompt":"Write a sonnet about rain in Lisbon" """), default);
        Assert.That(unrelated, Is.Null);
        var same = await first.OnPromptAsync(Input<UserPromptSubmitHookInput>("UserPromptSubmit", "s1", """ "prompt":"codeword of the deployment?" """), default);
        Assert.That(same?.AdditionalContext ?? "", Does.Not.Contain("I wrote the codeword"), "its own turns are before the model already");
    }

    [TestCase(""" "prompt":"/compact" """)]
    [TestCase(""" "prompt":"<task-notification>done</task-notification>" """)]
    [TestCase(""" "prompt":"wake up","source":"schedule_wakeup" """)]
    [TestCase(""" "prompt":"do it","agent_id":"a1" """)]
    public async Task What_nobody_said_is_neither_recorded_nor_answered(string members)
    {
        var memory = await _temporary.OpenAsync();

        Assert.That(await Recorder(memory).OnPromptAsync(Input<UserPromptSubmitHookInput>("UserPromptSubmit", "s1", members), default), Is.Null);
        await memory.FlushAsync();
        Assert.That(await memory.CountMessagesAsync(), Is.Zero);
    }

    [Test]
    public async Task A_session_that_is_resumed_goes_on_with_its_turns()
    {
        var memory = await _temporary.OpenAsync();
        for (int turn = 0; turn < 3; turn++)
        {
            // A recorder each: as after a restart.
            var recorder = Recorder(memory);
            await recorder.OnPromptAsync(Input<UserPromptSubmitHookInput>("UserPromptSubmit", "s1", $$""" "prompt":"prompt {{turn}}" """), default);
            await recorder.OnStopAsync(Input<StopHookInput>("Stop", "s1", $$""" "last_assistant_message":"answer {{turn}}" """), default);
        }

        var page = await memory.LoadConversationAsync("s1");

        Assert.That(page.Messages.Select(message => message.Turn), Is.EqualTo(new[] { 0, 0, 1, 1, 2, 2 }));
    }

    [Test]
    [SeedDefect("B9")]
    public async Task A_memory_that_fails_never_keeps_a_prompt_back()
    {
        var recorder = new SessionRecorder(_ => throw new MemoryStoreException(MemoryStoreFailure.Corrupt, "damaged"), new MemoryOptions());

        Assert.That(await recorder.OnPromptAsync(Input<UserPromptSubmitHookInput>("UserPromptSubmit", "s1", """ "prompt":"hello" """), default), Is.Null);
        Assert.That(await recorder.OnStopAsync(Input<StopHookInput>("Stop", "s1", ""), default), Is.Null);
    }

    [Test]
    public async Task A_memory_that_is_slow_to_open_never_keeps_a_prompt_back()
    {
        var opening = new TaskCompletionSource<ClaudeMemory>();
        var recorder = new SessionRecorder(_ => opening.Task, new MemoryOptions { TimeProvider = _temporary.Time });
        var answer = recorder.OnPromptAsync(Input<UserPromptSubmitHookInput>("UserPromptSubmit", "s1", """ "prompt":"hello there" """), default);
        Assert.That(answer.IsCompleted, Is.False);

        _temporary.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(await answer, Is.Null);

        var memory = await _temporary.OpenAsync();
        opening.SetResult(memory);
        for (; await memory.CountMessagesAsync() == 0; await memory.FlushAsync())
            await Task.Yield();
        await recorder.OnStopAsync(Input<StopHookInput>("Stop", "s1", """ "last_assistant_message":"hi" """), default);
        Assert.That((await memory.LoadConversationAsync("s1")).Messages.Select(message => message.Content), Is.EqualTo(new[] { "hello there", "hi" }));
    }

    [Test]
    public void Options_get_the_four_hooks_and_none_when_switched_off()
    {
        Assert.That(new ClaudeOptions().UseMemory(memory => memory.Path = _temporary.Path).Hooks.Select(hook => (hook.Event, hook.OnFailure)), Is.EquivalentTo(new[]
        {
            (HookEvent.UserPromptSubmit.Name, (HookFailurePolicy?)HookFailurePolicy.Continue), (HookEvent.PostToolUse.Name, HookFailurePolicy.Continue),
            (HookEvent.PostToolUseFailure.Name, HookFailurePolicy.Continue), (HookEvent.Stop.Name, HookFailurePolicy.Continue),
        }));
        Assert.That(new ClaudeOptions().UseMemory(memory => memory.Enabled = false).Hooks, Is.Empty);
        Assert.That(() => new ClaudeOptions().UseMemory(memory => memory.MaxItems = 0), Throws.TypeOf<OptionsValidationException>().With.Message.Contains("MaxItems"));
        Assert.That(File.Exists(_temporary.Path), Is.False, "nothing is opened before the first prompt");
    }

    [Test]
    public async Task Claude_can_search_by_itself_and_read_the_whole()
    {
        var memory = await _temporary.OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("The walrus report: " + string.Concat(Enumerable.Repeat("and more of it. ", 200)) + "The end.", id: "w1", directory: "/p")]);
        await memory.FlushAsync();
        var tools = MemoryTools.For(memory, "/p");

        string hits = (string)(await tools[0].InvokeAsync(new AIFunctionArguments { ["query"] = JsonElement.Parse("\"walrus report\"") }))!;
        string whole = (string)(await tools[1].InvokeAsync(new AIFunctionArguments { ["ids"] = JsonElement.Parse("[\"w1\"]") }))!;
        string none = (string)(await tools[0].InvokeAsync(new AIFunctionArguments { ["query"] = "penguins" }))!;
        string wrong = (string)(await tools[0].InvokeAsync(new AIFunctionArguments { ["query"] = "walrus", ["since"] = "not a time" }))!;

        Assert.That(tools.Select(tool => tool.Name), Is.EqualTo(new[] { "memory_search", "memory_get" }));
        Assert.That(hits, Does.Contain("(id w1)").And.Contain("[cut ").And.StartWith("<recalled-context "));
        Assert.That(whole, Does.Contain("The end."));
        Assert.That(none, Is.EqualTo("Nothing is remembered about that."));
        Assert.That(wrong, Does.Contain("ISO 8601"));
    }

    [Test]
    [Row(30)]
    public async Task Transcripts_are_imported_once_and_what_was_added_later_as_well()
    {
        var memory = await _temporary.OpenAsync();
        string file = Path.Combine(_temporary.Folder, "projects", "-repo", "s1.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllLinesAsync(file,
        [
            """{"type":"summary","summary":"x"}""",
            """{"type":"user","uuid":"00000000-0000-0000-0000-000000000001","sessionId":"s1","timestamp":"2026-11-01T10:00:00.000Z","cwd":"/repo","message":{"role":"user","content":"fix the walrus bug"}}""",
            """{"type":"assistant","uuid":"00000000-0000-0000-0000-000000000002","sessionId":"s1","timestamp":"2026-11-01T10:00:01.000Z","cwd":"/repo","message":{"role":"assistant","content":[{"type":"text","text":"Looking."},{"type":"tool_use","id":"t1","name":"Read","input":{"file_path":"/repo/w.cs"}}]}}""",
            """{"type":"user","uuid":"00000000-0000-0000-0000-000000000003","sessionId":"s1","timestamp":"2026-11-01T10:00:02.000Z","cwd":"/repo","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"class W {}"}]}}""",
            """{"type":"user","isMeta":true,"uuid":"00000000-0000-0000-0000-000000000004","sessionId":"s1","timestamp":"2026-11-01T10:00:02.000Z","message":{"role":"user","content":"meta"}}""",
            """{"type":"assistant","isSidechain":true,"uuid":"00000000-0000-0000-0000-000000000005","sessionId":"s1","timestamp":"2026-11-01T10:00:02.000Z","message":{"role":"assistant","content":[{"type":"text","text":"side"}]}}""",
            """{"type":"user","uuid":"00000000-0000-0000-0000-000000000006","sessionId":"s1","timestamp":"2026-11-01T10:00:03.000Z","cwd":"/repo","message":{"role":"user","content":"<command-name>/clear</command-name>"}}""",
            """{"type":"assis""",
        ]);
        var told = new List<ImportProgress>();

        var first = await memory.ImportTranscriptsAsync(Path.Combine(_temporary.Folder, "projects"), new Told(told));
        var again = await memory.ImportTranscriptsAsync(Path.Combine(_temporary.Folder, "projects"));
        await File.AppendAllTextAsync(file, "\n" + """{"type":"user","uuid":"00000000-0000-0000-0000-000000000007","sessionId":"s1","timestamp":"2026-11-01T10:05:00.000Z","cwd":"/repo","message":{"role":"user","content":"thanks"}}""" + "\n");
        var grown = await memory.ImportTranscriptsAsync(file);

        Assert.That(first, Is.EqualTo(new ImportProgress(1, 1, 0, 3)));
        Assert.That(told, Is.EqualTo(new[] { first }));
        Assert.That(again, Is.EqualTo(new ImportProgress(1, 1, 1, 0)));
        Assert.That(grown.Messages, Is.EqualTo(1));
        var page = await memory.LoadConversationAsync("s1");
        Assert.That(page.Messages.Select(message => (message.Role.Value, message.Id)), Is.EqualTo(new[]
        {
            ("user", "00000000-0000-0000-0000-000000000001"), ("assistant", "00000000-0000-0000-0000-000000000002"), ("tool", "t1"), ("user", "00000000-0000-0000-0000-000000000007"),
        }));
        Assert.That(page.Messages[2].Files, Is.EqualTo(new[] { "/repo/w.cs" }));
        Assert.That(page.Messages[0].CreatedAt, Is.EqualTo(new DateTimeOffset(2026, 11, 1, 10, 0, 0, TimeSpan.Zero)));
    }

    [Test]
    [Row(30)]
    public async Task A_session_that_was_recorded_live_is_not_imported_again()
    {
        var memory = await _temporary.OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("fix the walrus bug", "s1", "live")]);
        await memory.FlushAsync();
        string file = Path.Combine(_temporary.Folder, "s1.jsonl");
        await File.WriteAllTextAsync(file, """{"type":"user","uuid":"00000000-0000-0000-0000-000000000001","sessionId":"s1","timestamp":"2026-11-01T10:00:00.000Z","message":{"role":"user","content":"fix the walrus bug"}}""");

        Assert.That(await memory.ImportTranscriptsAsync(file), Is.EqualTo(new ImportProgress(1, 1, 1, 0)));
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(1));
        Assert.That(async () => await memory.ImportTranscriptsAsync(Path.Combine(_temporary.Folder, "missing")), Throws.TypeOf<FileNotFoundException>());
    }

    private static SessionRecorder Recorder(ClaudeMemory memory) =>
        new(_ => Task.FromResult(memory), new MemoryOptions { RecallTimeout = TimeSpan.FromSeconds(30), TimeProvider = TimeProvider.System });

    private static T Input<T>(string name, string session, string members)
        where T : HookInput =>
        (T)HookInput.Parse($$"""{"hook_event_name":"{{name}}","session_id":"{{session}}","cwd":"/repo"{{(members.Trim().Length == 0 ? "" : "," + members)}}}""");

    private sealed class Told(List<ImportProgress> list) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => list.Add(value);
    }
}
