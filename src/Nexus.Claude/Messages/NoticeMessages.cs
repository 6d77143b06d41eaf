using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A notice of the CLI for people.</summary>
public sealed record InformationalMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "informational";

    /// <summary>The text.</summary>
    [JsonPropertyName("content")]
    public string Content { get; init => field = value ?? ""; } = "";

    /// <summary>How important it is.</summary>
    [JsonPropertyName("level")]
    public NoticeLevel Level { get; init; }

    /// <summary>The tool use that it is about.</summary>
    [JsonPropertyName("tool_use_id")]
    public string? ToolUseId { get; init; }

    /// <summary>True when the turn does not go on.</summary>
    [JsonIgnore]
    public bool PreventsContinuation
    {
        get => WirePreventsContinuation ?? false;
        init => WirePreventsContinuation = value;
    }

    [JsonInclude]
    [JsonPropertyName("prevent_continuation")]
    internal bool? WirePreventsContinuation { get; init; }

    /// <summary>What it is about, for example <c>hook_callback_failed</c>.</summary>
    [JsonPropertyName("tag")]
    public string? Tag { get; init; }

    /// <summary>What became of a blocked prompt, as raw JSON.</summary>
    [JsonPropertyName("prompt_submit_outcome")]
    public JsonElement? PromptSubmitOutcome { get; init; }

    private protected override string Describe() => Content;
}

/// <summary>A notification that a terminal would show for a moment.</summary>
public sealed record NotificationMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "notification";

    /// <summary>What kind of notification; a later one with the same key replaces it.</summary>
    [JsonPropertyName("key")]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>The text.</summary>
    [JsonPropertyName("text")]
    public string Text { get; init => field = value ?? ""; } = "";

    /// <summary>How urgent it is.</summary>
    [JsonPropertyName("priority")]
    public NotificationPriority Priority { get; init; }

    /// <summary>The colour that a terminal would use.</summary>
    [JsonPropertyName("color")]
    public string? Color { get; init; }

    /// <summary>How long to show it.</summary>
    [JsonPropertyName("timeout_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Timeout { get; init; }

    private protected override string Describe() => Text;
}

/// <summary>The output of a slash command that ran without the model.</summary>
public sealed record LocalCommandOutputMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "local_command_output";

    /// <summary>The output.</summary>
    [JsonPropertyName("content")]
    public string Content { get; init => field = value ?? ""; } = "";

    private protected override string Describe() => Content;
}

/// <summary>The slash commands changed: replace the list you hold.</summary>
public sealed record CommandsChangedMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "commands_changed";

    /// <summary>All commands from now on.</summary>
    [JsonPropertyName("commands")]
    public IReadOnlyList<SlashCommand> Commands { get; init => field = value ?? []; } = [];
}

/// <summary>A slash command or skill.</summary>
public sealed record SlashCommand : OpenRecord
{
    /// <summary>Its name without the slash.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it does.</summary>
    [JsonPropertyName("description")]
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>What to write after it, for example <c>&lt;file&gt;</c>; empty when nothing.</summary>
    [JsonPropertyName("argumentHint")]
    public string ArgumentHint { get; init => field = value ?? ""; } = "";

    /// <summary>Other names of the same command.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Aliases
    {
        get => WireAliases ?? [];
        init => WireAliases = value;
    }

    [JsonInclude]
    [JsonPropertyName("aliases")]
    internal IReadOnlyList<string>? WireAliases { get; init; }

    /// <summary>True when it is Claude Code's own.</summary>
    [JsonIgnore]
    public bool IsBuiltIn
    {
        get => WireIsBuiltIn ?? false;
        init => WireIsBuiltIn = value;
    }

    [JsonInclude]
    [JsonPropertyName("builtin")]
    internal bool? WireIsBuiltIn { get; init; }
}

/// <summary>A tool call was refused without asking. For display: <see cref="ResultMessage.PermissionDenials"/> decides.</summary>
public sealed record PermissionDeniedMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "permission_denied";

    /// <summary>The tool.</summary>
    [JsonPropertyName("tool_name")]
    public string ToolName { get; init => field = value ?? ""; } = "";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The subagent that asked; null on the main thread.</summary>
    [JsonPropertyName("agent_id")]
    public string? AgentId { get; init; }

    /// <summary>What refused it, for example <c>rule</c> or <c>mode</c>.</summary>
    [JsonPropertyName("decision_reason_type")]
    public string? DecisionReasonType { get; init; }

    /// <summary>Why.</summary>
    [JsonPropertyName("decision_reason")]
    public string? DecisionReason { get; init; }

    /// <summary>What the model was told.</summary>
    [JsonPropertyName("message")]
    public string Message { get; init => field = value ?? ""; } = "";

    private protected override string Describe() => $"permission_denied: {ToolName}: {Message}";
}

/// <summary>A question that an MCP server asked by a web page was answered there.</summary>
public sealed record ElicitationCompleteMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "elicitation_complete";

    /// <summary>The server.</summary>
    [JsonPropertyName("mcp_server_name")]
    public string McpServerName { get; init => field = value ?? ""; } = "";

    /// <summary>The question.</summary>
    [JsonPropertyName("elicitation_id")]
    public string ElicitationId { get; init => field = value ?? ""; } = "";
}

/// <summary>A plugin is being installed.</summary>
public sealed record PluginInstallMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "plugin_install";

    /// <summary><c>started</c>, <c>installed</c>, <c>failed</c> or <c>completed</c>.</summary>
    [JsonPropertyName("status")]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>The plugin.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>Why it failed.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }
}
