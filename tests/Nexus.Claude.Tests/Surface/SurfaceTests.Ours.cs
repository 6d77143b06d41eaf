namespace Nexus.Claude.Tests.Surface;

/// <summary>What stands for what. The keys are the official SDK's names, the values ours.</summary>
public sealed partial class SurfaceTests
{
    private const string HookEventType = "Nexus.Claude.HookEvent";

    // ---- PENDING: members that are being added beside this list. Move each entry to its table when its member is there; in the end these
    // are empty and HookEventsArePending is false.

    private static bool HookEventsArePending => false;

    private static readonly Dictionary<string, string> PendingOptions = new()
    {
        ["onElicitation"] = "Tools/",
        ["onUserDialog"] = "Tools/",
    };

    private static readonly Dictionary<string, string> PendingMethods = new()
    {
        ["setMcpPermissionModeOverride"] = "Tools/",
        ["mcpServerStatus"] = "Tools/",
        ["reconnectMcpServer"] = "Tools/",
        ["toggleMcpServer"] = "Tools/",
        ["readMcpResource"] = "Tools/",
        ["setMcpServers"] = "Tools/",
    };

    private static readonly Dictionary<string, string> PendingControlRequests = new()
    {
        ["elicitation"] = "Tools/",
        ["request_user_dialog"] = "Tools/",
        ["mcp_call"] = "Tools/",
        ["mcp_read_resource"] = "Tools/",
        ["mcp_reconnect"] = "Tools/",
        ["mcp_set_servers"] = "Tools/",
        ["mcp_status"] = "Tools/",
        ["mcp_toggle"] = "Tools/",
    };

    // ---- end of PENDING

    private static readonly Dictionary<string, string> OptionExceptions = new()
    {
        ["abortController"] = "a CancellationToken is the last parameter of every call",
        ["executable"] = "the CLI is a native program, so there is no JavaScript runtime to choose",
        ["executableArgs"] = "as executable",
        ["mcpServersDelivery"] = "always by initialize: a command line shows secrets to every user of the machine",
        ["pluginDelivery"] = "always by initialize",
        ["spawnClaudeCodeProcess"] = "CliPath takes any program that passes its streams on",
    };

    private static readonly Dictionary<string, string> ControlRequestExceptions = new()
    {
        ["set_color"] = "the CLI refuses it without a terminal (unsupported_request); SendControlRequestAsync sends it all the same",
    };

    // Control requests that the real CLI answers and the official surface does not list.
    private static readonly string[] Undocumented =
        ["end_session", "generate_session_title", "rewind_conversation", "side_question", "update_environment_variables"];

