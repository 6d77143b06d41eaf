using CsCheck;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Nexus.Claude.Tools;
using SdkServerOptions = ModelContextProtocol.Server.McpServerOptions;

namespace Nexus.Claude.Tests.Tools;

/// <summary>How a tool server is described, and what cannot be.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ToolServerTests
{
    [Test]
    public void A_full_name_has_only_characters_that_the_CLI_uses_and_keeps_the_lengths() =>
        Gen.Select(Gen.String[1, 40], Gen.String[1, 40]).Where((server, _) => !string.IsNullOrWhiteSpace(server)).Sample((server, tool) =>
        {
            var full = new ToolServer(server).FullName(tool);
            return full.Length == "mcp____".Length + server.Length + tool.Length
                && full.StartsWith("mcp__", StringComparison.Ordinal)
                && full.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
                && full.Skip(5).Take(server.Length).Zip(server).All(pair => pair.First == pair.Second || (pair.First == '_' && !char.IsAsciiLetterOrDigit(pair.Second)))
                && McpToolName.Normalize(McpToolName.Normalize(tool)) == McpToolName.Normalize(tool);
        });

    [TestCase("calc", "add", "mcp__calc__add")]
    [TestCase("my server", "get.item", "mcp__my_server__get_item")]
    [TestCase("größe", "a-b_c", "mcp__gr__e__a-b_c")]
    public void A_full_name_is_the_one_that_the_model_sees(string server, string tool, string expected) =>
        Assert.That(new ToolServer(server).FullName(tool), Is.EqualTo(expected));

    [Test]
    public void What_is_said_about_a_tool_is_in_its_definition()
    {
        var tool = new ToolServer("s").Add("wipe", "Wipes", (string disk) => disk, new ToolOptions
        {
            Title = "Wiper",
            ReadOnly = false,
            Destructive = true,
            Idempotent = true,
            OpenWorld = false,
            AlwaysLoad = false,
            SearchHint = "erase",
            MaxResultCharacters = 1000,
            EndsTurn = true,
        }).Tools.Single().ProtocolTool;

        Assert.Multiple(() =>
        {
            Assert.That((tool.Name, tool.Title, tool.Description), Is.EqualTo(("wipe", "Wiper", "Wipes")));
            Assert.That(
                (tool.Annotations!.ReadOnlyHint, tool.Annotations.DestructiveHint, tool.Annotations.IdempotentHint, tool.Annotations.OpenWorldHint),
                Is.EqualTo(((bool?)false, (bool?)true, (bool?)true, (bool?)false)));
            Assert.That(
                tool.Meta!.ToJsonString(),
                Is.EqualTo("""{"anthropic/alwaysLoad":false,"anthropic/searchHint":"erase","anthropic/maxResultSizeChars":1000,"claude/endTurn":true}"""));
        });
    }

    [Test]
    public void A_function_without_a_schema_gets_one_that_says_object()
    {
        var tool = ToolServer.Create("s", new Bare()).Tools.Single().ProtocolTool;

        Assert.That(tool.InputSchema.GetProperty("type").GetString(), Is.EqualTo("object"));
    }

    [Test]
    public async Task Text_that_a_function_gives_as_JSON_is_plain_text_again()
    {
        await using var talk = await McpTalk.StartAsync(ToolServer.Create(
            "s",
            AIFunctionFactory.Create(() => "say \"hi\"", "text"),
            AIFunctionFactory.Create(() => (string?)null, "nothing"),
            AIFunctionFactory.Create(() => new[] { 1, 2 }, "numbers")));

        Assert.That(InProcessServersTests.TextOf(await talk.CallAsync("s", "text", 1)), Is.EqualTo("say \"hi\""));
        Assert.That((await talk.CallAsync("s", "nothing", 2)).GetProperty("result").GetProperty("content").GetArrayLength(), Is.Zero);
        Assert.That(InProcessServersTests.TextOf(await talk.CallAsync("s", "numbers", 3)), Is.EqualTo("[1,2]"));
    }

    [Test]
    public async Task The_services_of_a_server_reach_its_tools()
    {
        var services = new OneService(new Clock("noon"));
        await using var talk = await McpTalk.StartAsync(new ToolServer("s") { Services = services }
            .Add("now", "x", (RequestContext<CallToolRequestParams> request) => ((Clock)request.Services!.GetService(typeof(Clock))!).Now)
            .AddMethods<Watch>());

        Assert.That(InProcessServersTests.TextOf(await talk.CallAsync("s", "now", 1)), Is.EqualTo("noon"));
        Assert.That(InProcessServersTests.TextOf(await talk.CallAsync("s", "look", 2)), Is.EqualTo("noon"));
    }

    [Test]
    public void A_second_tool_of_a_name_a_type_without_tools_and_a_closed_server_are_refused()
    {
        var server = new ToolServer("s").Add("one", "x", () => 1);

        Assert.That(() => server.Add("one", "x", () => 2), Throws.ArgumentException);
        Assert.That(() => server.AddMethods<OneService>(), Throws.ArgumentException.With.Message.Contains("[McpServerTool]"));
        Assert.That(() => new ToolServer(" "), Throws.ArgumentException);
        Assert.That(() => ToolServer.From("s", new SdkServerOptions()).Add("x", "x", () => 1), Throws.InvalidOperationException);
        Assert.That(() => ToolServer.From("s", _ => null!).Add("x", "x", () => 1), Throws.InvalidOperationException);
    }

    [Test]
    public void Mistakes_in_tool_servers_are_found_before_a_process_is_started()
    {
        var options = new ClaudeOptions
        {
            McpServers = { ["my.files"] = new StdioMcpServer("x") },
            ToolServers =
            {
                new ToolServer("my_files"),
                new ToolServer("workspace"),
                new ToolServer("slow") { Timeout = TimeSpan.FromMilliseconds(5) },
                new ToolServer("same").Add("a.b", "x", () => 1).Add("a_b", "x", () => 1),
                new ToolServer("open") { Policies = [new McpToolPolicy("x") { Permission = McpToolDecision.AlwaysAllow }] },
                null!,
            },
            OnUserDialog = (_, _) => ValueTask.FromResult(UserDialogResponse.Cancelled),
        };

        var mistakes = ClaudeOptionsValidator.Collect(options, isWindows: false);

        Assert.That(mistakes, Has.Count.EqualTo(7), string.Join('\n', mistakes));
        Assert.That(mistakes, Has.One.Contains("ToolServers['my_files']").And.One.Contains("ToolServers['slow'].Timeout").And.One.Contains("'a.b', 'a_b'"));
    }

    [Test]
    public void A_copy_of_options_has_its_own_list_of_the_same_servers()
    {
        var options = new ClaudeOptions { ToolServers = { new ToolServer("s") } };

        var copy = options.Clone();
        copy.ToolServers.Add(new ToolServer("t"));

        Assert.That(options.ToolServers, Has.Count.EqualTo(1));
        Assert.That(copy.ToolServers[0], Is.SameAs(options.ToolServers[0]));
    }

    private sealed class Bare : AIFunction
    {
        public override string Name => "bare";

        protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) => ValueTask.FromResult<object?>("x");
    }

    private sealed record Clock(string Now);

    private sealed class OneService(Clock clock) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(Clock) ? clock : null;
    }

    private sealed class Watch(Clock clock)
    {
        [McpServerTool(Name = "look")]
        public string Look() => clock.Now;
    }
}
