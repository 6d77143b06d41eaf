using System.Collections;
using Microsoft.Extensions.Configuration;
using Nexus.Claude.Gateway;

namespace Nexus.Claude.Server.Tests;

internal sealed class SettingsTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-settings-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<TestCaseData> Variables()
    {
        // The older gateway's variables, as its documentation writes them.
        yield return Of("SERVER__HOST", "127.0.0.1", static (settings, _) => settings.Url, "http://127.0.0.1:8080");
        yield return Of("SERVER__PORT", "9000", static (settings, _) => settings.Url, "http://localhost:9000");
        yield return Of("CLAUDE__COMMAND", "/opt/claude", static (_, options) => options.Claude.CliPath, Path.GetFullPath("/opt/claude"));
        yield return Of("CLAUDE__TIMEOUT_SECONDS", "300", static (_, options) => options.Limits.TurnTimeout, TimeSpan.FromMinutes(5));
        yield return Of("CLAUDE__MAX_CONCURRENT_SESSIONS", "10", static (_, options) => options.Limits.MaxConcurrentTurns, 10);
        yield return Of("CLAUDE__USE_INTERACTIVE_SESSIONS", "false", static (_, options) => options.Sessions.MaxLiveConversations, 0);
        yield return Of("AUTH__ENABLED", "false", static (_, options) => options.Security.KeysFile, null);
        yield return Of("AUTH__SECRET_KEY", "my-secret", static (_, options) => options.Security.Keys.Single().Key, "my-secret");
        yield return Of("AUTH__TOKEN_EXPIRY_HOURS", "24", static (settings, _) => settings.KeyLifetime, TimeSpan.FromHours(24));
        yield return Of("FILE_ACCESS__SKIP_PERMISSIONS", "true", static (_, options) => options.Agent.SkipPermissions, true);
        yield return Of("FILE_ACCESS__ADDITIONAL_DIRS", """["/path1", "/path2"]""", static (_, options) => string.Join('|', options.Agent.AdditionalDirectories), "/path1|/path2");
        yield return Of("MCP__ENABLED", "false", static (_, options) => options.Agent.McpConfigFile, null);
        yield return Of("MCP__CONFIG_FILE", "./mcp_config.json", static (_, options) => options.Agent.McpConfigFile, "./mcp_config.json");
        yield return Of("MCP__CONFIG_JSON", """{"mcpServers":{}}""", static (_, options) => options.Agent.McpConfigJson, """{"mcpServers":{}}""");
        yield return Of("MCP__STRICT", "false", static (_, options) => options.Agent.StrictMcpConfig, false);
        yield return Of("MCP__DEBUG", "true", static (_, options) => options.Agent.Debug, true);
        yield return Of("PROCESS_POOL__SIZE", "5", static (_, options) => options.Sessions.MaxProcesses, 5);
        yield return Of("PROCESS_POOL__SIZE", "0", static (_, options) => options.Sessions.MinIdle, 0);
        yield return Of("PROCESS_POOL__MIN_IDLE", "3", static (_, options) => options.Sessions.MinIdle, 3);
        yield return Of("PROCESS_POOL__MAX_IDLE", "7", static (_, options) => options.Sessions.MaxLiveConversations, 7);
        yield return Of("CACHE__ENABLED", "false", static (_, options) => options.Cache.Enabled, false);
        yield return Of("CACHE__MAX_ENTRIES", "500", static (_, options) => options.Cache.MaxBytesInMemory, 500 * ProcessSettings.BytesOfReply);
        yield return Of("CACHE__TTL_SECONDS", "60", static (_, options) => options.Cache.Lifetime, TimeSpan.FromMinutes(1));
        yield return Of("CONVERSATION__MAX_HISTORY_MESSAGES", "20", static (_, options) => options.Conversations.MaxItems, 20);
        yield return Of("CONVERSATION__SESSION_TIMEOUT_MINUTES", "30", static (_, options) => options.Conversations.Lifetime, TimeSpan.FromMinutes(30));
        yield return Of("CONVERSATION__SESSION_TIMEOUT_MINUTES", "30", static (_, options) => options.Sessions.LiveConversationTimeout, TimeSpan.FromMinutes(30));
        yield return Of("DATABASE__URL", "sqlite:///data/claude_code.db", static (_, options) => options.Conversations.DatabasePath, Path.GetFullPath("/data/claude_code.db"));

        // Ours.
        yield return Of("SERVER__DRAIN_SECONDS", "5", static (_, options) => options.Limits.DrainTimeout, TimeSpan.FromSeconds(5));
        yield return Of("SERVER__MAX_REQUEST_BODY_BYTES", "1000", static (_, options) => options.Security.MaxRequestBodyBytes, 1000L);
        yield return Of("PROCESS_POOL__MAX_MEMORY_MB", "100", static (_, options) => options.Sessions.MaxLiveMemoryBytes, 100L * 1024 * 1024);
        yield return Of("CACHE__DETERMINISTIC", "true", static (_, options) => options.Cache.IncludeDeterministic, true);
        yield return Of("CONVERSATION__DATABASE_PATH", "/data/c.db", static (_, options) => options.Conversations.DatabasePath, Path.GetFullPath("/data/c.db"));
        yield return Of("REDIS__CONNECTION_STRING", "redis:6379", static (_, options) => options.Redis.ConnectionString, "redis:6379");
        yield return Of("REDIS__KEY_PREFIX", "mine:", static (_, options) => options.Redis.KeyPrefix, "mine:");
        yield return Of("REQUESTS__STRICT", "true", static (_, options) => options.Requests.Strict, true);
        yield return Of("SESSIONS__ENVIRONMENT", "A,B_*", static (_, options) => string.Join('|', options.Sessions.Environment), "A|B_*");
        yield return Of("LIMITS__MAX_CONCURRENT_TURNS", "3", static (_, options) => options.Limits.MaxConcurrentTurns, 3);
        yield return Of("LIMITS__MAX_QUEUE_LENGTH", "4", static (_, options) => options.Limits.MaxQueueLength, 4);
        yield return Of("LIMITS__MAX_QUEUE_WAIT_SECONDS", "2.5", static (_, options) => options.Limits.MaxQueueWait, TimeSpan.FromSeconds(2.5));
        yield return Of("SECURITY__KEYS_FILE", "/etc/keys.json", static (_, options) => options.Security.KeysFile, Path.GetFullPath("/etc/keys.json"));
        yield return Of("SECURITY__SPEND_FILE", "/var/spend.json", static (_, options) => options.Security.SpendFile, Path.GetFullPath("/var/spend.json"));
        yield return Of("SECURITY__ALLOW_ANONYMOUS_BEYOND_LOOPBACK", "yes", static (_, options) => options.Security.AllowAnonymousBeyondLoopback, true);
        yield return Of("SECURITY__ALLOWED_HOSTS", "a.example.com, b.example.com", static (_, options) => string.Join('|', options.Security.AllowedHosts), "a.example.com|b.example.com");
        yield return Of("SECURITY__CORS_ORIGINS", "https://a.example.com", static (_, options) => options.Security.CorsOrigins.Single(), "https://a.example.com");
        yield return Of("SECURITY__WORKING_DIRECTORIES", "/srv/a,/srv/b", static (_, options) => options.Security.WorkingDirectories.Count, 2);
        yield return Of("SECURITY__KEYS__0__ID", "alice", static (_, options) => options.Security.Keys.Single().Id, "alice");
        yield return Of("SECURITY__ANONYMOUS__REQUESTS_PER_MINUTE", "7", static (_, options) => options.Security.Anonymous.RequestsPerMinute, 7);
        yield return Of("AGENT__TOOLS", "Read,Bash", static (_, options) => string.Join('|', options.Agent.Tools), "Read|Bash");
        yield return Of("AGENT__AUDIT_FILE", "/var/audit.jsonl", static (_, options) => options.Agent.AuditFile, Path.GetFullPath("/var/audit.jsonl"));
        yield return Of("MEMORY__ENABLED", "true", static (settings, _) => settings.UsesMemory, true);
        yield return Of("MEMORY__PATH", "/var/memory.db", static (settings, _) => settings.MemoryPath, Path.GetFullPath("/var/memory.db"));
        yield return Of("MEMORY__MEILISEARCH_URL", "http://search:7700", static (settings, _) => settings.MeilisearchUrl, new Uri("http://search:7700"));
        yield return Of("MEMORY__MEILISEARCH_KEY", "k", static (settings, _) => settings.MeilisearchKey, "k");
        yield return Of("TELEMETRY__OTLP_ENDPOINT", "http://collector:4317", static (settings, _) => settings.OtlpEndpoint, new Uri("http://collector:4317"));

        static TestCaseData Of(string variable, string value, Func<GatewaySettings, NexusClaudeServerOptions, object?> seen, object? expected) =>
            new TestCaseData("CLAUDE_CODE__" + variable, value, seen, expected).SetArgDisplayNames(variable, value);
    }

    [TestCaseSource(nameof(Variables))]
    [Property("seed-row", 111)]
    [Property("seed-row", 116)]
    public void Every_variable_has_its_effect(string variable, string value, Func<GatewaySettings, NexusClaudeServerOptions, object?> seen, object? expected)
    {
        var (settings, options) = Read(new() { [variable] = value });
        var (untouchedSettings, untouched) = Read([]);

        Assert.That(seen(settings, options), Is.EqualTo(expected));
        if (variable is not ("CLAUDE_CODE__MCP__ENABLED" or "CLAUDE_CODE__SECURITY__KEYS__0__ID" or "CLAUDE_CODE__AUTH__SECRET_KEY" or "CLAUDE_CODE__SECURITY__CORS_ORIGINS"))
            Assert.That(seen(untouchedSettings, untouched), Is.Not.EqualTo(expected), "the test would pass without the setting");
    }

    [Test]
    public void Every_setting_is_tested_here_and_described_in_the_documentation()
    {
        var documentation = File.ReadAllText(Path.Combine(Repository.Root, "docs", "gateway.md")).Replace("_", "", StringComparison.Ordinal);
        var tested = Variables().Select(static data => ((string)data.Arguments[0]!)["CLAUDE_CODE__".Length..].Split("__")).Select(static parts => $"{parts[0]}.{parts[1]}".Replace("_", "", StringComparison.Ordinal)).ToHashSet(StringComparer.OrdinalIgnoreCase);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(SettingsReader.Names.Where(name => !tested.Contains(name)), Is.Empty, "not tested");
            Assert.That(SettingsReader.Names.Where(name => !documentation.Contains($"`{name}`", StringComparison.OrdinalIgnoreCase)), Is.Empty, "not documented");
        }
    }

    [Test]
    public void Sources_overlay_each_other_and_names_may_be_spelled_either_way()
    {
        File.WriteAllText(Path.Combine(_folder, "appsettings.json"), """{"ClaudeCode":{"Server":{"Port":1,"Host":"127.0.0.1"},"claude":{"timeout_seconds":1},"Limits":{"MaxQueueLength":1}}}""");
        File.WriteAllText(Path.Combine(_folder, "my.json"), """{"ClaudeCode":{"server":{"port":2},"Claude":{"TimeoutSeconds":2}}}""");
        var (settings, options) = Read(new() { ["CLAUDE_CODE__CLAUDE__TIMEOUT_SECONDS"] = "3" }, "my.json");

        Assert.That((settings.Host, settings.Port, options.Limits.TurnTimeout.TotalSeconds, options.Limits.MaxQueueLength), Is.EqualTo(("127.0.0.1", 2, 3d, 1)));
    }

    [Test]
    public void The_file_of_another_program_in_the_current_folder_is_left_alone()
    {
        File.WriteAllText(Path.Combine(_folder, "appsettings.json"), """{"Logging":{"LogLevel":{"Default":"None"}},"Kestrel":{"Endpoints":{"Http":{"Url":"http://*:1"}}}}""");
        var configuration = new ConfigurationManager();
        SettingsSource.Fill(configuration, null, _folder, new Hashtable());

        Assert.That(configuration["Logging:LogLevel:Default"], Is.EqualTo("Information"));
        Assert.That(configuration.GetSection("Kestrel").Exists(), Is.False);
    }

    [Test]
    public void Keys_of_a_file_have_their_whole_policy()
    {
        File.WriteAllText(Path.Combine(_folder, "keys.json"), """
            {"ClaudeCode":{"security":{"keys":[
              {"id":"alice","hash":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","models":["sonnet","haiku"],"agent":true,"agent_tools":["Read"],
               "working_directories":["/srv"],"requests_per_minute":1,"tokens_per_minute":2,"max_concurrency":3,"budget_usd":4.5,"expires_at":"2027-01-01T00:00:00Z"},
              {"id":"bob","key":"secret"}]}}}
            """);
        var (_, options) = Read([], "keys.json");

        var alice = options.Security.Keys[0];
        Assert.That(
            (alice.Id, alice.Models.Count, alice.Agent, alice.AgentTools?.Single(), alice.WorkingDirectories?.Single(), alice.RequestsPerMinute, alice.TokensPerMinute),
            Is.EqualTo(("alice", 2, true, "Read", "/srv", 1, 2)));
        Assert.That((alice.MaxConcurrency, alice.BudgetUsd, alice.ExpiresAt), Is.EqualTo((3, 4.5m, new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero))));
        Assert.That(options.Security.Keys[1].Key, Is.EqualTo("secret"));
    }

    [Test]
    [Property("gateway-row", 25)]
    public void NEXUS_API_KEYS_gives_each_key_an_id_that_stays_the_same()
    {
        var (_, two) = Read(new() { ["NEXUS_API_KEYS"] = "first, second," });
        var (_, three) = Read(new() { ["NEXUS_API_KEYS"] = "zeroth,first,second" });

        Assert.That(two.Security.Keys.Select(static key => key.Key), Is.EqualTo(new[] { "first", "second" }));
        Assert.That(three.Security.Keys.Select(static key => key.Id), Is.SupersetOf(two.Security.Keys.Select(static key => key.Id)));
        Assert.That(two.Security.Keys[0].Id, Does.Not.Contain("first"));
    }

    [Test]
    public void Authentication_that_is_switched_off_uses_no_key()
    {
        var (_, options) = Read(new() { ["NEXUS_API_KEYS"] = "first", ["CLAUDE_CODE__AUTH__ENABLED"] = "false", ["CLAUDE_CODE__AUTH__SECRET_KEY"] = "change-me-in-production" });
        Assert.That((options.Security.Keys.Count, options.Security.KeysFile), Is.EqualTo((0, (string?)null)));
    }

    [Test]
    public void The_older_gateways_variables_for_Meilisearch_are_read()
    {
        var (settings, _) = Read(new() { ["MEILISEARCH_URL"] = "http://search:7700", ["MEILISEARCH_KEY"] = "k" });
        Assert.That((settings.MeilisearchUrl, settings.MeilisearchKey), Is.EqualTo((new Uri("http://search:7700"), "k")));
    }

    [Test]
    public void All_mistakes_are_named_at_once_without_values()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read(new()
        {
            ["CLAUDE_CODE__SERVER__PORT"] = "canary",
            ["CLAUDE_CODE__SERVER__HOST"] = "somewhere",
            ["CLAUDE_CODE__SERVR__PORT"] = "1",
            ["CLAUDE_CODE__MCP__STRICT"] = "perhaps-canary",
            ["CLAUDE_CODE__FILE_ACCESS__ADDITIONAL_DIRS"] = "[canary",
            ["CLAUDE_CODE__SECURITY__KEYS__0__BUDGET"] = "canary",
            ["CLAUDE_CODE__AUTH__SECRET_KEY"] = "change-me-in-production",
        }));

        Assert.That(failure.Failures, Has.Count.EqualTo(7));
        Assert.That(failure.Message, Does.Not.Contain("canary").And.Contain("servr.port").And.Contain("server.port").And.Contain("server.host"));
    }

    [Test]
    public void A_configuration_file_that_is_not_there_or_broken_is_a_clear_error()
    {
        File.WriteAllText(Path.Combine(_folder, "broken.json"), "{");
        Assert.That(() => Read([], "missing.json"), Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("missing.json"));
        Assert.That(() => Read([], "broken.json"), Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("broken.json"));
    }

    private (GatewaySettings Settings, NexusClaudeServerOptions Options) Read(Hashtable environment, string? configFile = null)
    {
        environment["HOME"] = _folder;
        var configuration = new ConfigurationManager();
        SettingsSource.Fill(configuration, configFile, _folder, environment);
        var settings = GatewaySettings.Read(configuration, environment);
        var options = new NexusClaudeServerOptions();
        settings.ApplyTo(options);
        return (settings, options);
    }
}
