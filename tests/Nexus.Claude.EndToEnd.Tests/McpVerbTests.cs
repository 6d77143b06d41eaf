using ModelContextProtocol.Protocol;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>MCP servers of a live client: asked about, connected anew, switched, replaced, and called.</summary>
internal sealed class McpVerbTests
{
    [Test]
    public async Task The_status_names_each_server_with_its_tools_and_what_is_said_about_them()
    {
        await using var cli = await RealCli.StartAsync();
        var server = new ToolServer("calc") { Version = "2.5.0" }
            .Add("add", "Adds", (int a, int b) => a + b, new ToolOptions { ReadOnly = true, Destructive = false, OpenWorld = false });
        await using var client = await cli.ConnectAsync(options =>
        {
            ToolServerTests.Use(options, server);
            options.McpServers["tiny"] = TinyMcpServer.Definition;
        });
        await client.AskAsync("Hi", cli.Deadline);

        var servers = (await client.GetMcpServersAsync(cli.Deadline)).ToDictionary(each => each.Name);
        var calc = servers["calc"];
        Assert.Multiple(() =>
        {
            Assert.That(calc.Status, Is.EqualTo(McpServerStatus.Connected));
            Assert.That(calc.ServerInfo, Is.EqualTo(new McpImplementation { Name = "calc", Version = "2.5.0" }));
            Assert.That((calc.Source, calc.Transport), Is.EqualTo(("sdk", "sdk")));
            Assert.That(calc.Tools.Single().Name, Is.EqualTo("add"));
            Assert.That(calc.Tools.Single().Annotations.IsReadOnly, Is.True);
            Assert.That(servers["tiny"].Transport, Is.EqualTo("stdio"));
            Assert.That(servers["tiny"].Tools.Select(tool => tool.Name), Is.EqualTo(["greet", "ask"]));
        });
    }

