using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The settings of the turn that begins. It comes with every turn, and not before the first prompt.</summary>
public sealed record InitMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "init";

    /// <summary>The folder that the agent works in.</summary>
    [JsonPropertyName("cwd")]
    public string WorkingDirectory { get; init => field = value ?? ""; } = "";

    /// <summary>The model in use.</summary>
    [JsonPropertyName("model")]
    public string Model { get; init => field = value ?? ""; } = "";

    /// <summary>The permission mode in use.</summary>
    [JsonPropertyName("permissionMode")]
    public PermissionMode PermissionMode { get; init; }

    /// <summary>The tools that the model may use.</summary>
    [JsonPropertyName("tools")]
    public IReadOnlyList<string> Tools { get; init => field = value ?? []; } = [];

    /// <summary>The MCP servers and their states.</summary>
    [JsonPropertyName("mcp_servers")]
    public IReadOnlyList<McpServerInfo> McpServers { get; init => field = value ?? []; } = [];

    /// <summary>The slash commands that may be sent as prompts.</summary>
    [JsonPropertyName("slash_commands")]
    public IReadOnlyList<string> SlashCommands { get; init => field = value ?? []; } = [];

    /// <summary>Slash commands that only work in a terminal.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> TerminalSlashCommands
    {
        get => WireTerminalSlashCommands ?? [];
        init => WireTerminalSlashCommands = value;
    }

    [JsonInclude]
    [JsonPropertyName("terminal_slash_commands")]
    internal IReadOnlyList<string>? WireTerminalSlashCommands { get; init; }

    /// <summary>Where the credential came from.</summary>
    [JsonPropertyName("apiKeySource")]
    public ApiKeySource ApiKeySource { get; init; }

    /// <summary>The version of the CLI.</summary>
    [JsonPropertyName("claude_code_version")]
    public string CliVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The output style in use.</summary>
    [JsonPropertyName("output_style")]
    public string OutputStyle { get; init => field = value ?? ""; } = "";

    /// <summary>The subagents that the model may start.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Agents
    {
        get => WireAgents ?? [];
        init => WireAgents = value;
    }

    [JsonInclude]
    [JsonPropertyName("agents")]
    internal IReadOnlyList<string>? WireAgents { get; init; }

    /// <summary>The skills that are loaded.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Skills
    {
        get => WireSkills ?? [];
        init => WireSkills = value;
    }

    [JsonInclude]
    [JsonPropertyName("skills")]
    internal IReadOnlyList<string>? WireSkills { get; init; }

    /// <summary>The plugins that are loaded.</summary>
    [JsonIgnore]
    public IReadOnlyList<PluginInfo> Plugins
    {
        get => WirePlugins ?? [];
        init => WirePlugins = value;
    }

    [JsonInclude]
    [JsonPropertyName("plugins")]
    internal IReadOnlyList<PluginInfo>? WirePlugins { get; init; }

    /// <summary>The plugins that could not be loaded.</summary>
    [JsonIgnore]
    public IReadOnlyList<PluginError> PluginErrors
    {
        get => WirePluginErrors ?? [];
        init => WirePluginErrors = value;
    }

    [JsonInclude]
    [JsonPropertyName("plugin_errors")]
    internal IReadOnlyList<PluginError>? WirePluginErrors { get; init; }

    /// <summary>The API betas in use.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Betas
    {
        get => WireBetas ?? [];
        init => WireBetas = value;
    }

    [JsonInclude]
    [JsonPropertyName("betas")]
    internal IReadOnlyList<string>? WireBetas { get; init; }

    /// <summary>Whether fast mode is on.</summary>
    [JsonPropertyName("fast_mode_state")]
    public FastModeState? FastModeState { get; init; }

    /// <summary>Why fast mode cannot serve now.</summary>
    [JsonPropertyName("fast_mode_disabled_reason")]
    public string? FastModeDisabledReason { get; init; }

    /// <summary>The effort in use, for example <c>high</c>; null for the model's own.</summary>
    [JsonPropertyName("effort")]
    public string? Effort { get; init; }

    /// <summary><c>default</c> or <c>focus</c>.</summary>
    [JsonPropertyName("view_mode")]
    public string? ViewMode { get; init; }

    /// <summary>What this CLI can do, for example <c>interrupt_receipt_v1</c>. Empty from CLIs before 2.1.330.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Capabilities
    {
        get => WireCapabilities ?? [];
        init => WireCapabilities = value;
    }

    [JsonInclude]
    [JsonPropertyName("capabilities")]
    internal IReadOnlyList<string>? WireCapabilities { get; init; }

    /// <summary>The folders of the agent's memory, as raw JSON.</summary>
    [JsonPropertyName("memory_paths")]
    public JsonElement? MemoryPaths { get => UnparsedMemoryPaths?.Value; init => UnparsedMemoryPaths = UnparsedJson.Of(value); }

    internal UnparsedJson? UnparsedMemoryPaths { get; init; }

    /// <summary>The folder that the CLI was started in.</summary>
    [JsonPropertyName("original_cwd")]
    public string? OriginalWorkingDirectory { get; init; }

    /// <summary>Further folders that the agent may work in.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> AdditionalDirectories
    {
        get => WireAdditionalDirectories ?? [];
        init => WireAdditionalDirectories = value;
    }

    [JsonInclude]
    [JsonPropertyName("additional_directories")]
    internal IReadOnlyList<string>? WireAdditionalDirectories { get; init; }

    /// <summary>The socket on which other sessions of the machine reach this one.</summary>
    [JsonPropertyName("messaging_socket_path")]
    public string? MessagingSocketPath { get; init; }

    /// <summary>True when the CLI sends no usage statistics.</summary>
    [JsonPropertyName("analytics_disabled")]
    public bool? IsAnalyticsDisabled { get; init; }

    /// <summary>True when the CLI asks for no feedback.</summary>
    [JsonPropertyName("product_feedback_disabled")]
    public bool? IsProductFeedbackDisabled { get; init; }

    /// <summary>True when the API is Anthropic's own.</summary>
    [JsonPropertyName("served_by_anthropic")]
    public bool? IsServedByAnthropic { get; init; }

    /// <summary>True when the effort may change from turn to turn.</summary>
    [JsonPropertyName("per_turn_effort_active")]
    public bool? IsPerTurnEffortActive { get; init; }

    /// <summary>True when the word for the highest effort has effect.</summary>
    [JsonPropertyName("ultrathink_available")]
    public bool? IsUltrathinkAvailable { get; init; }

    /// <summary>True when that word in a prompt raises the effort.</summary>
    [JsonPropertyName("ultrathink_typed_raises")]
    public bool? IsUltrathinkTypedRaises { get; init; }

    /// <summary>The <c>uuid</c>s of the user messages that started the turn, when they had one.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> UserMessageUuids
    {
        get => WireUserMessageUuids ?? [];
        init => WireUserMessageUuids = value;
    }

    [JsonInclude]
    [JsonPropertyName("user_message_uuids")]
    internal IReadOnlyList<string>? WireUserMessageUuids { get; init; }
}

