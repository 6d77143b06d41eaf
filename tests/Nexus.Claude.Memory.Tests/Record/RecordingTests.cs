using System.Text.Json;
using Nexus.Claude.Memory.Record;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Record;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RecordingTests : IAsyncDisposable
{
    private readonly TemporaryMemory _temporary = new();

    public ValueTask DisposeAsync() => _temporary.DisposeAsync();

    [TestCase("curl https://example.com/a/b", "")]
    [TestCase("sed s/foo/bar/g", "")]
    [TestCase("sed -i 's/foo/bar/g' src/a.cs", "/repo/src/a.cs")]
    [TestCase("cat ./src/main.rs ../x/y.rs", "/repo/src/main.rs|/x/y.rs")]
    [TestCase("cd src && cat main.rs", "/repo/src/main.rs")]
    [TestCase("cd /other; cd sub; cat a.txt", "/other/sub/a.txt")]
    [TestCase("pushd 'my dir' && ls b.txt", "/repo/my dir/b.txt")]
    [TestCase("git -C /else diff readme.md", "/else/readme.md")]
    [TestCase("type C:\\repo\\a.txt", "C:\\repo\\a.txt")]
    [TestCase("echo hi > /dev/null", "")]
    [TestCase("grep -rn 'foo/bar' src/deep/File.cs", "/repo/src/deep/File.cs")]
    [TestCase("dotnet test tests/A.Tests/A.Tests.csproj --filter x.y", "/repo/tests/A.Tests/A.Tests.csproj|/repo/x.y")]
    [TestCase("FOO=/tmp/x ls /var/log/syslog", "/var/log/syslog")]
    [SeedDefect("M12"), SeedDefect("E45")]
    public void The_files_of_a_shell_command_are_paths_and_nothing_else(string command, string expected)
    {
        var footprint = ToolFootprint.Of("Bash", Json(JsonSerializer.Serialize(new { command })), "/repo");

        Assert.That(footprint.Files, Is.EqualTo(expected.Split('|', StringSplitOptions.RemoveEmptyEntries)));
    }

    [TestCase("Read", """{"file_path":"/repo/a.cs"}""", "/repo/a.cs")]
    [TestCase("MultiEdit", """{"file_path":"a.cs","edits":[]}""", "/repo/a.cs")]
    [TestCase("NotebookEdit", """{"notebook_path":"/repo/n.ipynb"}""", "/repo/n.ipynb")]
    [TestCase("Grep", """{"pattern":"x","path":"src"}""", "")]
    [TestCase("Grep", """{"pattern":"x","path":"src/a.cs"}""", "/repo/src/a.cs")]
    [TestCase("apply_patch", """{"input":"*** Begin Patch\n*** Update File: src/a.cs\n@@\n*** Add File: b.cs\n"}""", "/repo/src/a.cs|/repo/b.cs")]
    [TestCase("Read", """{"file_path":"C:\\repo\\a.cs"}""", "C:\\repo\\a.cs")]
    [TestCase("Read", """[]""", "")]
    [TestCase("Read", """{"file_path":7}""", "")]
    [SeedDefect("M12"), SeedDefect("E45")]
    public void The_files_of_a_tool_are_in_its_arguments(string tool, string input, string expected) =>
        Assert.That(ToolFootprint.Of(tool, Json(input), "/repo").Files, Is.EqualTo(expected.Split('|', StringSplitOptions.RemoveEmptyEntries)));

    [Test]
    [SeedDefect("M8"), SeedDefect("M13")]
    public async Task A_turn_gives_its_files_to_prompt_and_answer_and_the_next_one_starts_without()
    {
        var recorder = (await _temporary.OpenAsync()).StartConversation("c1", "/repo");
        recorder.RecordUserMessage("fix it");
        recorder.ProcessToolCall("Edit", Json("""{"file_path":"/repo/b.cs"}"""));
        recorder.RecordToolResult("Bash", Json("""{"command":"cd /tmp/x && cat /repo/a.cs"}"""), "ok");
        Assert.That(recorder.CurrentContext("fix it").Files, Is.EqualTo(new[] { "/repo/a.cs", "/repo/b.cs" }));
        recorder.RecordAssistantMessage("fixed");
        recorder.RecordUserMessage("next");
        var messages = recorder.TakePendingMessages();

        Assert.That(messages.Select(message => (message.Role.Value, message.Turn)), Is.EqualTo(new[] { ("user", 0), ("tool", 0), ("assistant", 0), ("user", 1) }));
        Assert.That(messages[0].Files, Is.EqualTo(new[] { "/repo/a.cs", "/repo/b.cs" }));
        Assert.That(messages[2].Files, Is.EqualTo(messages[0].Files));
        Assert.That(messages[3].Files, Is.Empty);
        Assert.That(recorder.WorkingDirectory, Is.EqualTo("/repo"), "a cd inside a command is not the conversation's");
        Assert.That(recorder.TakePendingMessages(), Is.Empty);
    }

    [Test]
    [SeedDefect("M13")]
    public async Task A_prompt_that_was_taken_early_comes_again_with_its_files_and_is_stored_once()
    {
        var memory = await _temporary.OpenAsync();
        var recorder = memory.StartConversation("c1", "/repo");
        recorder.RecordUserMessage("fix it");
        await memory.StoreMessagesAsync(recorder.TakePendingMessages());
        recorder.ProcessToolCall("Edit", Json("""{"file_path":"/repo/b.cs"}"""));
        recorder.RecordAssistantMessage("fixed");
        await memory.StoreMessagesAsync(recorder.TakePendingMessages());
        await memory.FlushAsync();

        var page = await memory.LoadConversationAsync("c1");

        Assert.That(page.Messages.Select(message => message.Content), Is.EqualTo(new[] { "fix it", "fixed" }));
        Assert.That(page.Messages[0].Files, Is.EqualTo(new[] { "/repo/b.cs" }));
    }

    [Test]
    public async Task A_conversation_goes_on_where_it_ended()
    {
        var memory = await _temporary.OpenAsync();
        var recorder = memory.StartConversation(workingDirectory: "/repo");
        Assert.That((recorder.IsResumed, recorder.TurnIndex), Is.EqualTo((false, 0)));
        recorder.RecordUserMessage("dropped");
        recorder.ResumeConversation("earlier", null, 7);
        recorder.RecordUserMessage("again");

        var message = recorder.TakePendingMessages().Single();

        Assert.That((recorder.IsResumed, message.ConversationId, message.Turn, message.WorkingDirectory), Is.EqualTo((true, "earlier", 7, "/repo")));
    }

    [Test]
    [Row(25), SeedDefect("M4"), SeedDefect("E39")]
    public async Task A_long_tool_answer_keeps_its_beginning_and_its_end_and_no_half_character()
    {
        var recorder = (await _temporary.OpenAsync()).StartConversation("c1");
        string output = "BEGIN " + string.Concat(Enumerable.Repeat("😀中", 3_000)) + " END";
        for (int shift = 0; shift < 3; shift++)
            recorder.RecordToolResult("Bash", Json("""{"command":"x"}"""), new string('.', shift) + output, isError: true);

        foreach (var message in recorder.TakePendingMessages())
        {
            Assert.That(message.Content, Does.Contain("BEGIN").And.EndsWith("END"));
            Assert.That(message.Content.Length, Is.LessThan(2_000));
            Assert.That(message.Content.IsNormalized() && !message.Content.EnumerateRunes().Any(rune => rune.Value == 0xFFFD), Is.True);
            Assert.That(message.IsError, Is.True);
        }
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