    [Test]
    public async Task A_server_is_switched_off_and_on_and_connected_anew([Values("calc", "tiny")] string name)
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options =>
        {
            ToolServerTests.Use(options, new ToolServer("calc").Add("add", "Adds", (int a, int b) => a + b));
            options.McpServers["tiny"] = TinyMcpServer.Definition;
            options.AllowedTools.Add("mcp__tiny");
        });
        await client.AskAsync("Hi", cli.Deadline);

        await client.SetMcpServerEnabledAsync(name, false, cli.Deadline);
        Assert.That(await StatusAsync(client, name), Is.EqualTo(McpServerStatus.Disabled));
        await client.SetMcpServerEnabledAsync(name, true, cli.Deadline);
        Assert.That(await StatusAsync(client, name), Is.EqualTo(McpServerStatus.Connected));
        if (name == "calc")
        {
            Assert.That(() => client.ReconnectMcpServerAsync(name, cli.Deadline), Throws.TypeOf<ProtocolException>());
        }
        else
        {
            await client.ReconnectMcpServerAsync(name, cli.Deadline);
            Assert.That(await StatusAsync(client, name), Is.EqualTo(McpServerStatus.Connected));
        }

        cli.Api.Enqueue(name == "calc" ? ScriptedReply.ToolUse("mcp__calc__add", """{"a":1,"b":2}""") : ScriptedReply.ToolUse("mcp__tiny__greet", """{"name":"Bo"}"""));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));
        await client.AskAsync("Go", cli.Deadline);
        Assert.That(
            ToolServerTests.TextOf(cli.Api.ConversationRequests[^1].ToolResults.Single()), Is.EqualTo(name == "calc" ? "3" : "Hello, Bo!"));
    }

    [Test]
    public async Task A_server_that_is_not_there_is_refused_with_the_words_of_the_cli()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        Assert.That(
            () => client.ReconnectMcpServerAsync("nope", cli.Deadline),
            Throws.TypeOf<ProtocolException>().With.Message.Contains("nope").And.Property(nameof(ProtocolException.RequestSubtype)).EqualTo("mcp_reconnect"));
        Assert.That(() => client.SetMcpServerEnabledAsync("nope", true, cli.Deadline), Throws.TypeOf<ProtocolException>().With.Message.Contains("nope"));
    }

    [Test]
    public async Task Servers_of_both_kinds_are_set_replaced_and_taken_away_on_a_live_client()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.AllowedTools = ["mcp__calc", "mcp__tiny"]);
        var first = new ToolServer("calc").Add("which", "x", () => "first");
        var second = new ToolServer("calc").Add("which", "x", () => "second").Add("more", "x", () => "more");

        var change = await client.SetMcpServersAsync(
            new Dictionary<string, McpServerOptions> { ["tiny"] = TinyMcpServer.Definition }, [first], cli.Deadline);
        Assert.That(change.Added, Is.EquivalentTo(["calc", "tiny"]));
        Assert.That(change.Errors, Is.Empty);
        Assert.That(await CallAsync("mcp__calc__which"), Is.EqualTo("first"));
        Assert.That(await CallAsync("mcp__tiny__greet", """{"name":"Bo"}"""), Is.EqualTo("Hello, Bo!"));

        change = await client.SetMcpServersAsync(toolServers: [second], cancellationToken: cli.Deadline);
        Assert.That(await CallAsync("mcp__calc__which"), Is.EqualTo("second"));
        Assert.That(await CallAsync("mcp__calc__more"), Is.EqualTo("more"));
        Assert.That((await client.GetMcpServersAsync(cli.Deadline)).Select(server => server.Name), Is.EqualTo(["calc"]));
        Assert.That((change.Added.Single(), change.Removed.Order().ToArray()), Is.EqualTo(("calc", (string[])["calc", "tiny"])));

        change = await client.SetMcpServersAsync(toolServers: [second], cancellationToken: cli.Deadline);
        Assert.That(change.Added.Concat(change.Removed), Is.Empty, "a server that is there already stays");
        Assert.That(await CallAsync("mcp__calc__which"), Is.EqualTo("second"));

        change = await client.SetMcpServersAsync(cancellationToken: cli.Deadline);
        Assert.That(change.Removed, Is.EqualTo(["calc"]));
        Assert.That(await client.GetMcpServersAsync(cli.Deadline), Is.Empty);

        async Task<string> CallAsync(string tool, string input = "{}")
        {
            cli.Api.Enqueue(ScriptedReply.ToolUse(tool, input));
            cli.Api.Enqueue(ScriptedReply.Text("Done."));
            await client.AskAsync("Go", cli.Deadline);
            return ToolServerTests.TextOf(cli.Api.ConversationRequests[^1].ToolResults.Single());
        }
    }

    [Test]
    public async Task Servers_of_the_options_outside_of_this_program_stay_when_others_are_set()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options =>
        {
            options.McpServers["tiny"] = TinyMcpServer.Definition;
            ToolServerTests.Use(options, new ToolServer("calc").Add("one", "x", () => 1));
        });

        var change = await client.SetMcpServersAsync(toolServers: [new ToolServer("other").Add("two", "x", () => 2)], cancellationToken: cli.Deadline);

        Assert.That(change.Removed, Is.EqualTo(["calc"]));
        Assert.That((await client.GetMcpServersAsync(cli.Deadline)).Select(server => server.Name), Is.EquivalentTo(["tiny", "other"]));
    }

    [Test]
    public async Task A_server_that_cannot_be_connected_is_named_with_the_reason()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        var change = await client.SetMcpServersAsync(
            new Dictionary<string, McpServerOptions> { ["bad"] = new StdioMcpServer("/nonexistent/server") },
            [ToolServer.From("broken", _ => throw new InvalidOperationException("No database."))],
            cli.Deadline);

        Assert.That(change.Errors.Keys, Does.Contain("bad"));
        while (await StatusAsync(client, "broken") == McpServerStatus.Pending)
            cli.Deadline.ThrowIfCancellationRequested();
        var broken = (await client.GetMcpServersAsync(cli.Deadline)).Single(server => server.Name == "broken");
        Assert.That(broken.Status, Is.EqualTo(McpServerStatus.Failed));
        Assert.That(() => client.SetMcpServersAsync(toolServers: [new ToolServer("workspace")]), Throws.TypeOf<OptionsValidationException>());
    }

    [Test]
    public async Task A_tool_of_another_process_is_called_without_the_model()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options =>
        {
            ToolServerTests.Use(options, new ToolServer("calc").Add("add", "Adds", (int a, int b) => a + b));
            options.McpServers["tiny"] = TinyMcpServer.Definition;
        });

        var result = await client.CallMcpToolAsync("tiny", "greet", new() { ["name"] = "Bo" }, cancellationToken: cli.Deadline);

        Assert.That(result.Content.OfType<TextContentBlock>().Single().Text, Is.EqualTo("Hello, Bo!"));
        Assert.That(cli.Api.ConversationRequests, Is.Empty);
        Assert.That(
            () => client.CallMcpToolAsync("calc", "add", cancellationToken: cli.Deadline), Throws.TypeOf<ProtocolException>().With.Message.Contains("SDK MCP servers"));
        Assert.That(() => client.CallMcpToolAsync("tiny", "nope", cancellationToken: cli.Deadline), Throws.TypeOf<ProtocolException>());
    }

    [Test]
    public async Task A_user_interface_of_a_server_is_read_and_other_addresses_are_refused()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.McpServers["tiny"] = TinyMcpServer.Definition);

        while (await StatusAsync(client, "tiny") == McpServerStatus.Pending)
            cli.Deadline.ThrowIfCancellationRequested();

        var result = await client.ReadMcpResourceAsync("tiny", "ui://tiny/page", cli.Deadline);

        Assert.That(result.Contents.OfType<TextResourceContents>().Single().Text, Is.EqualTo("<p>Hello</p>"));
        Assert.That(() => client.ReadMcpResourceAsync("tiny", "file:///etc/passwd", cli.Deadline), Throws.TypeOf<ProtocolException>());
    }

    [Test]
    public async Task The_permission_mode_of_one_server_is_set_and_set_back()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.McpServers["tiny"] = TinyMcpServer.Definition);

        Assert.That(await client.SetMcpPermissionModeOverrideAsync("tiny", PermissionMode.Default, cli.Deadline), Is.Null);
        Assert.That(await client.SetMcpPermissionModeOverrideAsync("tiny", null, cli.Deadline), Is.Null);
        Assert.That(() => client.SetMcpPermissionModeOverrideAsync("tiny", new PermissionMode("nonsense"), cli.Deadline), Throws.TypeOf<ProtocolException>());
    }

    [Test]
    public async Task What_a_server_asks_the_user_is_answered_by_the_callback()
    {
        await using var cli = await RealCli.StartAsync();
        ElicitationRequest? asked = null;

        string answer = await AskAsync(cli, "{}", (request, _) =>
        {
            asked = request;
            return ValueTask.FromResult(ElicitationResponse.Accept(new() { ["name"] = "Ada", ["age"] = 36 }));
        });

        Assert.Multiple(() =>
        {
            Assert.That(asked?.ServerName, Is.EqualTo("tiny"));
            Assert.That(asked?.Message, Is.EqualTo("Who are you?"));
            Assert.That(asked?.Mode, Is.EqualTo(ElicitationMode.Form));
            Assert.That(asked?.Fields, Is.EqualTo(["name", "age"]));
            Assert.That(asked?.RequestedSchema?.GetProperty("required")[0].GetString(), Is.EqualTo("name"));
            Assert.That(answer, Does.Contain("\"accept\"").And.Contain("\"Ada\"").And.Contain("36"));
        });
    }

    [Test]
    public async Task A_page_that_a_server_wants_opened_is_passed_on()
    {
        await using var cli = await RealCli.StartAsync();
        ElicitationRequest? asked = null;

        string answer = await AskAsync(cli, """{"url":"https://example.invalid/login"}""", (request, _) =>
        {
            asked = request;
            return ValueTask.FromResult(ElicitationResponse.Accept());
        });

        Assert.That((asked?.Mode, asked?.Url, asked?.ElicitationId), Is.EqualTo((ElicitationMode.Url, "https://example.invalid/login", "e1")));
        Assert.That(answer, Does.Contain("accept"));
    }

    [Test]
    public async Task A_question_nobody_answers_is_declined_and_one_whose_callback_throws_is_cancelled()
    {
        await using var cli = await RealCli.StartAsync();

        Assert.That(await AskAsync(cli, "{}", null), Does.Contain("decline"));
        Assert.That(await AskAsync(cli, "{}", (_, _) => ValueTask.FromResult(ElicitationResponse.Decline)), Does.Contain("decline"));
        Assert.That(await AskAsync(cli, "{}", (_, _) => throw new InvalidOperationException("No window.")), Does.Contain("cancel"));
    }

    private static async Task<string> AskAsync(
        RealCli cli, string input, Func<ElicitationRequest, CancellationToken, ValueTask<ElicitationResponse>>? answer)
    {
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__tiny__ask", input));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));
        await cli.AskAsync("Go", options =>
        {
            options.McpServers["tiny"] = TinyMcpServer.Definition;
            options.AllowedTools = ["mcp__tiny"];
            options.OnElicitation = answer;
        });
        return ToolServerTests.TextOf(cli.Api.ConversationRequests[^1].ToolResults.Single());
    }

    private static async Task<McpServerStatus> StatusAsync(ClaudeClient client, string name) =>
        (await client.GetMcpServersAsync()).Single(server => server.Name == name).Status;
}
