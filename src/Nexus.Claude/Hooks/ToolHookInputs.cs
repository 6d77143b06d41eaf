using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The input of <see cref="HookEvent.PreToolUse"/>.</summary>
public sealed record PreToolUseHookInput : HookInput
{
    /// <summary>The tool, for example <c>Bash</c> or <c>mcp__server__tool</c>.</summary>
    [JsonPropertyName("tool_name")]
    public string ToolName { get; init => field = value ?? ""; } = "";

    /// <summary>What the tool is called with; an empty object when the CLI sent nothing.</summary>
    [JsonPropertyName("tool_input")]
    public JsonElement ToolInput { get => EmptyJson.ObjectIfUndefined(field); init; }

    /// <summary>The call of the tool.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The MCP server that the tool belongs to; null for tools of the CLI.</summary>
    [JsonPropertyName("mcp_server")]
    public HookMcpServer? McpServer { get; init; }
}

/// <summary>The input of <see cref="HookEvent.PostToolUse"/>.</summary>
public sealed record PostToolUseHookInput : HookInput
{
    /// <summary>The tool, for example <c>Bash</c> or <c>mcp__server__tool</c>.</summary>
    [JsonPropertyName("tool_name")]
    public string ToolName { get; init => field = value ?? ""; } = "";

    /// <summary>What the tool is called with; an empty object when the CLI sent nothing.</summary>
    [JsonPropertyName("tool_input")]
    public JsonElement ToolInput { get => EmptyJson.ObjectIfUndefined(field); init; }

    /// <summary>What the tool gave, in its own form; null when it gave nothing.</summary>
    [JsonPropertyName("tool_response")]
    public JsonElement? ToolResponse { get; init; }

    /// <summary>The call of the tool.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>How long the tool ran, without questions and hooks; null when the CLI does not say.</summary>
    [JsonPropertyName("duration_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Duration { get; init; }

    /// <summary>The MCP server that the tool belongs to; null for tools of the CLI.</summary>
    [JsonPropertyName("mcp_server")]
    public HookMcpServer? McpServer { get; init; }
}

/// <summary>The input of <see cref="HookEvent.PostToolUseFailure"/>.</summary>
public sealed record PostToolUseFailureHookInput : HookInput
{
    /// <summary>The tool, for example <c>Bash</c> or <c>mcp__server__tool</c>.</summary>
    [JsonPropertyName("tool_name")]
    public string ToolName { get; init => field = value ?? ""; } = "";

    /// <summary>What the tool is called with; an empty object when the CLI sent nothing.</summary>
    [JsonPropertyName("tool_input")]
    public JsonElement ToolInput { get => EmptyJson.ObjectIfUndefined(field); init; }

    /// <summary>The call of the tool.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>Why it failed.</summary>
    [JsonPropertyName("error")]
    public string Error { get; init => field = value ?? ""; } = "";

    /// <summary>True when it was interrupted.</summary>
    [JsonPropertyName("is_interrupt")]
    public bool IsInterrupt { get; init; }

    /// <summary>How long the tool ran, without questions and hooks; null when the CLI does not say.</summary>
    [JsonPropertyName("duration_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Duration { get; init; }

    /// <summary>The MCP server that the tool belongs to; null for tools of the CLI.</summary>
    [JsonPropertyName("mcp_server")]
    public HookMcpServer? McpServer { get; init; }
}

/// <summary>The input of <see cref="HookEvent.PostToolBatch"/>.</summary>
public sealed record PostToolBatchHookInput : HookInput
{
    /// <summary>The calls, with the input that the model gave: what a <see cref="HookEvent.PreToolUse"/> hook changed is not in it.</summary>
    [JsonPropertyName("tool_calls")]
    public IReadOnlyList<HookToolCall> ToolCalls { get; init => field = value ?? []; } = [];
}

/// <summary>One call of a batch of tools.</summary>
public sealed record HookToolCall : OpenRecord
{
    /// <summary>The tool, for example <c>Bash</c> or <c>mcp__server__tool</c>.</summary>
    [JsonPropertyName("tool_name")]
    public string ToolName { get; init => field = value ?? ""; } = "";

    /// <summary>What the tool is called with; an empty object when the CLI sent nothing.</summary>
    [JsonPropertyName("tool_input")]
    public JsonElement ToolInput { get => EmptyJson.ObjectIfUndefined(field); init; }

    /// <summary>The call of the tool.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>What the model is told of it; null when there is nothing.</summary>
    [JsonPropertyName("tool_response")]
    public JsonElement? ToolResponse { get; init; }
}

/// <summary>The MCP server that a tool belongs to.</summary>
public sealed record HookMcpServer : OpenRecord
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Where it was configured, for example <c>sdk</c>, <c>project</c> or <c>plugin</c>; a newer CLI may know more.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";
}
