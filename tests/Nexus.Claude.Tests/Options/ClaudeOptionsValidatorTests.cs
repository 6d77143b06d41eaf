using System.Text.Json.Nodes;
using Nexus.Claude.Tests.Cli;

namespace Nexus.Claude.Tests.Options;

[Parallelizable(ParallelScope.All)]
public sealed class ClaudeOptionsValidatorTests
{
    private static readonly string Missing = Path.Combine(Path.GetTempPath(), "nexus-claude-" + Guid.NewGuid().ToString("N"));

    private static TestCaseData Case(string name, Action<ClaudeOptions> configure, string property) =>
        new TestCaseData(configure, property).SetArgDisplayNames(name);

    private static AgentDefinition Agent() => new("d", "p");

    private static IEnumerable<TestCaseData> Mistakes() =>
    [
        Case("Resume and Continue", o => { o.Resume = "a"; o.Continue = true; }, "Resume and Continue"),
        Case("Resume empty", o => o.Resume = "", "Resume"),
        Case("Resume with NUL", o => o.Resume = "a\0", "Resume"),
        Case("Resume too long", o => o.Resume = new string('x', 200_000), "Resume"),
        Case("Half a surrogate", o => o.Title = "x\uD83D", "Title"),
        Case("SessionId with Resume", o => { o.Resume = "a"; o.SessionId = Guid.NewGuid(); }, "SessionId"),
        Case("SessionId with Continue", o => { o.Continue = true; o.SessionId = Guid.NewGuid(); }, "SessionId"),
        Case("SessionId empty", o => o.SessionId = Guid.Empty, "SessionId"),
        Case("ForkSession alone", o => o.ForkSession = true, "ForkSession"),
        Case("ResumeSessionAt alone", o => o.ResumeSessionAt = "a", "ResumeSessionAt"),
        Case("ResumeDropsTurn alone", o => o.ResumeDropsTurn = "a", "ResumeDropsTurn"),
        Case("Model empty", o => o.Model = "", "Model"),
        Case("Model with a line break", o => o.Model = "a\nb", "Model"),
        Case("FallbackModels same", o => { o.Model = "opus"; o.FallbackModels = ["haiku", "opus"]; }, "FallbackModels[1]"),
        Case("FallbackModels comma", o => o.FallbackModels = ["a,b"], "FallbackModels[0]"),
        Case("FallbackModels null", o => o.FallbackModels = [null!], "FallbackModels[0]"),
        Case("Betas comma", o => o.Betas = ["a,b"], "Betas[0]"),
        Case("Effort unknown", o => o.Effort = new EffortLevel("High"), "Effort"),
        Case("Effort default", o => o.Effort = default(EffortLevel), "Effort"),
        Case("Thinking budget", o => o.Thinking = Thinking.Enabled(0), "Thinking"),
        Case("Thinking display", o => o.Thinking = Thinking.Adaptive with { Display = new ThinkingDisplay("all") }, "Thinking.Display"),
        Case("QuestionPreviewFormat", o => o.QuestionPreviewFormat = new QuestionPreviewFormat("pdf"), "QuestionPreviewFormat"),
        Case("SystemPrompt without blocks", o => o.SystemPrompt = SystemPrompt.Custom([]), "SystemPrompt"),
        Case("SystemPrompt file", o => o.SystemPrompt = SystemPrompt.File(Missing), "SystemPrompt"),
        Case("SystemPrompt half a surrogate", o => o.SystemPrompt = "\uDC00", "SystemPrompt"),
        Case("OutputSchema no JSON", o => o.OutputSchema = OutputSchema.Json("{"), "OutputSchema"),
        Case("OutputSchema no object", o => o.OutputSchema = OutputSchema.Json("true"), "OutputSchema"),
        Case("OutputSchema array", o => o.OutputSchema = OutputSchema.Json("""{"type":"array"}"""), "OutputSchema"),
        Case("MaxTurns", o => o.MaxTurns = 0, "MaxTurns"),
        Case("MaxTurns negative", o => o.MaxTurns = -1, "MaxTurns"),
        Case("MaxOutputTokens", o => o.MaxOutputTokens = 0, "MaxOutputTokens"),
        Case("TaskBudget", o => o.TaskBudget = 0, "TaskBudget"),
        Case("MaxStructuredOutputRetries", o => o.MaxStructuredOutputRetries = 0, "MaxStructuredOutputRetries"),
        Case("Budget without a limit", o => o.Budget = new BudgetGuard(), "Budget has neither MaxUsd nor MaxTokens"),
        Case("Budget of nothing", o => o.Budget = new BudgetGuard { MaxUsd = 0 }, "Budget.MaxUsd"),
        Case("Budget of no tokens", o => o.Budget = new BudgetGuard { MaxTokens = -1 }, "Budget.MaxTokens"),
        Case("Budget thresholds", o => o.Budget = new BudgetGuard { MaxUsd = 1, Thresholds = [0.5, 0.5] }, "Budget.Thresholds[1]"),
        Case("Budget threshold of nothing", o => o.Budget = new BudgetGuard { MaxUsd = 1, Thresholds = [double.NaN] }, "Budget.Thresholds[0]"),
        Case("Retry attempts", o => o.Retry = new RetryPolicy { MaxAttempts = 0 }, "Retry.MaxAttempts"),
        Case("Retry times", o => o.Retry = new RetryPolicy { MaxDelay = TimeSpan.FromSeconds(-1) }, "Retry has a negative time"),
        Case("MaxBudgetUsd", o => o.MaxBudgetUsd = 0, "MaxBudgetUsd"),
        Case("ControlRequestTimeout", o => o.ControlRequestTimeout = TimeSpan.Zero, "ControlRequestTimeout"),
        Case("InitializeTimeout", o => o.InitializeTimeout = TimeSpan.MaxValue, "InitializeTimeout"),
        Case("ShutdownTimeout", o => o.ShutdownTimeout = -TimeSpan.FromSeconds(1), "ShutdownTimeout"),
        Case("IdleTimeout", o => o.IdleTimeout = TimeSpan.Zero, "IdleTimeout"),
        Case("TurnTimeout", o => o.TurnTimeout = TimeSpan.Zero, "TurnTimeout"),
        Case("MaxLineBytes", o => o.MaxLineBytes = 1024, "MaxLineBytes"),
        Case("Buffering", o => o.Buffering = MessageBuffering.Fail(0), "Buffering"),
        Case("WorkingDirectory missing", o => o.WorkingDirectory = Missing, "WorkingDirectory"),
        Case("WorkingDirectory empty", o => o.WorkingDirectory = "", "WorkingDirectory"),
        Case("AdditionalDirectories missing", o => o.AdditionalDirectories = [Missing], "AdditionalDirectories[0]"),
        Case("AdditionalDirectories NUL", o => o.AdditionalDirectories = ["a\0"], "AdditionalDirectories[0]"),
        Case("ProjectConfigRoot relative", o => o.ProjectConfigRoot = "here", "ProjectConfigRoot"),
        Case("DebugFile NUL", o => o.DebugFile = "\0x", "DebugFile"),
        Case("CliPath empty", o => o.CliPath = "", "CliPath"),
        Case("AllowedTools parentheses", o => o.AllowedTools = ["Read", "Bash(a"], "AllowedTools[1]"),
        Case("AllowedTools two in one", o => o.AllowedTools = ["Read,Write"], "AllowedTools[0]"),
        Case("AllowedTools line break", o => o.AllowedTools = ["Bash(a\nb)"], "AllowedTools[0]"),
        Case("AllowedTools null", o => o.AllowedTools = [null!], "AllowedTools[0]"),
        Case("DisallowedTools empty", o => o.DisallowedTools = [""], "DisallowedTools[0]"),
        Case("Tools comma", o => o.Tools = ["a,b"], "Tools[0]"),
        Case("Tools dash", o => o.Tools = ["--x"], "Tools[0]"),
        Case("ToolAliases", o => o.ToolAliases["Bash"] = "", "ToolAliases['Bash']"),
        Case("Skills parenthesis", o => o.Skills = ["a(b"], "Skills[0]"),
        Case("Skills comma", o => o.Skills = ["a,b"], "Skills[0]"),
        Case("Skills slash", o => o.Skills = ["/a"], "Skills[0]"),
        Case("Skills star", o => o.Skills = ["a*"], "Skills[0]"),
        Case("Skills backslash", o => o.Skills = ["a\\"], "Skills[0]"),
        Case("Skills two backslashes", o => o.Skills = [@"a\\b"], "Skills[0]"),
        Case("Skills control", o => o.Skills = ["a\u0085b"], "Skills[0]"),
        Case("Skills padded", o => o.Skills = [" a"], "Skills[0]"),
        Case("Plugins missing", o => o.Plugins = [Missing], "Plugins[0]"),
        Case("Plugins null", o => o.Plugins = [null!], "Plugins[0]"),
        Case("Agent empty", o => o.Agent = "", "Agent"),
        Case("Agents name", o => o.Agents[" "] = Agent(), "Agents"),
        Case("Agents null", o => o.Agents["a"] = null!, "Agents['a']"),
        Case("Agents description", o => o.Agents["a"] = new AgentDefinition("", "p"), "Agents['a'].Description"),
        Case("Agents prompt", o => o.Agents["a"] = new AgentDefinition("d", null!), "Agents['a'].Prompt"),
        Case("Agents model", o => o.Agents["a"] = Agent() with { Model = "" }, "Agents['a'].Model"),
        Case("Agents turns", o => o.Agents["a"] = Agent() with { MaxTurns = 0 }, "Agents['a'].MaxTurns"),
        Case("Agents window", o => o.Agents["a"] = Agent() with { AutoCompactWindow = 10 }, "Agents['a'].AutoCompactWindow"),
        Case("Agents memory", o => o.Agents["a"] = Agent() with { Memory = new AgentMemory("disk") }, "Agents['a'].Memory"),
        Case("Agents effort", o => o.Agents["a"] = Agent() with { Effort = new EffortLevel("zzz") }, "Agents['a'].Effort"),
        Case("Agents mode", o => o.Agents["a"] = Agent() with { PermissionMode = new PermissionMode("zzz") }, "Agents['a'].PermissionMode"),
        Case("Agents skills", o => o.Agents["a"] = Agent() with { Skills = ["/x"] }, "Agents['a'].Skills[0]"),
        Case("Agents server", o => o.Agents["a"] = Agent() with { McpServers = [AgentMcpServer.Inline("s", new StdioMcpServer(""))] }, "Agents['a'].McpServers['s'].Command"),
        Case("McpServers name", o => o.McpServers[""] = new StdioMcpServer("c"), "McpServers"),
        Case("McpServers reserved name", o => o.McpServers["workspace"] = new StdioMcpServer("c"), "McpServers['workspace']"),
        Case("McpServers null", o => o.McpServers["s"] = null!, "McpServers['s']"),
        Case("McpServers command", o => o.McpServers["s"] = new StdioMcpServer(" "), "McpServers['s'].Command"),
        Case("McpServers variable", o => o.McpServers["s"] = new StdioMcpServer("c") { Environment = new Dictionary<string, string> { ["A=B"] = "x" } }, "McpServers['s'].Environment"),
        Case("McpServers address", o => o.McpServers["s"] = new HttpMcpServer(new Uri("file:///x")), "McpServers['s'].Url"),
        Case("McpServers header", o => o.McpServers["s"] = new SseMcpServer(new Uri("http://localhost")) { Headers = new Dictionary<string, string> { ["A"] = "b\r\nC: d" } }, "McpServers['s'].Headers"),
        Case("McpServers policy", o => o.McpServers["s"] = new HttpMcpServer(new Uri("http://localhost")) { Tools = [new McpToolPolicy("t") { Permission = new McpToolDecision("maybe") }] }, "McpServers['s'].Tools"),
        Case("McpServers timeout", o => o.McpServers["s"] = new StdioMcpServer("c") { Timeout = TimeSpan.FromMilliseconds(999) }, "McpServers['s'].Timeout"),
        Case("PermissionMode unknown", o => o.PermissionMode = new PermissionMode("Plan"), "PermissionMode"),
        Case("PermissionMode bypass", o => o.PermissionMode = new PermissionMode("bypassPermissions"), "PermissionMode"),
        Case("PermissionPromptToolName stdio", o => o.PermissionPromptToolName = "stdio", "PermissionPromptToolName"),
        Case("PermissionPromptToolName never asked", o => { o.PermissionPromptToolName = "mcp__a__b"; o.PermissionPrompts = PermissionPromptTarget.None; }, "PermissionPromptToolName"),
        Case("PermissionPrompts", o => o.PermissionPrompts = new PermissionPromptTarget("me"), "PermissionPrompts"),
        Case("SettingSources", o => o.SettingSources = [new SettingSource("global")], "SettingSources"),
        Case("Settings no JSON", o => o.Settings = ClaudeSettings.Json("{"), "Settings"),
        Case("Settings twice the same member", o => o.Settings = ClaudeSettings.Json("""{"a":1,"a":2}"""), "Settings"),
        Case("Settings no object", o => o.Settings = ClaudeSettings.Json("[]"), "Settings"),
        Case("Settings file missing", o => o.Settings = ClaudeSettings.File(Missing), "Settings"),
        Case("Settings file missing with Sandbox", o => { o.Settings = ClaudeSettings.File(Missing); o.Sandbox = new SandboxOptions(); }, "Settings"),
        Case("Settings path NUL", o => o.Settings = ClaudeSettings.File("a\0"), "Settings"),
        Case("Settings with a sandbox that is none", o => { o.Settings = ClaudeSettings.Json("""{"sandbox":1}"""); o.Sandbox = new SandboxOptions(); }, "Settings"),
        Case("Settings with permissions that are none", o => { o.Settings = ClaudeSettings.Json("""{"permissions":{"deny":1}}"""); o.DisallowedTools = ["Bash(f (a) b)"]; }, "Settings"),
        Case("ManagedSettings", o => o.ManagedSettings = ClaudeSettings.Json("1"), "ManagedSettings"),
        Case("ManagedSettings file", o => o.ManagedSettings = ClaudeSettings.File(Missing), "ManagedSettings"),
        Case("Sandbox port", o => o.Sandbox = new SandboxOptions { Network = new SandboxNetworkOptions { HttpProxyPort = 0 } }, "Sandbox.Network.HttpProxyPort"),
        Case("Sandbox mode", o => o.Sandbox = new SandboxOptions { Credentials = new SandboxCredentialOptions { EnvironmentVariables = [new SandboxCredentialVariable("A", default)] } }, "Sandbox.Credentials"),
        Case("Environment name", o => o.Environment["A=B"] = "x", "Environment"),
        Case("Environment value", o => o.Environment["A"] = "x\0y", "Environment['A']"),
        Case("Environment idle signal", o => o.Environment["CLAUDE_CODE_SDK_READS_SESSION_STATE"] = "0", "Environment['CLAUDE_CODE_SDK_READS_SESSION_STATE']"),
        Case("Environment against option", o => { o.MaxOutputTokens = 5; o.Environment["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] = "6"; }, "Environment['CLAUDE_CODE_MAX_OUTPUT_TOKENS']"),
        Case("User empty", o => o.User = "", "User"),
        Case("User no name", o => o.User = "--x", "User"),
        Case("ExtraArguments protocol", o => o.ExtraArguments["output-format"] = "text", "ExtraArguments has 'output-format'"),
        Case("ExtraArguments protocol with dashes", o => o.ExtraArguments["--verbose"] = null, "ExtraArguments has '--verbose'"),
        Case("ExtraArguments print", o => o.ExtraArguments["print"] = null, "ExtraArguments has 'print'"),
        Case("ExtraArguments of an option", o => o.ExtraArguments["allowed-tools"] = "x", "ExtraArguments has 'allowed-tools'"),
        Case("ExtraArguments short name", o => o.ExtraArguments["-p"] = null, "ExtraArguments"),
        Case("ExtraArguments value in the name", o => o.ExtraArguments["bare=--x"] = null, "ExtraArguments"),
        Case("ExtraArguments NUL", o => o.ExtraArguments["name-x"] = "\0", "ExtraArguments['name-x']"),
        Case("SupportedDialogKinds", o => { o.SupportedDialogKinds = [""]; o.OnUserDialog = NoDialog; }, "SupportedDialogKinds[0]"),
        Case("SupportedDialogKinds alone", o => o.SupportedDialogKinds = ["x"], "SupportedDialogKinds"),
        Case("OnUserDialog alone", o => o.OnUserDialog = NoDialog, "OnUserDialog"),
        Case("ToolServers null", o => o.ToolServers.Add(null!), "ToolServers"),
        Case("ToolServers twice", o => o.ToolServers = [new ToolServer("a"), new ToolServer("a")], "ToolServers['a']"),
        Case("ToolServers and McpServers", o => { o.ToolServers = [new ToolServer("a b")]; o.McpServers["a_b"] = new StdioMcpServer("c"); }, "ToolServers['a b']"),
        Case("ToolServers reserved name", o => o.ToolServers = [new ToolServer("workspace")], "ToolServers['workspace']"),
        Case("ToolServers timeout", o => o.ToolServers = [new ToolServer("a") { Timeout = TimeSpan.FromMilliseconds(999) }], "ToolServers['a'].Timeout"),
    ];

    private static ValueTask<UserDialogResponse> NoDialog(UserDialogRequest request, CancellationToken cancellationToken) => ValueTask.FromResult(UserDialogResponse.Cancelled);

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_reported_once_and_names_the_property(Action<ClaudeOptions> configure, string property)
    {
        var options = new ClaudeOptions();
        configure(options);

        List<string> mistakes = ClaudeOptionsValidator.Collect(options, isWindows: false);

        Assert.That(mistakes, Has.Count.EqualTo(1), string.Join('\n', mistakes));
        Assert.That(mistakes[0], Does.StartWith(property).Or.StartWith("A name in " + property));
        Assert.That(mistakes[0], Does.EndWith(".").And.Length.GreaterThan(property.Length + 10));
    }

    [Test]
    public void Defaults_and_a_full_set_of_sound_options_pass()
    {
        using var folder = new TemporaryFolder();

        Assert.That(ClaudeOptionsValidator.Collect(new ClaudeOptions(), isWindows: true), Is.Empty);
        Assert.That(() => ClaudeOptionsValidator.Validate(new ClaudeOptions
        {
            Model = "opus",
            FallbackModels = ["haiku"],
            Resume = "a title",
            ForkSession = true,
            SessionId = Guid.NewGuid(),
            ResumeSessionAt = "x",
            ResumeDropsTurn = "",
            WorkingDirectory = folder.Path,
            AdditionalDirectories = ["."],
            PermissionMode = new PermissionMode("bypassPermissions"),
            AllowDangerouslySkipPermissions = true,
            PersistSession = false,
            EnableFileCheckpointing = true,
            AllowedTools = ["Bash(git *)", "Bash(echo (a, b) c)"],
            Agents = { ["a, b"] = Agent() with { Effort = EffortLevel.FromNumber(0), Tools = [] } },
            Settings = ClaudeSettings.File(folder.File("s.json", "{}")),
            Sandbox = new SandboxOptions { Enabled = true },
            Environment = { ["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] = "6", ["GONE"] = null },
            MaxOutputTokens = 6,
            OutputSchema = OutputSchema.FromNode(new JsonObject { ["type"] = "object" }),
        }), Throws.Nothing);
    }

    [Test]
    public void All_mistakes_are_reported_together()
    {
        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(() => ClaudeOptionsValidator.Validate(new ClaudeOptions
        {
            MaxTurns = 0,
            ForkSession = true,
            WorkingDirectory = Missing,
            AllowedTools = ["", "a b"],
            Settings = ClaudeSettings.Json("[]"),
            ExtraArguments = { ["verbose"] = null },
        }))!;

        Assert.That(exception.Failures, Has.Count.EqualTo(7));
        Assert.That(exception.Message, Does.Contain("7 mistakes").And.Contain("MaxTurns").And.Contain("ExtraArguments"));
    }

    [TestCase("allowed-tools", "set AllowedTools instead")]
    [TestCase("--model", "set Model instead")]
    [TestCase("verbose", "the SDK decides on by itself")]
    public void A_refused_extra_argument_says_what_to_do(string name, string expected) =>
        Assert.That(ClaudeOptionsValidator.Collect(new ClaudeOptions { ExtraArguments = { [name] = null } }, isWindows: false), Has.One.Contains(expected));

    [Test]
    public void A_user_is_refused_on_Windows()
    {
        var options = new ClaudeOptions { User = "nobody" };

        Assert.That(ClaudeOptionsValidator.Collect(options, isWindows: false), Is.Empty);
        Assert.That(ClaudeOptionsValidator.Collect(options, isWindows: true), Has.One.StartsWith("User"));
    }

    [Test]
    public void Values_new_to_the_sdk_pass_with_a_cli_of_the_callers_own()
    {
        var options = new ClaudeOptions { CliPath = "/opt/claude", Effort = new EffortLevel("ultra"), PermissionMode = new PermissionMode("new") };

        Assert.That(ClaudeOptionsValidator.Collect(options, isWindows: false), Is.Empty);
        options.Effort = new EffortLevel("ul tra");
        Assert.That(ClaudeOptionsValidator.Collect(options, isWindows: false), Has.One.StartsWith("Effort"));
    }

    [Test]
    public void A_mistake_about_a_secret_does_not_repeat_it()
    {
        var options = new ClaudeOptions
        {
            Environment = { ["KEY"] = "sk-secret\0" },
            McpServers =
            {
                ["s"] = new HttpMcpServer(new Uri("http://localhost")) { Headers = new Dictionary<string, string> { ["A"] = "sk-secret\n" } },
                ["t"] = new StdioMcpServer("c") { Environment = new Dictionary<string, string> { ["A"] = "sk-secret\0" } },
            },
        };

        List<string> mistakes = ClaudeOptionsValidator.Collect(options, isWindows: false);

        Assert.That(mistakes, Has.Count.EqualTo(3));
        Assert.That(mistakes, Has.None.Contains("sk-secret"));
    }
}
