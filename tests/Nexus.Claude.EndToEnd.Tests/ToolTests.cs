using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Tools that the CLI runs by itself, because it was allowed to.</summary>
internal sealed class ToolTests
{
    [Test]
    public async Task An_allowed_tool_runs_and_its_result_goes_back_to_the_model([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        string path = cli.PathOf("hello.txt");
        cli.Api.Enqueue(ScriptedReply.Text("I will write it.").ThenToolUse("Write", Json(("file_path", path), ("content", "Hello, file.\n")), "toolu_write"));
        cli.Api.Enqueue(ScriptedReply.Text("Written."));

        var messages = await cli.RunAsync(entry, "Write hello.txt", options => options.AllowedTools = ["Write"]);

        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(path), Is.EqualTo("Hello, file.\n"));
            Assert.That(messages.Blocks<ToolUseBlock>().Single().Id, Is.EqualTo("toolu_write"));
            Assert.That(messages.Blocks<ToolUseBlock>().Single().Input.GetProperty("file_path").GetString(), Is.EqualTo(path));
            Assert.That(messages.Blocks<ToolResultBlock>().Single().ToolUseId, Is.EqualTo("toolu_write"));
            Assert.That(messages.Blocks<ToolResultBlock>().Single().IsError, Is.False);
            Assert.That(messages.OfType<UserMessage>().Single().ToolUseResult?.GetProperty("filePath").GetString(), Is.EqualTo(path));
            Assert.That(messages.Result().Text, Is.EqualTo("Written."));
            Assert.That(messages.Result().NumTurns, Is.EqualTo(2));
            Assert.That(messages.Result().PermissionDenials, Is.Empty);
            Assert.That(cli.Api.ConversationRequests[1].ToolResults.Single().GetProperty("tool_use_id").GetString(), Is.EqualTo("toolu_write"));
        });
    }

    [Test]
    public async Task A_tool_that_nobody_allowed_is_denied_and_the_turn_goes_on()
    {
        await using var cli = await RealCli.StartAsync();
        string path = cli.PathOf("hello.txt");
        cli.Api.Enqueue(ScriptedReply.ToolUse("Write", Json(("file_path", path), ("content", "Hello."))));
        cli.Api.Enqueue(ScriptedReply.Text("I may not."));

        var messages = await cli.QueryAsync("Write hello.txt", options => options.PermissionMode = PermissionMode.Default);

        Assert.Multiple(() =>
        {
            Assert.That(File.Exists(path), Is.False);
            Assert.That(messages.Blocks<ToolResultBlock>().Single().IsError);
            Assert.That(messages.Result().PermissionDenials.Single().ToolName, Is.EqualTo("Write"));
            Assert.That(messages.Result().IsSuccess);
            Assert.That(messages.Result().Text, Is.EqualTo("I may not."));
        });
    }

    [Test]
    public async Task The_permission_mode_decides_what_runs_unasked([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        string path = cli.PathOf("hello.txt");
        cli.Api.Enqueue(ScriptedReply.ToolUse("Write", Json(("file_path", path), ("content", "Hello."))));

        var messages = await cli.RunAsync(entry, "Write hello.txt", options => options.PermissionMode = PermissionMode.AcceptEdits);

        Assert.That(messages.Init().PermissionMode, Is.EqualTo(PermissionMode.AcceptEdits));
        Assert.That(File.Exists(path));
    }

    [Test]
    public async Task Several_tools_of_one_answer_each_give_their_result()
    {
        await using var cli = await RealCli.StartAsync();
        foreach (string name in (string[])["a", "b", "c"])
            await File.WriteAllTextAsync(cli.PathOf(name + ".txt"), $"content of {name}", cli.Deadline);
        cli.Api.Enqueue(ScriptedReply.ToolUses(
            new ToolCall("Read", Json(("file_path", cli.PathOf("a.txt"))), "toolu_a"),
            new ToolCall("Read", Json(("file_path", cli.PathOf("b.txt"))), "toolu_b"),
            new ToolCall("Read", Json(("file_path", cli.PathOf("c.txt"))), "toolu_c")));
        cli.Api.Enqueue(ScriptedReply.Text("Read."));

        var messages = await cli.QueryAsync("Read all", options => options.AllowedTools = ["Read"]);

        var results = messages.Blocks<ToolResultBlock>().ToDictionary(block => block.ToolUseId, block => block.Text);
        Assert.Multiple(() =>
        {
            Assert.That(messages.Blocks<ToolUseBlock>().Select(block => block.Id), Is.EqualTo(["toolu_a", "toolu_b", "toolu_c"]));
            Assert.That(results.Keys, Is.EquivalentTo(["toolu_a", "toolu_b", "toolu_c"]));
            Assert.That(results["toolu_b"], Does.Contain("content of b"));
            Assert.That(cli.Api.ConversationRequests[1].ToolResults, Has.Count.EqualTo(3));
            Assert.That(messages.Result().IsSuccess);
        });
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "The Bash tool needs a Unix shell.")]
    public async Task A_command_runs_in_the_working_directory_with_the_environment_of_the_options([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"pwd; echo $GREETING; echo \"[$NEXUS_CLAUDE_TEST_LEAK]\""}"""));
        Environment.SetEnvironmentVariable("NEXUS_CLAUDE_TEST_LEAK", "of the parent");

        var messages = await cli.RunAsync(entry, "Run it", options =>
        {
            options.AllowedTools = ["Bash"];
            options.Environment["GREETING"] = "grüezi";
        });

        string output = messages.Blocks<ToolResultBlock>().Single().Text;
        Assert.That(messages.Init().WorkingDirectory, Is.EqualTo(cli.Environment.WorkingDirectory));
        Assert.That(output, Does.Contain(cli.Environment.WorkingDirectory).And.Contain("grüezi").And.Contain("[]"));
    }

    [Test]
    public async Task Output_of_a_tool_that_is_an_error_is_marked_as_one()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Read", Json(("file_path", cli.PathOf("absent.txt")))));

        var messages = await cli.QueryAsync("Read it", options => options.AllowedTools = ["Read"]);

        Assert.That(messages.Blocks<ToolResultBlock>().Single().IsError);
        Assert.That(messages.Result().IsSuccess);
    }

    internal static string Json(params (string Name, string Value)[] members) =>
        System.Text.Json.JsonSerializer.Serialize(members.ToDictionary(member => member.Name, member => member.Value));
}
