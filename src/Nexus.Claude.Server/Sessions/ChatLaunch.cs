namespace Nexus.Claude.Server.Sessions;

/// <summary>
/// How processes for plain chat are started (gateway.md 6.2): no tools but the client's, no files, no settings, no commands. All of it is the
/// same for every request, so that any process serves any of them.
/// </summary>
internal static class ChatLaunch
{
    /// <summary>The options of the pool.</summary>
    /// <param name="options">The server's options.</param>
    /// <param name="folder">An empty folder.</param>
    /// <returns>The options.</returns>
    public static ClaudeOptions Create(NexusClaudeServerOptions options, string folder)
    {
        var given = options.Claude;
        var launch = new ClaudeOptions
        {
            CliPath = given.CliPath,
            AutoDownload = given.AutoDownload,
            Installation = given.Installation,
            InheritEnvironment = given.InheritEnvironment,
            User = given.User,
            LoggerFactory = given.LoggerFactory,
            TimeProvider = given.TimeProvider,
            ControlRequestTimeout = given.ControlRequestTimeout,
            InitializeTimeout = given.InitializeTimeout,
            ShutdownTimeout = given.ShutdownTimeout,
            StandardError = given.StandardError,
            Betas = [.. given.Betas],
            IdleTimeout = options.Sessions.ModelIdleTimeout,
            WorkingDirectory = folder,
            Tools = ToolSet.None,
            SettingSources = [],
            StrictMcpConfig = true,
            PersistSession = false,
            IncludePartialMessages = true,
            VerbatimPrompts = true,
            PermissionMode = PermissionMode.DontAsk,
            // A call that the hook does not get to defer is to reach this server and not the permission rules.
            AllowedTools = [$"mcp__{ToolNames.Server}"],
        };
        launch.ExtraArguments["disable-slash-commands"] = null;
        foreach (var (name, value) in given.Environment)
            launch.Environment[name] = value;
        ChildEnvironment.Apply(launch, options.Sessions.Environment);
        Lock(launch);
        return launch;
    }

    /// <summary>What nobody's configuration takes back.</summary>
    private static void Lock(ClaudeOptions launch)
    {
        launch.Environment["CLAUDE_CODE_DISABLE_ATTACHMENTS"] = "1";
        launch.Environment["CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK"] = "1";
        // A conversation that was compacted is no longer the one that the client sends.
        launch.Environment["DISABLE_AUTO_COMPACT"] = "1";
        launch.Environment["CLAUDE_CODE_EXTRA_BODY"] = "{}";
    }

    /// <summary>The options for a conversation.</summary>
    /// <param name="options">A copy of the pool's options.</param>
    /// <param name="system">The system prompt; null for none.</param>
    public static void Fit(ClaudeOptions options, string? system) =>
        options.SystemPrompt = system is null ? SystemPrompt.Empty : SystemPrompt.Custom(system);
}
