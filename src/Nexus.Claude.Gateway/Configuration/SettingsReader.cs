namespace Nexus.Claude.Gateway;

/// <summary>
/// Reads the settings, by hand: the usual binder passes over names that are misspelled. Names are written here as in the documentation; those of
/// the source come without underscores.
/// </summary>
internal static class SettingsReader
{
    private delegate void Setting(GatewaySettings settings, IConfigurationSection value);

    private static readonly Dictionary<string, Setting> Settings = Normalized(new()
    {
        ["server.host"] = (settings, value) => settings.Host = SettingValue.Text(value),
        ["server.port"] = (settings, value) => settings.Port = SettingValue.Number(value),
        ["server.drain_seconds"] = Server(SettingValue.Seconds, (options, time) => options.Limits.DrainTimeout = time),
        ["server.max_request_body_bytes"] = Server(SettingValue.Number, (options, bytes) => options.Security.MaxRequestBodyBytes = bytes),

        ["claude.command"] = Server(SettingValue.Text, (options, command) => options.Claude.CliPath = CliCommandPath.Find(command)),
        ["claude.timeout_seconds"] = Server(SettingValue.Seconds, (options, time) => options.Limits.TurnTimeout = time),
        ["claude.max_concurrent_sessions"] = Server(SettingValue.Number, (options, number) => options.Limits.MaxConcurrentTurns = number),

        ["claude.use_interactive_sessions"] = Server(SettingValue.Flag, (options, flag) =>
            options.Sessions.MaxLiveConversations = flag ? options.Sessions.MaxLiveConversations : 0),

        ["process_pool.size"] = Server(SettingValue.Number, ProcessSettings.SetSize),
        ["process_pool.min_idle"] = Server(SettingValue.Number, (options, number) => options.Sessions.MinIdle = Math.Min(number, options.Sessions.MaxProcesses)),
        ["process_pool.max_idle"] = Server(SettingValue.Number, (options, number) => options.Sessions.MaxLiveConversations = number),
        ["process_pool.max_memory_mb"] = Server(SettingValue.Number, (options, number) => options.Sessions.MaxLiveMemoryBytes = number * 1024L * 1024),

        ["cache.enabled"] = Server(SettingValue.Flag, (options, flag) => options.Cache.Enabled = flag),
        ["cache.ttl_seconds"] = Server(SettingValue.Seconds, (options, time) => options.Cache.Lifetime = time),
        ["cache.max_entries"] = Server(SettingValue.Number, (options, number) => options.Cache.MaxBytesInMemory = number * ProcessSettings.BytesOfReply),
        ["cache.deterministic"] = Server(SettingValue.Flag, (options, flag) => options.Cache.IncludeDeterministic = flag),

        ["conversation.max_history_messages"] = Server(SettingValue.Number, (options, number) => options.Conversations.MaxItems = number),
        ["conversation.session_timeout_minutes"] = Server(SettingValue.Minutes, (options, time) =>
            (options.Conversations.Lifetime, options.Sessions.LiveConversationTimeout) = (time, time)),
        ["conversation.database_path"] = Server(SettingValue.Path, (options, path) => options.Conversations.DatabasePath = path),
        ["database.url"] = Server(DatabaseUrl.Read, (options, path) => options.Conversations.DatabasePath = path),

        ["redis.connection_string"] = Server(SettingValue.Text, (options, text) => options.Redis.ConnectionString = text),
        ["redis.key_prefix"] = Server(SettingValue.Text, (options, text) => options.Redis.KeyPrefix = text),

        ["requests.strict"] = Server(SettingValue.Flag, (options, flag) => options.Requests.Strict = flag),
        ["sessions.environment"] = Server(SettingValue.List, (options, names) => options.Sessions.Environment = names),

        ["auth.enabled"] = (settings, value) => settings.AuthEnabled = SettingValue.Flag(value),
        ["auth.secret_key"] = (settings, value) => settings.SecretKey = SettingValue.Text(value),
        ["auth.token_expiry_hours"] = (settings, value) => settings.KeyLifetime = TimeSpan.FromHours(SettingValue.Number(value)),

        ["file_access.skip_permissions"] = Server(SettingValue.Flag, (options, flag) => options.Agent.SkipPermissions = flag),
        ["file_access.additional_dirs"] = Server(SettingValue.List, (options, list) => options.Agent.AdditionalDirectories = list),

        ["mcp.enabled"] = (settings, value) => settings.UsesMcp = SettingValue.Flag(value),
        ["mcp.config_file"] = Server(SettingValue.Text, (options, path) => options.Agent.McpConfigFile = path),
        ["mcp.config_json"] = Server(SettingValue.Text, (options, json) => options.Agent.McpConfigJson = json),
        ["mcp.strict"] = Server(SettingValue.Flag, (options, flag) => options.Agent.StrictMcpConfig = flag),
        ["mcp.debug"] = Server(SettingValue.Flag, (options, flag) => options.Agent.Debug = flag),

        ["limits.max_concurrent_turns"] = Server(SettingValue.Number, (options, number) => options.Limits.MaxConcurrentTurns = number),
        ["limits.max_queue_length"] = Server(SettingValue.Number, (options, number) => options.Limits.MaxQueueLength = number),
        ["limits.max_queue_wait_seconds"] = Server(SettingValue.Seconds, (options, time) => options.Limits.MaxQueueWait = time),

        ["security.keys_file"] = (settings, value) => settings.KeysFile = SettingValue.Path(value),
        ["security.spend_file"] = Server(SettingValue.Path, (options, path) => options.Security.SpendFile = path),
        ["security.allow_anonymous_beyond_loopback"] = Server(SettingValue.Flag, (options, flag) => options.Security.AllowAnonymousBeyondLoopback = flag),
        ["security.allowed_hosts"] = Server(SettingValue.List, (options, list) => options.Security.AllowedHosts = list),
        ["security.cors_origins"] = Server(SettingValue.List, (options, list) => options.Security.CorsOrigins = list),
        ["security.working_directories"] = Server(SettingValue.List, (options, list) => options.Security.WorkingDirectories = list),
        ["security.keys"] = Server(KeySettings.ReadAll, (options, keys) => keys.ForEach(options.Security.Keys.Add)),
        ["security.anonymous"] = Server(KeySettings.ReadPolicy, (options, policy) => options.Security.Anonymous = policy),

        ["agent.tools"] = Server(SettingValue.List, (options, list) => options.Agent.Tools = list),
        ["agent.audit_file"] = Server(SettingValue.Path, (options, path) => options.Agent.AuditFile = path),

        ["memory.enabled"] = (settings, value) => settings.UsesMemory = SettingValue.Flag(value),
        ["memory.path"] = (settings, value) => settings.MemoryPath = SettingValue.Path(value),
        ["memory.meilisearch_url"] = (settings, value) => settings.MeilisearchUrl = SettingValue.Url(value),
        ["memory.meilisearch_key"] = (settings, value) => settings.MeilisearchKey = SettingValue.Text(value),

        ["telemetry.otlp_endpoint"] = (settings, value) => settings.OtlpEndpoint = SettingValue.Url(value),
    });

