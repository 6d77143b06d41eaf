using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>How plugins are read again.</summary>
public sealed record PluginReloadOptions
{
    /// <summary>
    /// True does nothing if the reload would change the session's tools and so make the prompt cache useless;
    /// <see cref="PluginReload.CacheImpact"/> says what would change. Default false.
    /// </summary>
    public bool HoldOnCacheImpact { get; init; }

    /// <summary>True refuses while a turn runs or waits, or an agent works in the background. Default false.</summary>
    public bool RefuseIfBusy { get; init; }

    /// <summary>Plugins to load as well; a relative path starts at <see cref="ClaudeOptions.WorkingDirectory"/>. Loaded ones stay.</summary>
    public IReadOnlyList<PluginOptions> AddPlugins { get; init; } = [];

    internal void Write(Utf8JsonWriter json, string workingDirectory)
    {
        if (HoldOnCacheImpact)
            json.WriteBoolean("hold_on_cache_impact"u8, true);
        if (RefuseIfBusy)
            json.WriteBoolean("refuse_if_busy"u8, true);
        if (AddPlugins.Count == 0)
            return;
        json.WriteStartArray("add_plugins"u8);
        foreach (var plugin in AddPlugins)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "local"u8);
            json.WriteString("path"u8, Path.GetFullPath(plugin.Path, workingDirectory));
            if (plugin.SkipMcpDiscovery)
                json.WriteBoolean("skipMcpDiscovery"u8, true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

/// <summary>What a session has after its plugins were read again.</summary>
public sealed record PluginReload : OpenRecord
{
    /// <summary>All commands.</summary>
    [JsonPropertyName("commands")]
    public IReadOnlyList<SlashCommand> Commands { get; init => field = value ?? []; } = [];

    /// <summary>All subagents.</summary>
    [JsonPropertyName("agents")]
    public IReadOnlyList<AgentInformation> Agents { get; init => field = value ?? []; } = [];

    /// <summary>The loaded plugins.</summary>
    [JsonPropertyName("plugins")]
    public IReadOnlyList<PluginInfo> Plugins { get; init => field = value ?? []; } = [];

    /// <summary>The MCP servers.</summary>
    [JsonPropertyName("mcpServers")]
    public IReadOnlyList<McpServerInfo> McpServers { get; init => field = value ?? []; } = [];

    /// <summary>How many plugins could not be loaded.</summary>
    [JsonPropertyName("error_count")]
    public int ErrorCount { get; init; }

    /// <summary>
    /// True when nothing was done because of <see cref="CacheImpact"/>; false when the CLI looked and found no impact; null when
    /// <see cref="PluginReloadOptions.HoldOnCacheImpact"/> was not asked for, or the CLI is too old to know it and reloaded at once.
    /// </summary>
    [JsonPropertyName("held")]
    public bool? IsHeld { get; init; }

    /// <summary>What the reload would change; null unless it was held.</summary>
    [JsonPropertyName("cache_impact")]
    public PluginCacheImpact? CacheImpact { get; init; }
}

/// <summary>What reloading plugins would change in a session's tools. The names come from the plugins.</summary>
public sealed record PluginCacheImpact : OpenRecord
{
    /// <summary>MCP servers that would come.</summary>
    [JsonPropertyName("mcp_servers_added")]
    public IReadOnlyList<string> McpServersAdded { get; init => field = value ?? []; } = [];

    /// <summary>MCP servers that would go.</summary>
    [JsonPropertyName("mcp_servers_removed")]
    public IReadOnlyList<string> McpServersRemoved { get; init => field = value ?? []; } = [];

    /// <summary>What becomes of the LSP tool: <c>adds</c>, <c>may-add</c>, <c>removes</c>, <c>may-remove</c>; null for nothing.</summary>
    [JsonPropertyName("lsp_tool_change")]
    public string? LspToolChange { get; init; }
}
