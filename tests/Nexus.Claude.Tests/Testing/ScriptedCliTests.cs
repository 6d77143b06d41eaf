using System.Diagnostics;
using System.Text.Json;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Testing;

[Parallelizable(ParallelScope.All)]
internal sealed class ScriptedCliTests
{
    private const string Uuid = "11111111-1111-4111-8111-111111111111";

    [Test]
    public async Task Without_a_script_it_is_a_well_mannered_CLI()
    {
        using var process = new ScriptedProcess(null, "--output-format", "stream-json");
        await process.SendControlAsync("r1", "initialize");
        var reply = (await process.ReadAsync()).GetProperty("response");
        Assert.That(reply.GetProperty("request_id").GetString(), Is.EqualTo("r1"));
        Assert.That(reply.GetProperty("response").GetProperty("models").GetArrayLength(), Is.GreaterThan(0));

        await process.SendUserAsync("Say \"hi\" 🙂 {{uuid}}");
        var result = await process.ReadUntilAsync("result");
        Assert.That(result.GetProperty("result").GetString(), Is.EqualTo("You said: Say \"hi\" 🙂 {{uuid}}"));
        Assert.That(result.GetProperty("user_message_uuid").GetString(), Is.EqualTo(Uuid));

        await process.SendControlAsync("r2", "interrupt");
        Assert.That((await process.ReadUntilAsync("control_response")).GetProperty("response").GetProperty("response").GetProperty("still_queued").GetArrayLength(), Is.Zero);
        await process.SendControlAsync("r3", "no_such_thing");
        Assert.That((await process.ReadUntilAsync("control_response")).GetProperty("response").GetProperty("error_code").GetString(), Is.EqualTo("unsupported_request"));

        process.EndInput();
        Assert.That(await process.ExitAsync(), Is.Zero);
    }

    [Test]
    public async Task It_says_its_version()
    {
        using var process = new ScriptedProcess(null, "--version");
        Assert.That(await process.ReadLineAsync(), Is.EqualTo("2.1.330 (Claude Code)"));
        Assert.That(await process.ExitAsync(), Is.Zero);
    }

    [Test]
    public async Task The_library_runs_on_the_dotnet_host()
    {
        using var process = new ScriptedProcess("dotnet", null, ScriptedCli.LibraryPath, "--version");
        Assert.That(await process.ReadLineAsync(), Does.EndWith("(Claude Code)"));
    }

    [Test]
    public async Task A_turn_has_the_lines_of_the_real_CLI_in_its_order()
    {
        await using var cli = ScriptedCli.Create(new CliScript().StreamedTurn("Hel", "lo"));
        using var process = new ScriptedProcess(cli);
        await process.SendUserAsync("x");
        process.EndInput();

        List<JsonElement> lines = [];
        while (await process.ReadLineAsync() is { } line)
            lines.Add(JsonDocument.Parse(line).RootElement);

        Assert.That(lines.Select(line => line.GetProperty("type").GetString()), Is.EqualTo((string[])
            ["command_lifecycle", "command_lifecycle", "system", "stream_event", "stream_event", "stream_event", "stream_event", "assistant",
                "stream_event", "stream_event", "stream_event", "result", "command_lifecycle"]));
        Assert.That(lines[7].GetProperty("message").GetProperty("content")[0].GetProperty("text").GetString(), Is.EqualTo("Hello"));
        Assert.That(lines.Select(line => line.GetProperty("session_id").GetString()).Distinct(), Has.Exactly(1).Items);
        Assert.That(lines.Select(line => line.GetProperty("uuid").GetString()).Distinct(), Has.Exactly(lines.Count).Items);
    }

