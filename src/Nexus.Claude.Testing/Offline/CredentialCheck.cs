using System.Text.Json.Nodes;

namespace Nexus.Claude.Testing;

/// <summary>Asks the CLI whether it has a credential, in a process of its own that can reach nobody.</summary>
internal static class CredentialCheck
{
    // Nobody listens on the discard port of loopback, so a connection is refused at once. The address of the API has to go there as well as
    // the proxy: with a key and a dead proxy alone, CLI 2.1.330 retries a request to its vendor for 19 seconds before it answers.
    private const string Nowhere = "http://127.0.0.1:9";

    private static readonly Dictionary<string, string> Silence = new()
    {
        ["ANTHROPIC_BASE_URL"] = Nowhere,
        ["HTTPS_PROXY"] = Nowhere,
        ["https_proxy"] = Nowhere,
        ["HTTP_PROXY"] = Nowhere,
        ["http_proxy"] = Nowhere,
        ["ALL_PROXY"] = Nowhere,
        ["all_proxy"] = Nowhere,
        ["NO_PROXY"] = "127.0.0.1,localhost",
        ["no_proxy"] = "127.0.0.1,localhost",
        ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
        ["DISABLE_AUTOUPDATER"] = "1",
        ["DISABLE_TELEMETRY"] = "1",
        ["DISABLE_ERROR_REPORTING"] = "1",
    };

    /// <summary>Starts a CLI as the options say, reads what it knows about its account and ends it.</summary>
    public static async Task<AccountInformation> AskAsync(ClaudeOptions options, CancellationToken cancellationToken)
    {
        var client = await ClaudeClient.ConnectAsync(Quiet(options), cancellationToken).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
            return client.Server.Account;
    }

    /// <summary>What bears on the credential is the caller's; what would start servers, run hooks or touch a session is left out.</summary>
    internal static ClaudeOptions Quiet(ClaudeOptions options)
    {
        var quiet = new ClaudeOptions
        {
            CliPath = options.CliPath,
            AutoDownload = options.AutoDownload,
            Installation = options.Installation,
            DownloadProgress = options.DownloadProgress,
            InheritEnvironment = options.InheritEnvironment,
            Environment = options.Clone().Environment,
            User = options.User,
            WorkingDirectory = options.WorkingDirectory,
            ProjectConfigRoot = options.ProjectConfigRoot,
            SettingSources = options.SettingSources,
            Settings = options.Settings ?? QuietSettings(),
            ManagedSettings = options.ManagedSettings,
            StrictMcpConfig = true,
            PersistSession = false,
            StandardError = options.StandardError,
            LoggerFactory = options.LoggerFactory,
            InitializeTimeout = options.InitializeTimeout,
            ShutdownTimeout = options.ShutdownTimeout,
        };
        foreach (var (name, value) in Silence)
            quiet.Environment[name] = value;
        return quiet;
    }

    // The variables stand here again because those of a user's settings file would win over those of the process.
    private static ClaudeSettings QuietSettings()
    {
        var variables = new JsonObject();
        foreach (var (name, value) in Silence)
            variables[name] = value;
        return ClaudeSettings.Inline(new JsonObject { ["env"] = variables, ["disableAllHooks"] = true });
    }
}