    /// <summary>The names of all settings, as they are read.</summary>
    public static IReadOnlyCollection<string> Names => Settings.Keys;

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">The gateway's section, in one spelling.</param>
    /// <param name="settings">Gets them.</param>
    /// <param name="mistakes">Gets a sentence for each mistake. Values are not in it: some are secret.</param>
    public static void Read(IConfiguration configuration, GatewaySettings settings, List<string> mistakes)
    {
        foreach (var section in configuration.GetChildren())
        {
            foreach (var value in section.GetChildren())
            {
                if (!Settings.TryGetValue($"{section.Key}.{value.Key}", out var set))
                {
                    mistakes.Add($"There is no setting '{section.Key.ToLowerInvariant()}.{value.Key.ToLowerInvariant()}'; docs/gateway.md lists all of them.");
                    continue;
                }

                try
                {
                    // An empty variable is how a setting is left out in a compose file.
                    if (value.Value is not "")
                        set(settings, value);
                }
                catch (FormatException wrong)
                {
                    mistakes.Add($"The setting '{section.Key.ToLowerInvariant()}.{value.Key.ToLowerInvariant()}' {wrong.Message}");
                }
            }

            if (section.Value is { Length: > 0 })
                mistakes.Add($"The setting '{section.Key.ToLowerInvariant()}' is a section; write CLAUDE_CODE__{section.Key.ToUpperInvariant()}__NAME.");
        }
    }

    private static Setting Server<T>(Func<IConfigurationSection, T> read, Action<NexusClaudeServerOptions, T> set) => (settings, section) =>
    {
        var value = read(section);
        settings.Server(options => set(options, value));
    };

    private static Dictionary<string, Setting> Normalized(Dictionary<string, Setting> settings) => settings.ToDictionary(
        static each => each.Key.Replace("_", "", StringComparison.Ordinal), static each => each.Value, StringComparer.OrdinalIgnoreCase);
}