    [Test]
    public async Task An_error_result_makes_exit_code_one()
    {
        await using var cli = ScriptedCli.Create(new CliScript().Turn("API Error: 529", resultJson: """{"is_error":true,"api_error_status":529,"result":"API Error: 529"}"""));
        using var process = new ScriptedProcess(cli);
        await process.SendUserAsync("x");
        var result = await process.ReadUntilAsync("result");
        process.EndInput();

        Assert.That(result.GetProperty("api_error_status").GetInt32(), Is.EqualTo(529));
        Assert.That(await process.ExitAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Control_requests_are_answered_refused_or_left_alone_as_scripted()
    {
        await using var cli = ScriptedCli.Create(new CliScript()
            .AnswerInitialize("""{"commands":[],"pid":{{pid}}}""".Replace("{{pid}}", "7", StringComparison.Ordinal))
            .RefuseControl("set_model", "no such model", "invalid_model")
            .AwaitControl("interrupt")
            .Respond("nobody_asked")
            .Respond(payloadJson: """{"still_queued":["{{session_id}}"]}""")
            .Respond());
        using var process = new ScriptedProcess(cli, "--session-id=s1");
        foreach (string subtype in (string[])["interrupt", "set_model", "initialize"])
            await process.SendControlAsync("id_" + subtype, subtype);

        List<string> replies = [];
        for (int i = 0; i < 5; i++)
            replies.Add((await process.ReadAsync()).GetProperty("response").GetRawText());

        Assert.That(replies, Is.EqualTo((string[])
        [
            """{"subtype":"success","request_id":"id_initialize","response":{"commands":[],"pid":7}}""",
            """{"subtype":"error","request_id":"id_set_model","error":"no such model","error_code":"invalid_model"}""",
            """{"subtype":"success","request_id":"nobody_asked","response":{}}""",
            """{"subtype":"success","request_id":"id_interrupt","response":{"still_queued":["s1"]}}""",
            """{"subtype":"success","request_id":"id_interrupt","response":{}}""",
        ]));
    }

    [Test]
    public async Task A_standing_answer_comes_while_another_step_is_running()
    {
        await using var cli = ScriptedCli.Create();
        var gate = cli.CreateGate();
        cli.Play(new CliScript().AlwaysAnswer("mcp_status", """{"mcpServers":[1]}""").NeverAnswer("interrupt").WaitFor(gate).WriteLine("""{"type":"opened"}"""));
        using var process = new ScriptedProcess(cli);
        await process.SendControlAsync("r0", "interrupt");
        await process.SendControlAsync("r1", "mcp_status");

        Assert.That((await process.ReadAsync()).GetProperty("response").GetProperty("request_id").GetString(), Is.EqualTo("r1"));
        gate.Open();
        Assert.That((await process.ReadAsync()).GetProperty("type").GetString(), Is.EqualTo("opened"));
    }

    [Test]
    public async Task It_asks_the_SDK_and_waits_for_its_answer()
    {
        await using var cli = ScriptedCli.Create(new CliScript()
            .AskPermission("Bash", """{"command":"ls"}""").AwaitControlResponse().Mark("permission")
            .CallHook("hook_1", """{"hook_event_name":"Stop"}""", requestId: "h1").AwaitControlResponse().CancelControl("h1")
            .SendMcp("calc", """{"jsonrpc":"2.0","id":1,"method":"tools/list"}"""));
        using var process = new ScriptedProcess(cli);
        var ask = await process.ReadAsync();
        Assert.That(ask.GetProperty("request").GetProperty("tool_name").GetString(), Is.EqualTo("Bash"));
        Assert.That((await cli.ReadRecordAsync()).Select(record => record.Name), Has.None.EqualTo("permission"));

        await process.SendAsync($$$$"""{"type":"control_response","response":{"subtype":"success","request_id":"{{{{ask.GetProperty("request_id").GetString()}}}}","response":{"behavior":"allow"}}}""");
        await cli.WaitForMarkAsync("permission", ScriptedProcess.Patience());
        Assert.That((await process.ReadAsync()).GetProperty("request").GetProperty("callback_id").GetString(), Is.EqualTo("hook_1"));
        await process.SendAsync("""{"type":"control_response","response":{"subtype":"success","request_id":"h1","response":{}}}""");
        Assert.That((await process.ReadAsync()).GetRawText(), Is.EqualTo("""{"type":"control_cancel_request","request_id":"h1"}"""));
        Assert.That((await process.ReadAsync()).GetProperty("request").GetProperty("message").GetProperty("method").GetString(), Is.EqualTo("tools/list"));
    }

    [Test]
    public async Task An_interruptible_turn_stands_still_until_it_is_interrupted()
    {
        await using var cli = ScriptedCli.Create(new CliScript().InterruptibleTurn("one ", "two ").Turn("next"));
        using var process = new ScriptedProcess(cli);
        await process.SendUserAsync("x");
        await process.ReadUntilAsync("stream_event");
        await process.SendControlAsync("r1", "interrupt");

        await process.ReadUntilAsync("control_response");
        Assert.That((await process.ReadUntilAsync("assistant")).GetProperty("aborted").GetBoolean(), Is.True);
        Assert.That((await process.ReadUntilAsync("result")).GetProperty("terminal_reason").GetString(), Is.EqualTo("aborted_streaming"));
        Assert.That((await process.ReadUntilAsync("command_lifecycle")).GetProperty("state").GetString(), Is.EqualTo("cancelled"));
        await process.SendUserAsync("y");
        Assert.That((await process.ReadUntilAsync("result")).GetProperty("result").GetString(), Is.EqualTo("next"));
        process.EndInput();
        Assert.That(await process.ExitAsync(), Is.Zero);
    }

    [Test]
    public async Task Raw_text_half_lines_and_bytes_go_out_as_they_are()
    {
        await using var cli = ScriptedCli.Create(new CliScript().WriteText("garbage").WriteBytes([0xff, 0xfe, 0]).WriteText("{\"half", newLine: false).Exit(3));
        using var process = new ScriptedProcess(cli);
        using var bytes = new MemoryStream();
        await process.Output.CopyToAsync(bytes, ScriptedProcess.Patience());

        Assert.That(bytes.ToArray(), Is.EqualTo((byte[])[.. "garbage\n"u8, 0xff, 0xfe, 0, .. "{\"half"u8]));
        Assert.That(await process.ExitAsync(), Is.EqualTo(3));
    }

    [Test]
    public async Task A_burst_has_as_many_lines_of_about_the_size_and_a_giant_line_has_exactly_its_size()
    {
        await using var cli = ScriptedCli.Create(new CliScript().Burst(20_000, 350).GiantLine(3 << 20).Exit());
        using var process = new ScriptedProcess(cli);
        for (int i = 0; i < 20_000; i++)
        {
            string line = (await process.ReadLineAsync())!;
            if (i % 5_000 == 0)
                Assert.That(JsonDocument.Parse(line).RootElement.GetProperty("event").GetProperty("delta").GetProperty("text").GetString(), Does.StartWith($"{i} "));
            Assert.That(line.Length, Is.InRange(340, 360));
        }

        string giant = (await process.ReadLineAsync())!;
        Assert.That(giant, Has.Length.EqualTo((3 << 20) - 1));
        Assert.That(JsonDocument.Parse(giant).RootElement.GetProperty("type").GetString(), Is.EqualTo("assistant"));
    }

    [Test]
    public async Task Stderr_gets_its_lines_and_its_floods()
    {
        await using var cli = ScriptedCli.Create(new CliScript().WriteError("before").FloodError(1 << 20).WriteError("after").Exit(2));
        using var process = new ScriptedProcess(cli);

        string error = await process.ErrorAsync();

        Assert.That(error, Does.StartWith("before\n").And.EndWith("after\n"));
        Assert.That(error.Length, Is.GreaterThanOrEqualTo(1 << 20));
        Assert.That(await process.ExitAsync(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_crash_is_seen_as_a_kill()
    {
        await using var cli = ScriptedCli.Create(new CliScript().WriteText("last words").Crash());
        using var process = new ScriptedProcess(cli);

        Assert.That(await process.ReadLineAsync(), Is.EqualTo("last words"));
        Assert.That(await process.ExitAsync(), Is.EqualTo(OperatingSystem.IsWindows() ? -1 : 137));
    }

    [Test]
    public async Task Closing_the_output_ends_it_while_the_program_lives()
    {
        await using var cli = ScriptedCli.Create(new CliScript().WriteText("bye").CloseOutput().Hang());
        using var process = new ScriptedProcess(cli);

        Assert.That(await process.ReadLineAsync(), Is.EqualTo("bye"));
        Assert.That(await process.ReadLineAsync(), Is.Null);
        Assert.That(process.HasExited, Is.False);
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task Signals_end_it_with_the_real_exit_codes_unless_it_ignores_them()
    {
        await using var polite = ScriptedCli.Create(new CliScript().Mark("ready").Hang());
        using var interrupted = new ScriptedProcess(polite);
        await polite.WaitForMarkAsync("ready", ScriptedProcess.Patience());
        interrupted.Signal("INT");
        Assert.That(await interrupted.ExitAsync(), Is.Zero);
        using var terminated = new ScriptedProcess(polite);
        await polite.WaitForRecordAsync(record => record.Kind == "mark" && record.ProcessId == terminated.Id, ScriptedProcess.Patience());
        terminated.Signal("TERM");
        Assert.That(await terminated.ExitAsync(), Is.EqualTo(143));

        await using var stubborn = ScriptedCli.Create(new CliScript().IgnoreInterrupt().IgnoreTerminate().IgnoreEndOfInput().Mark("ready"));
        using var process = new ScriptedProcess(stubborn);
        await stubborn.WaitForMarkAsync("ready", ScriptedProcess.Patience());
        process.Signal("INT");
        await stubborn.WaitForRecordAsync(record => record.Kind == "signal" && record.Name == "SIGINT", ScriptedProcess.Patience());
        process.Signal("TERM");
        await stubborn.WaitForRecordAsync(record => record.Kind == "signal" && record.Name == "SIGTERM", ScriptedProcess.Patience());
        process.EndInput();
        await stubborn.WaitForRecordAsync(record => record.Kind == "end_of_input", ScriptedProcess.Patience());
        Assert.That(process.HasExited, Is.False);
    }

    [Test]
    public async Task Never_reading_its_input_fills_the_pipe()
    {
        await using var cli = ScriptedCli.Create();
        var gate = cli.CreateGate();
        cli.Play(new CliScript().NeverReadInput().WaitFor(gate).WriteText("still here"));
        using var process = new ScriptedProcess(cli);
        await process.SendAsync("{}");
        var sending = process.SendAsync(new string('x', 4 << 20));

        gate.Open();
        Assert.That(await process.ReadLineAsync(), Is.EqualTo("still here"));

        Assert.That((await cli.ReadRecordAsync()).Select(record => record.Kind), Is.EqualTo((string[])["start"]));
        Assert.That(sending.IsCompleted, Is.False);
        process.Kill();
        Assert.That(async () => await sending, Throws.InstanceOf<IOException>());
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_grandchild_lives_on_and_holds_the_output_or_not(bool holdsOutput)
    {
        await using var cli = ScriptedCli.Create(new CliScript().Grandchild(holdsOutput, ignoresSignals: true).Exit());
        using var process = new ScriptedProcess(cli);
        int pid = await cli.WaitForGrandchildAsync(ScriptedProcess.Patience());
        using var grandchild = Process.GetProcessById(pid);
        try
        {
            var end = process.ReadLineAsync();
            Assert.That(await process.ExitAsync(), Is.Zero);

            if (holdsOutput)
                Assert.That(end.IsCompleted, Is.False);
            else
                Assert.That(await end, Is.Null);
            Assert.That(grandchild.HasExited, Is.False);
            grandchild.Kill();
            Assert.That(await end, Is.Null);
        }
        finally
        {
            if (!grandchild.HasExited)
                grandchild.Kill();
        }
    }

    [Test]
    public async Task The_record_tells_arguments_environment_folder_and_every_line()
    {
        await using var cli = ScriptedCli.Create(new CliScript { RecordedVariables = { "NEXUS_SCRIPTED_CLI", "NOT_SET" } });
        using var process = new ScriptedProcess(cli, "--verbose", "--model=\"x y\"");
        await process.SendAsync("{\"type\":\"keep_alive\",\"x\":\"ü\"}");
        process.EndInput();
        await process.ExitAsync();

        var records = await cli.ReadRecordAsync();
        Assert.Multiple(() =>
        {
            Assert.That(records.Select(record => record.Kind), Is.EquivalentTo((string[])["start", "input", "end_of_input", "exit"]));
            var start = records.Single(record => record.Kind == "start");
            Assert.That(start.ProcessId, Is.EqualTo(process.Id));
            Assert.That(start.Arguments, Is.EqualTo((string[])["--verbose", "--model=\"x y\""]));
            Assert.That(start.WorkingDirectory, Is.EqualTo(TestContext.CurrentContext.WorkDirectory));
            Assert.That(start.VariableNames, Does.Contain("PATH"));
            Assert.That(start.Variables, Is.EqualTo(new Dictionary<string, string> { ["NEXUS_SCRIPTED_CLI"] = cli.ScriptPath }));
            Assert.That(records.Single(record => record.Kind == "input").LineJson.GetProperty("x").GetString(), Is.EqualTo("ü"));
            Assert.That(records.Single(record => record.Kind == "exit").ExitCode, Is.Zero);
        });
    }

    [TestCase("""{"steps":[{"step":"turn"},{"step":"dance"}]}""", "dance")]
    [TestCase("""{"steps":""", "cannot be read")]
    public async Task A_script_that_is_wrong_fails_loudly(string script, string expected)
    {
        await using var cli = ScriptedCli.Create();
        await File.WriteAllTextAsync(cli.ScriptPath, script);
        using var process = new ScriptedProcess(cli);

        Assert.That(await process.ErrorAsync(), Does.Contain(expected));
        Assert.That(await process.ExitAsync(), Is.EqualTo(64));
    }

    [Test]
    public async Task Garbage_on_its_input_ends_the_well_mannered_CLI_as_it_ends_the_real_one()
    {
        using var process = new ScriptedProcess(null);
        await process.SendAsync("this is not json");

        Assert.That(await process.ErrorAsync(), Does.StartWith("Error parsing streaming input line"));
        Assert.That(await process.ExitAsync(), Is.EqualTo(1));
    }
}
