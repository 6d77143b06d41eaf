using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 32)]
internal sealed class AgentTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-agent-").FullName;
    private readonly FakeLogCollector _log = new();
    private readonly NexusClaudeServerOptions _options = new();

    private string AuditFile => Path.Combine(_folder, "audit.jsonl");

    private string Project => Path.Combine(_folder, "project");

    [SetUp]
    public void MakeFolders()
    {
        Directory.CreateDirectory(Project);
        Directory.CreateDirectory(Path.Combine(_folder, "other"));
        _options.Agent.AuditFile = AuditFile;
    }

    [TearDown]
    public void RemoveFolders() => Directory.Delete(_folder, recursive: true);

    [TestCase(null, null, false)]
    [TestCase(null, "true", true)]
    [TestCase(null, "false", false)]
    [TestCase(true, null, true)]
    [TestCase(false, "true", false)]
    public void A_request_asks_by_its_body_or_else_by_the_header(bool? body, string? header, bool expected)
    {
        var context = Context(new KeyPolicy { AllowsAgent = true });
        if (header is not null)
            context.Request.Headers[AgentMode.Header] = header;

        Assert.That(AgentMode.IsAsked(context, body), Is.EqualTo(expected));
    }

    [Test]
    public void A_key_without_the_right_gets_403_and_a_header_that_is_neither_400()
    {
        Assert.That(() => AgentMode.IsAsked(Context(KeyPolicy.Open), true), Throws.InstanceOf<GatewayException>().With.Property(nameof(GatewayException.Status)).EqualTo(403));
        Assert.That(AgentMode.IsAsked(Context(KeyPolicy.Open), null), Is.False);
        var context = Context(new KeyPolicy { AllowsAgent = true });
        context.Request.Headers[AgentMode.Header] = "maybe";
        Assert.That(() => AgentMode.IsAsked(context, null), Throws.InstanceOf<GatewayException>().With.Property(nameof(GatewayException.Status)).EqualTo(400));
    }

    [TestCase("Read", "project/a.txt", true, "folder")]
    [TestCase("Write", "project/new/b.txt", true, "folder")]
    [TestCase("Edit", "other/c.txt", false, "outside")]
    [TestCase("Read", "project/../other/c.txt", false, "outside")]
    [TestCase("Read", "link/c.txt", false, "outside")]
    [TestCase("Bash", null, false, "not_listed")]
    [TestCase("WebFetch", null, false, "not_listed")]
    [TestCase("mcp__files__list", null, true, "mcp")]
    public async Task Each_call_is_decided_and_written_down(string tool, string? path, bool isAllowed, string rule)
    {
        Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), Path.Combine(_folder, "other"));
        _options.Agent.McpConfigJson = """{"mcpServers":{"files":{"command":"files-server"}}}""";
        var options = Configure(new KeyPolicy { AllowsAgent = true });

        var decision = await options.CanUseTool!(Call(tool, path), default);
        Assert.That(decision.IsAllowed, Is.EqualTo(isAllowed));
        using var line = JsonDocument.Parse((await File.ReadAllLinesAsync(AuditFile)).Single());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Member(line, "tool"), Is.EqualTo(tool));
            Assert.That(Member(line, "decision"), Is.EqualTo(isAllowed ? "allow" : "deny"));
            Assert.That(Member(line, "rule"), Is.EqualTo(rule));
            Assert.That(Member(line, "key_id"), Is.EqualTo("agent-key"));
            Assert.That(Member(line, "request_id"), Is.EqualTo("req_now"));
            Assert.That(Member(line, "folder"), Is.EqualTo(Project));
            Assert.That(line.RootElement.GetProperty("time").GetDateTimeOffset(), Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromMinutes(5)));
            Assert.That(_log.GetSnapshot().Single().Message, Does.Contain(tool).And.Contain(rule));
        }
    }

    [Test]
    public async Task What_a_tool_is_given_besides_a_path_is_not_written_down()
    {
        _options.Agent.Tools = ["Bash", "Write"];
        var options = Configure(new KeyPolicy { AllowsAgent = true });
        await options.CanUseTool!(new ToolPermissionRequest { ToolName = "Bash", Input = Json("""{"command":"echo canary"}""") }, default);
        await options.CanUseTool!(new ToolPermissionRequest { ToolName = "Write", Input = Json($$"""{"file_path":"{{Project}}/x","content":"canary"}""") }, default);

        Assert.That(await File.ReadAllTextAsync(AuditFile), Does.Not.Contain("canary").And.Contain("\"Bash\"").And.Contain($"{Project}/x"));
        Assert.That(string.Join(' ', _log.GetSnapshot().Select(static record => record.Message)), Does.Not.Contain("canary"));
    }

    [Test]
    public async Task A_key_has_its_own_tools_and_the_hook_sees_also_what_the_CLI_would_not_ask_about()
    {
        var options = Configure(new KeyPolicy { AllowsAgent = true, AgentTools = ["Read"] });
        Assert.That(options.Hooks, Has.Count.EqualTo(1));
        Assert.That((await options.CanUseTool!(Call("Read", "project/a.txt"), default)).IsAllowed);
        Assert.That((await options.CanUseTool!(Call("Write", "project/a.txt"), default)).IsAllowed, Is.False);
        Assert.That(options.PermissionMode, Is.EqualTo(PermissionMode.Default));
        Assert.That(options.StrictMcpConfig);
    }

    [Test]
    [Property("seed-row", 119)]
    public void Permissions_are_skipped_only_when_the_operator_says_so()
    {
        Assert.That(Configure(new KeyPolicy { AllowsAgent = true }).AllowDangerouslySkipPermissions, Is.False);
        _options.Agent.SkipPermissions = true;
        var options = Configure(new KeyPolicy { AllowsAgent = true });
        Assert.That(options.AllowDangerouslySkipPermissions);
        Assert.That(options.PermissionMode, Is.EqualTo(PermissionMode.BypassPermissions));
    }

    [Test]
    [Property("seed-row", 121)]
    public async Task Further_folders_are_passed_on_and_may_be_used()
    {
        _options.Agent.AdditionalDirectories = [Path.Combine(_folder, "other")];
        var options = Configure(new KeyPolicy { AllowsAgent = true });

        Assert.That(options.AdditionalDirectories, Is.EqualTo(new[] { Path.Combine(_folder, "other") }));
        Assert.That((await options.CanUseTool!(Call("Edit", "other/c.txt"), default)).IsAllowed);
    }

    [Test]
    public async Task No_tool_runs_when_the_audit_file_cannot_be_written()
    {
        _options.Agent.AuditFile = _folder;
        var options = Configure(new KeyPolicy { AllowsAgent = true });

        Assert.That((await options.CanUseTool!(Call("Read", "project/a.txt"), default)).IsAllowed, Is.False);
    }

    [Test]
    public void An_agent_without_a_folder_is_a_mistake()
    {
        var request = TurnRoute.Request(TurnRoute.Caller("agent-key", new KeyPolicy { AllowsAgent = true }));
        Assert.That(() => Mode().Configure(new ClaudeOptions(), request, () => ""), Throws.InstanceOf<GatewayException>().With.Property(nameof(GatewayException.Status)).EqualTo(400));
    }

    [Test]
    [Property("gateway-row", 31)]
    [Property("seed-row", 120)]
    public void The_operators_MCP_servers_are_read_in_Claude_Codes_format()
    {
        var file = Path.Combine(_folder, "mcp.json");
        File.WriteAllText(file, """
            { // comments are fine
              "mcpServers": {
                "local": { "command": "npx", "args": ["-y", "server"], "env": { "A": "b" } },
                "web": { "type": "http", "url": "https://mcp.example.com/", "headers": { "X": "y" } },
                "old": { "type": "sse", "url": "https://sse.example.com/" },
              }
            }
            """);
        var servers = OperatorMcpServers.Read(new GatewayAgentOptions { McpConfigFile = file, McpConfigJson = """{"mcpServers":{"local":{"command":"other"}}}""" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(servers.Keys, Is.EquivalentTo(new[] { "local", "web", "old" }));
            Assert.That(((StdioMcpServer)servers["local"]).Command, Is.EqualTo("other"));
            Assert.That(((HttpMcpServer)servers["web"]).Headers["X"], Is.EqualTo("y"));
            Assert.That(servers["old"], Is.InstanceOf<SseMcpServer>());
        }
    }

    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"mcpServers":{"a":{"type":"carrier-pigeon"}}}""")]
    [TestCase("""{"mcpServers":{"a":{"type":"http"}}}""")]
    [TestCase("not json")]
    public void MCP_servers_that_cannot_be_understood_stop_the_start(string json) =>
        Assert.That(() => OperatorMcpServers.Read(new GatewayAgentOptions { McpConfigJson = json }), Throws.InstanceOf<OptionsValidationException>());

    private AgentMode Mode()
    {
        var options = Options.Create(_options);
        return new AgentMode(options, new AgentAudit(options, TimeProvider.System, new FakeLogger<AgentAudit>(_log)));
    }

    private ClaudeOptions Configure(KeyPolicy policy)
    {
        var options = new ClaudeOptions();
        Mode().Configure(options, TurnRoute.Request(TurnRoute.Caller("agent-key", policy)) with { WorkingDirectory = Project, IsAgent = true }, static () => "req_now");
        Assert.That(options.WorkingDirectory, Is.EqualTo(Project));
        return options;
    }

    private ToolPermissionRequest Call(string tool, string? path) => new()
    {
        ToolName = tool,
        ToolUseId = "toolu_1",
        Input = path is null ? Json("{}") : Json($$"""{"file_path":"{{Path.Combine(_folder, path)}}"}"""),
    };

    private static DefaultHttpContext Context(KeyPolicy policy)
    {
        var context = new DefaultHttpContext();
        context.SetCaller(TurnRoute.Caller("agent-key", policy));
        return context;
    }

    private static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static string? Member(JsonDocument line, string name) => line.RootElement.GetProperty(name).GetString();
}
