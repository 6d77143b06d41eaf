namespace Nexus.Claude.Tests.Options;

/// <summary>Every option of the official TypeScript SDK 0.3.330 has a property here, or a reason.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class OfficialSdkSurfaceTests
{
    private static readonly Dictionary<string, string> Ours = new()
    {
        ["additionalDirectories"] = nameof(ClaudeOptions.AdditionalDirectories),
        ["projectConfigRoot"] = nameof(ClaudeOptions.ProjectConfigRoot),
        ["agent"] = nameof(ClaudeOptions.Agent),
        ["agents"] = nameof(ClaudeOptions.Agents),
        ["allowedTools"] = nameof(ClaudeOptions.AllowedTools),
        ["continue"] = nameof(ClaudeOptions.Continue),
        ["cwd"] = nameof(ClaudeOptions.WorkingDirectory),
        ["disallowedTools"] = nameof(ClaudeOptions.DisallowedTools),
        ["toolAliases"] = nameof(ClaudeOptions.ToolAliases),
        ["tools"] = nameof(ClaudeOptions.Tools),
        ["env"] = nameof(ClaudeOptions.Environment),
        ["extraArgs"] = nameof(ClaudeOptions.ExtraArguments),
        ["fallbackModel"] = nameof(ClaudeOptions.FallbackModels),
        ["enableFileCheckpointing"] = nameof(ClaudeOptions.EnableFileCheckpointing),
        ["toolConfig"] = nameof(ClaudeOptions.QuestionPreviewFormat),
        ["forkSession"] = nameof(ClaudeOptions.ForkSession),
        ["betas"] = nameof(ClaudeOptions.Betas),
        ["supportedDialogKinds"] = nameof(ClaudeOptions.SupportedDialogKinds),
        ["perTaskStopAffordance"] = nameof(ClaudeOptions.PerTaskStopAffordance),
        ["persistSession"] = nameof(ClaudeOptions.PersistSession),
        ["hooks"] = nameof(ClaudeOptions.Hooks),
        ["includeHookEvents"] = nameof(ClaudeOptions.IncludeHookEvents),
        ["includePartialMessages"] = nameof(ClaudeOptions.IncludePartialMessages),
        ["forwardSubagentText"] = nameof(ClaudeOptions.ForwardSubagentText),
        ["verbatimPrompts"] = nameof(ClaudeOptions.VerbatimPrompts),
        ["thinking"] = nameof(ClaudeOptions.Thinking),
        ["effort"] = nameof(ClaudeOptions.Effort),
        ["maxThinkingTokens"] = nameof(ClaudeOptions.Thinking),
        ["maxTurns"] = nameof(ClaudeOptions.MaxTurns),
        ["maxBudgetUsd"] = nameof(ClaudeOptions.MaxBudgetUsd),
        ["taskBudget"] = nameof(ClaudeOptions.TaskBudget),
        ["mcpServers"] = nameof(ClaudeOptions.McpServers),
        ["model"] = nameof(ClaudeOptions.Model),
        ["outputFormat"] = nameof(ClaudeOptions.OutputSchema),
        ["pathToClaudeCodeExecutable"] = nameof(ClaudeOptions.CliPath),
        ["permissionMode"] = nameof(ClaudeOptions.PermissionMode),
        ["planModeInstructions"] = nameof(ClaudeOptions.PlanModeInstructions),
        ["allowDangerouslySkipPermissions"] = nameof(ClaudeOptions.AllowDangerouslySkipPermissions),
        ["permissionPromptToolName"] = nameof(ClaudeOptions.PermissionPromptToolName),
        ["permissionPrompts"] = nameof(ClaudeOptions.PermissionPrompts),
        ["plugins"] = nameof(ClaudeOptions.Plugins),
        ["promptSuggestions"] = nameof(ClaudeOptions.PromptSuggestions),
        ["agentProgressSummaries"] = nameof(ClaudeOptions.AgentProgressSummaries),
        ["resume"] = nameof(ClaudeOptions.Resume),
        ["sessionId"] = nameof(ClaudeOptions.SessionId),
        ["resumeSessionAt"] = nameof(ClaudeOptions.ResumeSessionAt),
        ["resumeDropsTurn"] = nameof(ClaudeOptions.ResumeDropsTurn),
        ["sandbox"] = nameof(ClaudeOptions.Sandbox),
        ["settings"] = nameof(ClaudeOptions.Settings),
        ["managedSettings"] = nameof(ClaudeOptions.ManagedSettings),
        ["settingSources"] = nameof(ClaudeOptions.SettingSources),
        ["skills"] = nameof(ClaudeOptions.Skills),
        ["debug"] = nameof(ClaudeOptions.Debug),
        ["debugFile"] = nameof(ClaudeOptions.DebugFile),
        ["stderr"] = nameof(ClaudeOptions.StandardError),
        ["strictMcpConfig"] = nameof(ClaudeOptions.StrictMcpConfig),
        ["systemPrompt"] = nameof(ClaudeOptions.SystemPrompt),
        ["title"] = nameof(ClaudeOptions.Title),
    };

    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["abortController"] = "a CancellationToken is the last parameter of every call",
        ["executable"] = "the CLI is a native program, so there is no JavaScript runtime to choose",
        ["executableArgs"] = "as executable",
        ["mcpServersDelivery"] = "always by initialize: a command line shows secrets to every user of the machine",
        ["pluginDelivery"] = "always by initialize",
        ["canUseTool"] = "a callback",
        ["onElicitation"] = "a callback",
        ["onUserDialog"] = "a callback",
        ["spawnClaudeCodeProcess"] = "a callback",
        ["sessionStore"] = "belongs to sessions",
        ["sessionStoreFlush"] = "belongs to sessions",
        ["loadTimeoutMs"] = "belongs to sessions",
    };

    private static readonly string[] Official =
    [
        "abortController", "additionalDirectories", "projectConfigRoot", "agent", "agents", "allowedTools", "canUseTool", "continue", "cwd",
        "disallowedTools", "toolAliases", "tools", "env", "executable", "executableArgs", "extraArgs", "fallbackModel", "enableFileCheckpointing",
        "toolConfig", "forkSession", "betas", "hooks", "onElicitation", "onUserDialog", "supportedDialogKinds", "perTaskStopAffordance",
        "persistSession", "sessionStore", "sessionStoreFlush", "loadTimeoutMs", "includeHookEvents", "includePartialMessages",
        "forwardSubagentText", "verbatimPrompts", "thinking", "effort", "maxThinkingTokens", "maxTurns", "maxBudgetUsd", "taskBudget",
        "mcpServers", "mcpServersDelivery", "model", "outputFormat", "pathToClaudeCodeExecutable", "permissionMode", "planModeInstructions",
        "allowDangerouslySkipPermissions", "permissionPromptToolName", "permissionPrompts", "plugins", "pluginDelivery", "promptSuggestions",
        "agentProgressSummaries", "resume", "sessionId", "resumeSessionAt", "resumeDropsTurn", "sandbox", "settings", "managedSettings",
        "settingSources", "skills", "debug", "debugFile", "stderr", "strictMcpConfig", "systemPrompt", "title", "spawnClaudeCodeProcess",
    ];

    [TestCaseSource(nameof(Official))]
    public void An_official_option_has_a_property_or_a_reason(string option)
    {
        bool mapped = Ours.TryGetValue(option, out string? property);

        Assert.That(mapped ^ Exceptions.ContainsKey(option), Is.True);
        if (mapped)
            Assert.That(typeof(ClaudeOptions).GetProperty(property!), Is.Not.Null);
    }
}
