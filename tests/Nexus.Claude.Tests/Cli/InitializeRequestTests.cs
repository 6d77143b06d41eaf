using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
public sealed class InitializeRequestTests
{
    private static readonly string Long = new('é', 100_000);

    private static TestCaseData Case(string name, Action<ClaudeOptions> configure, string expected) =>
        new TestCaseData(configure, expected).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Options() =>
    [
        Case("SystemPrompt null", o => o.SystemPrompt = null, "{}"),
        Case("SystemPrompt of Claude Code", o => o.SystemPrompt = SystemPrompt.ClaudeCode, "{}"),
        Case("SystemPrompt with additions", o => o.SystemPrompt = SystemPrompt.ClaudeCodeWith("A", true), """{"appendSystemPrompt":"A","excludeDynamicSections":true}"""),
        Case("SystemPrompt text", o => o.SystemPrompt = "--be brief\n\"x\"", """{"systemPrompt":["--be brief\n\"x\""]}"""),
        Case("SystemPrompt blocks", o => o.SystemPrompt = SystemPrompt.Custom(["A", SystemPrompt.DynamicBoundary, "B"], snapshot: false), """{"systemPrompt":["A","__SYSTEM_PROMPT_DYNAMIC_BOUNDARY__","B"],"systemPromptSnapshot":false}"""),
        Case("SystemPrompt empty", o => o.SystemPrompt = SystemPrompt.Empty, """{"systemPrompt":[""]}"""),
        Case("PlanModeInstructions", o => o.PlanModeInstructions = "p", """{"planModeInstructions":"p"}"""),
        Case("OutputSchema", o => o.OutputSchema = OutputSchema.Json("""{"type":"object"}"""), """{"jsonSchema":{"type":"object"}}"""),
        Case("OutputSchema element", o => o.OutputSchema = OutputSchema.FromElement(JsonElement.Parse("""{"type":"object"}""")), """{"jsonSchema":{"type":"object"}}"""),
        Case("OutputSchema node", o => o.OutputSchema = OutputSchema.FromNode(new JsonObject { ["type"] = "object" }), """{"jsonSchema":{"type":"object"}}"""),
        Case("ToolAliases", o => o.ToolAliases["Bash"] = "mcp__w__bash", """{"toolAliases":{"Bash":"mcp__w__bash"}}"""),
        Case("Title", o => o.Title = "a – b", """{"title":"a – b"}"""),
        Case("Skills list", o => o.Skills = ["pdf"], """{"skills":["pdf"]}"""),
        Case("Skills none", o => o.Skills = SkillSet.None, """{"skills":[]}"""),
        Case("Skills all", o => o.Skills = SkillSet.All, "{}"),
        Case("Flags", o => { o.PromptSuggestions = true; o.AgentProgressSummaries = true; o.ForwardSubagentText = true; o.PerTaskStopAffordance = true; }, """{"promptSuggestions":true,"agentProgressSummaries":true,"forwardSubagentText":true,"perTaskStopAffordance":true}"""),
        Case("SupportedDialogKinds", o => { o.SupportedDialogKinds = ["refusal_fallback_prompt"]; o.OnUserDialog = (_, _) => ValueTask.FromResult(UserDialogResponse.Cancelled); }, """{"supportedDialogKinds":["refusal_fallback_prompt"]}"""),
        Case("Settings object", o => o.Settings = ClaudeSettings.Inline(new JsonObject { ["model"] = "opus" }), """{"settings":{"model":"opus"}}"""),
        Case("Settings text", o => o.Settings = ClaudeSettings.Json("""{"a":"-x, y"}"""), """{"settings":{"a":"-x, y"}}"""),
        Case("Settings empty", o => o.Settings = ClaudeSettings.Json("{}"), """{"settings":{}}"""),
        Case("ManagedSettings", o => o.ManagedSettings = ClaudeSettings.Json("""{"a":1}"""), """{"managedSettings":{"a":1}}"""),
        Case("DisallowedTools", o => o.DisallowedTools = ["Bash", "Read(/a, b/**)"], """{"disallowedTools":["Bash","Read(/a, b/**)"]}"""),
        Case("DisallowedTools that the CLI would cut", o => o.DisallowedTools = ["Bash(echo (a, b) c)", "Read"], """{"disallowedTools":["Read"],"settings":{"permissions":{"deny":["Bash(echo (a, b) c)"]}}}"""),
        Case("AllowedTools that the CLI would cut", o => { o.AllowedTools = ["Bash(echo (a, b) c)"]; o.Settings = ClaudeSettings.Json("""{"permissions":{"allow":["Read"]}}"""); }, """{"settings":{"permissions":{"allow":["Read","Bash(echo (a, b) c)"]}}}"""),
        Case("Sandbox", o => o.Sandbox = new SandboxOptions { Enabled = true }, """{"settings":{"sandbox":{"enabled":true,"failIfUnavailable":true}}}"""),
        Case("Sandbox that may be missing", o => o.Sandbox = new SandboxOptions { Enabled = true, FailIfUnavailable = false }, """{"settings":{"sandbox":{"enabled":true,"failIfUnavailable":false}}}"""),
        Case("McpServers stdio", o => o.McpServers["a b"] = new StdioMcpServer("-node") { Arguments = ["--x", "y z"], Environment = new Dictionary<string, string> { ["KEY"] = "secret" }, Timeout = TimeSpan.FromSeconds(5), AlwaysLoad = true }, """{"mcpServers":{"a b":{"type":"stdio","command":"-node","args":["--x","y z"],"env":{"KEY":"secret"},"timeout":5000,"alwaysLoad":true}}}"""),
        Case("McpServers http", o => o.McpServers["h"] = new HttpMcpServer(new Uri("http://127.0.0.1:1")) { Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer x" }, Tools = [new McpToolPolicy("t") { Permission = McpToolDecision.AlwaysAsk, OrganizationCeiling = McpToolCeiling.Ask }] }, """{"mcpServers":{"h":{"type":"http","url":"http://127.0.0.1:1","headers":{"Authorization":"Bearer x"},"tools":[{"name":"t","permission_policy":"always_ask","org_max_permission":"ask"}]}}}"""),
        Case("McpServers sse", o => o.McpServers["s"] = new SseMcpServer(new Uri("https://localhost/sse")), """{"mcpServers":{"s":{"type":"sse","url":"https://localhost/sse"}}}"""),
    ];

    [TestCaseSource(nameof(Options))]
    public void An_option_becomes_exactly_these_members(Action<ClaudeOptions> configure, string expected)
    {
        JsonObject request = CommandReading.Command(configure).Initialize();

        Assert.That(request.First().Key, Is.EqualTo("subtype"));
        Assert.That((string?)request["subtype"], Is.EqualTo("initialize"));
        request.Remove("subtype");
        Assert.That(JsonNode.DeepEquals(request, JsonNode.Parse(expected)), Is.True, request.ToJsonString());
    }

    [Test]
    public void Every_member_of_an_agent_has_its_name_on_the_wire()
    {
        JsonObject request = CommandReading.Command(o =>
        {
            o.Agents["bare"] = new AgentDefinition("d", "");
            o.Agents["full"] = new AgentDefinition("d", "p")
            {
                Tools = [],
                DisallowedTools = ["mcp__*"],
                Model = "inherit",
                McpServers = ["known", AgentMcpServer.Inline("own", new StdioMcpServer("c"))],
                Skills = ["s"],
                InitialPrompt = "i",
                MaxTurns = 3,
                AutoCompactWindow = 100_000,
                Background = false,
                OmitClaudeMd = true,
                Memory = AgentMemory.Project,
                Effort = EffortLevel.FromNumber(3),
                PermissionMode = new PermissionMode("plan"),
                Observer = "x,y",
                ObserverMessage = "m",
                CriticalSystemReminder = "c",
            };
        }).Initialize();

        JsonNode expected = JsonNode.Parse("""
            {"bare":{"description":"d","prompt":""},
             "full":{"description":"d","prompt":"p","tools":[],"disallowedTools":["mcp__*"],"model":"inherit",
              "mcpServers":["known",{"own":{"type":"stdio","command":"c","args":[]}}],"skills":["s"],"initialPrompt":"i","maxTurns":3,
              "background":false,"memory":"project","effort":3,"permissionMode":"plan","omitClaudeMd":true,"autoCompactWindow":100000,
              "observer":"x,y","observerMessage":"m","criticalSystemReminder_EXPERIMENTAL":"c"}}
            """)!;
        Assert.That(JsonNode.DeepEquals(request["agents"], expected), Is.True, request.ToJsonString());
    }

    [Test]
    public void Plugins_are_sent_by_their_full_path()
    {
        using var folder = new TemporaryFolder();
        string plugin = folder.Folder("my plugin");

        JsonObject request = CommandReading.Command(o =>
        {
            o.WorkingDirectory = folder.Path;
            o.Plugins = ["my plugin", new PluginOptions(plugin) { SkipMcpDiscovery = true }];
        }).Initialize();

        Assert.That(request["plugins"]!.ToJsonString(), Is.EqualTo(new JsonArray(
            new JsonObject { ["type"] = "local", ["path"] = plugin },
            new JsonObject { ["type"] = "local", ["path"] = plugin, ["skipMcpDiscovery"] = true }).ToJsonString()));
    }

    [Test]
    public void Long_values_arrive_whole_and_never_on_the_command_line()
    {
        string[] rules = [.. Enumerable.Range(0, 20_000).Select(i => $"Bash(echo {i})")];

        CliCommand command = CommandReading.Command(o =>
        {
            o.SystemPrompt = Long;
            o.PlanModeInstructions = Long;
            o.Title = Long;
            o.Agents["a"] = new AgentDefinition(Long, Long);
            o.Settings = ClaudeSettings.Inline(new JsonObject { ["x"] = Long });
            o.ManagedSettings = ClaudeSettings.Inline(new JsonObject { ["x"] = Long });
            o.OutputSchema = OutputSchema.FromNode(new JsonObject { ["type"] = "object", ["description"] = Long });
            o.AllowedTools = [.. rules];
            o.DisallowedTools = [.. rules];
        });
        JsonObject request = command.Initialize();

        Assert.Multiple(() =>
        {
            Assert.That(command.Arguments.Sum(argument => argument.Length), Is.LessThan(300));
            Assert.That((string?)request["systemPrompt"]![0], Is.EqualTo(Long));
            Assert.That((string?)request["planModeInstructions"], Is.EqualTo(Long));
            Assert.That((string?)request["title"], Is.EqualTo(Long));
            Assert.That((string?)request["agents"]!["a"]!["prompt"], Is.EqualTo(Long));
            Assert.That((string?)request["settings"]!["x"], Is.EqualTo(Long));
            Assert.That((string?)request["managedSettings"]!["x"], Is.EqualTo(Long));
            Assert.That((string?)request["jsonSchema"]!["description"], Is.EqualTo(Long));
            Assert.That(request["disallowedTools"]!.AsArray().Select(rule => (string?)rule), Is.EqualTo(rules));
            Assert.That(request["settings"]!["permissions"]!["allow"]!.AsArray().Select(rule => (string?)rule), Is.EqualTo(rules));
        });
    }

    [Test]
    public void Members_from_elsewhere_join_the_request() =>
        Assert.That(
            CommandReading.Command(o => o.Title = "t").Initialize(writer => writer.WriteString("more", "m")).ToJsonString(),
            Is.EqualTo("""{"subtype":"initialize","title":"t","more":"m"}"""));

    [Test]
    public void A_sandbox_is_merged_into_a_settings_file()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("settings.json", "\uFEFF{ // why\n \"model\": \"opus\", \"sandbox\": { \"allowAppleEvents\": true }, }");

        CliCommand command = CommandReading.Command(o =>
        {
            o.Settings = ClaudeSettings.File(file);
            o.Sandbox = new SandboxOptions { Enabled = false };
        });

        Assert.That(command.Own(), Is.EqualTo(new[] { "--await-initialize", "--initialize-fields=settings" }));
        Assert.That(
            command.Initialize()["settings"]!.ToJsonString(),
            Is.EqualTo("""{"model":"opus","sandbox":{"allowAppleEvents":true,"enabled":false}}"""));
    }

    [Test]
    public void Changing_an_object_after_its_options_were_copied_changes_nothing()
    {
        var settings = new JsonObject { ["model"] = "opus" };
        var options = new ClaudeOptions { Settings = ClaudeSettings.Inline(settings), Title = "before" };
        settings["model"] = "haiku";
        CliCommand command = CliCommand.Create(options.Clone());
        options.Title = "after";

        Assert.That(command.Initialize().ToJsonString(), Is.EqualTo("""{"subtype":"initialize","title":"before","settings":{"model":"opus"}}"""));
    }
}
