using System.Text.Json;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>Options of every kind arrive at the CLI.</summary>
internal static class OptionChecks
{
    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("options of every kind arrive at the CLI", ArriveAsync);
        await report.CheckAsync("mistakes are reported together", async cancellationToken =>
        {
            var wrong = new ClaudeOptions { MaxTurns = -1, MaxBudgetUsd = -1, WorkingDirectory = "/there/is/no/such/folder", Continue = true, Resume = "x" };
            var exception = await Report.ThrowsAsync<OptionsValidationException>(() => ClaudeCode.AskAsync("Hello", wrong, cancellationToken));
            Report.True(exception.Failures.Count >= 3, $"there are at least three failures in: {exception.Message}");
        });
    }

    private static async Task ArriveAsync(CancellationToken cancellationToken)
    {
        const string Applied = """
            {"agents":[{"name":"reviewer"}],"mcp_servers_applied":true,"plugins_applied":true,"settings_applied":true,
             "disallowed_tools_applied":true,"managed_settings_applied":true,"account":{"tokenSource":"none","apiProvider":"firstParty"}}
            """;
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize(Applied).Turns());
        var folder = Directory.CreateTempSubdirectory("nexus-aot-").FullName;
        try
        {
            var options = Everything(folder);
            options.CliPath = ScriptedCli.ExecutablePath;
            foreach (var (name, value) in cli.Environment)
                options.Environment[name] = value;

            await using (var client = await ClaudeClient.ConnectAsync(options, cancellationToken))
                Report.Equal("You said: Hello", await client.AskAsync("Hello", cancellationToken), "the answer");

            var start = await cli.WaitForRecordAsync(record => record.Kind == "start", cancellationToken);
            Report.True(start.Arguments.Contains("--model=opus"), $"the model is among {string.Join(' ', start.Arguments)}");
            Report.True(start.VariableNames.Contains("NEXUS_AOT"), "the variable is there");
            var first = await cli.WaitForRecordAsync(record => record.Kind == "input", cancellationToken);
            var initialize = first.LineJson.GetProperty("request").GetRawText();
            foreach (var word in (string[])["reviewer", "local-tools", "remote-tools", "You are terse.", "sandbox", "\"deny\""])
                Report.True(initialize.Contains(word, StringComparison.Ordinal), $"initialize holds {word}: {initialize}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ClaudeOptions Everything(string folder) => new()
    {
        Model = "opus",
        FallbackModels = ["sonnet", "haiku"],
        Thinking = Thinking.Enabled(2048),
        Effort = EffortLevel.High,
        Betas = ["context-1m-2025-08-07"],
        MaxOutputTokens = 4096,
        MaxTurns = 3,
        MaxBudgetUsd = 1.5m,
        TaskBudget = 20_000,
        SystemPrompt = "You are terse.",
        PlanModeInstructions = "Plan first.",
        OutputSchema = OutputSchema.FromElement(JsonDocument.Parse("""{"type":"object"}""").RootElement),
        IncludePartialMessages = true,
        IncludeHookEvents = true,
        ForwardSubagentText = true,
        PromptSuggestions = true,
        AgentProgressSummaries = true,
        PerTaskStopAffordance = true,
        Buffering = MessageBuffering.DropPartialMessages(1 << 20),
        Title = "A title",
        SessionId = Guid.NewGuid(),
        EnableFileCheckpointing = true,
        WorkingDirectory = folder,
        AdditionalDirectories = [folder],
        Environment = { ["NEXUS_AOT"] = "1" },
        ExtraArguments = { ["chrome"] = null },
        Tools = ["Bash", "Read"],
        AllowedTools = ["Read", "Bash(git *)"],
        DisallowedTools = ["WebFetch"],
        Skills = SkillSet.None,
        McpServers =
        {
            ["local-tools"] = new StdioMcpServer("local-tools") { Arguments = ["--stdio"], Environment = new Dictionary<string, string> { ["A"] = "b" } },
            ["remote-tools"] = new HttpMcpServer(new Uri("http://127.0.0.1:9/mcp")) { Timeout = TimeSpan.FromSeconds(3) },
        },
        Plugins = [folder],
        Agents = { ["reviewer"] = new AgentDefinition("Reviews.", "Review it.") { Tools = ["Read"], Model = "haiku", McpServers = ["local-tools"] } },
        PermissionMode = PermissionMode.AcceptEdits,
        Sandbox = new SandboxOptions { Enabled = true, Network = new SandboxNetworkOptions { AllowedDomains = ["example.org"] } },
        Settings = ClaudeSettings.Json("""{ "permissions": { "deny": ["WebFetch"] } }"""),
        ManagedSettings = ClaudeSettings.Json("{}"),
        SettingSources = [SettingSource.Project],
        StandardError = _ => { },
    };
}
