using System.Text.Json.Nodes;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>What surrounds a session (settings, folders, agents, plugins, servers, the process) has its effect by either entry point.</summary>
internal sealed class SettingsTests
{
    [Test]
    public async Task Inline_settings([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();

        await cli.RunAsync(entry, "Hello", options => options.Settings = ClaudeSettings.Inline(new JsonObject { ["model"] = "claude-haiku-4-5" }));

        Assert.That(cli.Api.ConversationRequests[0].Model, Does.Contain("haiku"));
    }

    [Test]
    public async Task Settings_of_a_file([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("my.json"), """{"model":"claude-haiku-4-5"}""", cli.Deadline);

        await cli.RunAsync(entry, "Hello", options => options.Settings = ClaudeSettings.File("my.json"));

        Assert.That(cli.Api.ConversationRequests[0].Model, Does.Contain("haiku"));
    }

    [Test]
    public async Task Managed_settings([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await cli.RunAsync(entry, "Hello", options => options.ManagedSettings = ClaudeSettings.Json("""{"permissions":{"deny":["Bash"]}}"""));

        Assert.That(messages.Init().Tools, Has.No.Member("Bash").And.Member("Read"));
    }

    [Test]
    public async Task Setting_sources_decide_whether_the_projects_files_are_read([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("CLAUDE.md"), "The password is swordfish.", cli.Deadline);

        await cli.RunAsync(entry, "Hello");
        await cli.RunAsync(entry, "Hello", options => options.SettingSources = []);
        await cli.RunAsync(entry, "Hello", options => options.SettingSources = [SettingSource.Project]);

        Assert.That(
            cli.Api.ConversationRequests.Select(request => request.Body.GetRawText().Contains("swordfish", StringComparison.Ordinal)),
            Is.EqualTo([true, false, true]));
    }

    [Test]
    public async Task Settings_allow_what_the_options_do_not([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Write", ToolTests.Json(("file_path", cli.PathOf("x")), ("content", "y"))));

        await cli.RunAsync(entry, "Write", options =>
        {
            options.PermissionMode = PermissionMode.Default;
            options.Settings = ClaudeSettings.Json("""{"permissions":{"allow":["Write"]}}""");
        });

        Assert.That(File.Exists(cli.PathOf("x")));
    }

    [Test]
    [Platform("Linux", Reason = "Only there does the sandbox need programs that may be missing.")]
    public async Task A_sandbox_that_must_be_there_and_is_not_stops_the_start_with_the_reason([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();

        var failure = await SessionTests.FailureOfAsync(cli.RunAsync(entry, "Hello", options =>
        {
            options.Sandbox = new SandboxOptions { Enabled = true, FailIfUnavailable = true };
            options.Environment["PATH"] = cli.Environment.HomeDirectory;
        }));

        Assert.That(failure.Message, Does.Contain("sandbox").IgnoreCase);
        Assert.That(failure.ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task Agents_are_offered_and_one_of_them_can_lead([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        void WithAgents(ClaudeOptions options) => options.Agents["reviewer"] = new AgentDefinition("Reviews code", "You review code without mercy.");

        var offered = await cli.RunAsync(entry, "Hello", WithAgents);
        await cli.RunAsync(entry, "Hello", options =>
        {
            WithAgents(options);
            options.Agent = "reviewer";
        });

        Assert.That(offered.Init().Agents, Does.Contain("reviewer"));
        Assert.That(cli.Api.ConversationRequests[1].System, Does.Contain("You review code without mercy."));
    }

    [Test]
    public async Task A_subagent_works_within_the_turn_and_its_messages_are_told_apart()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.When(
            request => request.System.Contains("without mercy", StringComparison.Ordinal), ScriptedReply.Text("Terrible code."));
        cli.Api.Enqueue(ScriptedReply.ToolUse(
            "Agent", """{"description":"review","prompt":"review it","subagent_type":"reviewer","run_in_background":false}""", "toolu_agent"));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));

        var messages = await cli.QueryAsync("Have it reviewed", options =>
        {
            options.Agents["reviewer"] = new AgentDefinition("Reviews code", "You review code without mercy.");
            options.ForwardSubagentText = true;
        });

        Assert.Multiple(() =>
        {
            Assert.That(messages.OfType<TaskStartedMessage>().Single().SubagentType, Is.EqualTo("reviewer"));
            Assert.That(messages.OfType<AssistantMessage>().Single(message => message.IsSidechain).Text, Is.EqualTo("Terrible code."));
            Assert.That(messages.OfType<AssistantMessage>().Single(message => message.IsSidechain).ParentToolUseId, Is.EqualTo("toolu_agent"));
            Assert.That(messages.Result().Text, Is.EqualTo("Done."));
        });
    }

    [Test]
    public async Task A_plugin_brings_its_commands([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        string folder = cli.PathOf("plug");
        Directory.CreateDirectory(Path.Combine(folder, ".claude-plugin"));
        Directory.CreateDirectory(Path.Combine(folder, "commands"));
        await File.WriteAllTextAsync(Path.Combine(folder, ".claude-plugin", "plugin.json"), """{"name":"demo","version":"1.2.3"}""", cli.Deadline);
        await File.WriteAllTextAsync(Path.Combine(folder, "commands", "hail.md"), "Say hail.", cli.Deadline);

        var messages = await cli.RunAsync(entry, "Hello", options => options.Plugins = ["plug"]);

        Assert.That(messages.Init().Plugins.Select(plugin => plugin.Name), Does.Contain("demo"));
        Assert.That(messages.Init().SlashCommands, Does.Contain("demo:hail"));
    }

    [Test]
    public async Task A_server_of_tools_is_connected_and_its_tool_is_called([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__tiny__greet", """{"name":"Ada"}"""));

        var messages = await cli.RunAsync(entry, "Greet", options =>
        {
            options.McpServers["tiny"] = TinyMcpServer.Definition;
            options.AllowedTools = ["mcp__tiny__greet"];
            options.Environment["MCP_CONNECTION_NONBLOCKING"] = "0";
        });

        var server = messages.Init().McpServers.Single(each => each.Name == "tiny");
        Assert.That(server.Status, Is.EqualTo(McpServerStatus.Connected));
        Assert.That(messages.Blocks<ToolResultBlock>().Single().Text, Is.EqualTo("Hello, Ada!"));
    }

    [Test]
    public async Task A_server_of_tools_that_cannot_start_is_reported_and_does_no_harm([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await cli.RunAsync(entry, "Hello", options =>
        {
            options.McpServers["absent"] = new StdioMcpServer(cli.PathOf("no-such-program"));
            options.Environment["MCP_CONNECTION_NONBLOCKING"] = "0";
        });

        Assert.That(messages.Init().McpServers.Single(each => each.Name == "absent").Status, Is.EqualTo(McpServerStatus.Failed));
        Assert.That(messages.Result().IsSuccess);
    }

    [Test]
    public async Task An_additional_folder_may_be_read([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        string folder = Directory.CreateDirectory(Path.Combine(cli.Environment.RootDirectory, "elsewhere")).FullName;
        string file = Path.Combine(folder, "note.txt");
        await File.WriteAllTextAsync(file, "the note", cli.Deadline);
        cli.Api.Default = request => request.ToolResults.Count == 0
            ? ScriptedReply.ToolUse("Read", ToolTests.Json(("file_path", file)))
            : ScriptedReply.Text("Read.");

        var without = await cli.RunAsync(entry, "Read", options => options.PermissionMode = PermissionMode.Default);
        var with = await cli.RunAsync(entry, "Read", options =>
        {
            options.PermissionMode = PermissionMode.Default;
            options.AdditionalDirectories = [folder];
        });

        Assert.That(without.Blocks<ToolResultBlock>().Single().IsError);
        Assert.That(with.Blocks<ToolResultBlock>().Single().Text, Does.Contain("the note"));
    }

    [Test]
    public async Task Extra_arguments_reach_the_cli([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await cli.RunAsync(entry, "Hello", options => options.ExtraArguments["disable-slash-commands"] = null);

        Assert.That(messages.Init().SlashCommands, Is.Empty);
    }

    [Test]
    public async Task Hooks_of_settings_are_told_when_asked_for([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await cli.RunAsync(entry, "Hello", options =>
        {
            options.IncludeHookEvents = true;
            options.Settings = ClaudeSettings.Json("""{"hooks":{"UserPromptSubmit":[{"hooks":[{"type":"command","command":"echo from the hook"}]}]}}""");
        });

        Assert.That(messages.OfType<HookStartedMessage>().Select(hook => hook.HookEvent.ToString()), Does.Contain("UserPromptSubmit"));
        Assert.That(messages.OfType<HookResponseMessage>().Select(hook => hook.Output), Has.Some.Contains("from the hook"));
    }

    [Test]
    public async Task Prompts_are_echoed_when_asked_for([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await cli.RunAsync(entry, "Hello echo", options => options.ReplayUserMessages = true);

        Assert.That(messages.OfType<UserMessage>().Single(message => message.IsReplay).Text, Is.EqualTo("Hello echo"));
    }

    [Test]
    public async Task A_title_is_kept_with_the_session([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();

        string id = (await cli.RunAsync(entry, "Hello", options => options.Title = "The titled session")).Result().SessionId!;

        string transcript = Directory.EnumerateFiles(cli.Environment.ConfigDirectory, id + ".jsonl", SearchOption.AllDirectories).Single();
        Assert.That(await File.ReadAllTextAsync(transcript, cli.Deadline), Does.Contain("The titled session"));
    }

    [Test]
    public async Task The_debug_log_goes_to_its_file([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();

        await cli.RunAsync(entry, "Hello", options => options.DebugFile = "debug.log");

        Assert.That(new FileInfo(cli.PathOf("debug.log")).Length, Is.GreaterThan(0));
    }
}