    private static readonly Dictionary<string, string> ControlRequests = new()
    {
        ["apply_flag_settings"] = "ClaudeClient.ApplyFlagSettingsAsync ClaudeClient.SetEffortAsync",
        ["background_tasks"] = "ClaudeClient.BackgroundTasksAsync",
        ["can_use_tool"] = "ClaudeOptions.CanUseTool",
        ["cancel_async_message"] = "ClaudeClient.CancelQueuedPromptAsync",
        ["end_session"] = "ClaudeClient.EndSessionAsync",
        ["file_suggestions"] = "ClaudeClient.SuggestFilesAsync",
        ["generate_session_title"] = "ClaudeClient.GenerateSessionTitleAsync",
        ["get_binary_version"] = "ClaudeClient.GetBinaryVersionAsync",
        ["get_context_usage"] = "ClaudeClient.GetContextUsageAsync",
        ["get_hooks_listing"] = "ClaudeClient.GetHooksListingAsync",
        ["get_session_cost"] = "ClaudeClient.GetSessionCostAsync",
        ["get_settings"] = "ClaudeClient.GetSettingsAsync",
        ["get_task_output"] = "ClaudeClient.GetTaskOutputAsync",
        ["get_usage"] = "ClaudeClient.GetUsageAsync",
        ["hook_callback"] = "ClaudeOptions.Hooks",
        ["initialize"] = "ClaudeClient.ConnectAsync ClaudeClient.ReinitializeAsync",
        ["interrupt"] = "ClaudeClient.InterruptAsync Turn.InterruptAsync",
        ["list_models"] = "ClaudeClient.ListModelsAsync",
        ["list_permission_rules"] = "ClaudeClient.ListPermissionRulesAsync",
        ["mcp_message"] = "ClaudeOptions.ToolServers",
        ["read_file"] = "ClaudeClient.ReadFileAsync",
        ["register_repo_root"] = "ClaudeClient.RegisterRepositoryRootAsync",
        ["reload_output_styles"] = "ClaudeClient.ReloadOutputStylesAsync",
        ["reload_plugins"] = "ClaudeClient.ReloadPluginsAsync",
        ["reload_skills"] = "ClaudeClient.ReloadSkillsAsync",
        ["rename_session"] = "ClaudeClient.RenameSessionAsync",
        ["rewind_conversation"] = "ClaudeClient.RewindConversationAsync",
        ["rewind_files"] = "ClaudeClient.RewindFilesAsync ClaudeClient.PreviewRewindAsync",
        ["seed_read_state"] = "ClaudeClient.SeedReadStateAsync",
        ["set_has_subscribers"] = "ClaudeClient.SetHasSubscribersAsync",
        ["set_max_thinking_tokens"] = "ClaudeClient.SetMaxThinkingTokensAsync ClaudeClient.SetThinkingDisplayAsync",
        ["set_model"] = "ClaudeClient.SetModelAsync",
        ["set_permission_mode"] = "ClaudeClient.SetPermissionModeAsync",
        ["side_question"] = "ClaudeClient.AskSideQuestionAsync",
        ["stop_task"] = "ClaudeClient.StopTaskAsync",
        ["update_environment_variables"] = "ClaudeClient.UpdateEnvironmentAsync",
        ["update_settings"] = "ClaudeClient.UpdateSettingsAsync",
    };

    private static readonly Dictionary<string, string> Methods = new()
    {
        ["interrupt"] = "ClaudeClient.InterruptAsync",
        ["setPermissionMode"] = "ClaudeClient.SetPermissionModeAsync",
        ["setModel"] = "ClaudeClient.SetModelAsync",
        ["setMaxThinkingTokens"] = "ClaudeClient.SetMaxThinkingTokensAsync ClaudeClient.SetThinkingDisplayAsync",
        ["applyFlagSettings"] = "ClaudeClient.ApplyFlagSettingsAsync",
        ["updateSettings"] = "ClaudeClient.UpdateSettingsAsync",
        ["initializationResult"] = "ClaudeClient.Server ServerInformation.Raw",
        ["reinitialize"] = "ClaudeClient.ReinitializeAsync",
        ["supportedCommands"] = "ServerInformation.Commands",
        ["supportedModels"] = "ServerInformation.Models",
        ["supportedAgents"] = "ServerInformation.Agents",
        ["getContextUsage"] = "ClaudeClient.GetContextUsageAsync",
        ["readFile"] = "ClaudeClient.ReadFileAsync",
        ["reloadPlugins"] = "ClaudeClient.ReloadPluginsAsync",
        ["reloadSkills"] = "ClaudeClient.ReloadSkillsAsync",
        ["reloadOutputStyles"] = "ClaudeClient.ReloadOutputStylesAsync",
        ["accountInfo"] = "ServerInformation.Account",
        ["rewindFiles"] = "ClaudeClient.RewindFilesAsync",
        ["seedReadState"] = "ClaudeClient.SeedReadStateAsync",
        ["streamInput"] = "ClaudeClient.SendAsync",
        ["stopTask"] = "ClaudeClient.StopTaskAsync",
        ["backgroundTasks"] = "ClaudeClient.BackgroundTasksAsync",
        ["close"] = "ClaudeClient.DisposeAsync ClaudeClient.Kill",
    };

    private static readonly Dictionary<string, string> Options = new()
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
        ["canUseTool"] = nameof(ClaudeOptions.CanUseTool),
        ["hooks"] = nameof(ClaudeOptions.Hooks),
        ["sessionStore"] = nameof(ClaudeOptions.SessionStore),
        ["sessionStoreFlush"] = nameof(ClaudeOptions.SessionStoreFlush),
        ["loadTimeoutMs"] = nameof(ClaudeOptions.SessionStoreLoadTimeout),
    };
}