/// <summary>An MCP server and its state.</summary>
public sealed record McpServerInfo : OpenRecord
{
    /// <summary>Its name in the configuration.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it is connected.</summary>
    [JsonPropertyName("status")]
    public McpServerStatus Status { get; init; }

    /// <summary>Where it was configured, for example <c>sdk</c>, <c>dynamic</c> or <c>project</c>.</summary>
    [JsonPropertyName("source")]
    public string? Source { get; init; }
}

/// <summary>A loaded plugin.</summary>
public sealed record PluginInfo : OpenRecord
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its folder, or <c>builtin</c>.</summary>
    [JsonPropertyName("path")]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>Its id with the marketplace it came from.</summary>
    [JsonPropertyName("source")]
    public string? Source { get; init; }

    /// <summary>Its version.</summary>
    [JsonPropertyName("version")]
    public string? Version { get; init; }
}

/// <summary>A plugin that could not be loaded.</summary>
public sealed record PluginError : OpenRecord
{
    /// <summary>The plugin.</summary>
    [JsonPropertyName("plugin")]
    public string Plugin { get; init => field = value ?? ""; } = "";

    /// <summary>The kind of trouble.</summary>
    [JsonPropertyName("type")]
    public string ErrorType { get; init => field = value ?? ""; } = "";

    /// <summary>What went wrong.</summary>
    [JsonPropertyName("message")]
    public string Message { get; init => field = value ?? ""; } = "";

    /// <summary>The file concerned.</summary>
    [JsonPropertyName("path")]
    public string? Path { get; init; }

    /// <summary>The managed setting that decides about the plugin, as raw JSON.</summary>
    [JsonPropertyName("managed_lock")]
    public JsonElement? ManagedLock { get; init; }
}
