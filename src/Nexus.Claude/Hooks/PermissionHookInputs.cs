using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The input of <see cref="HookEvent.PermissionRequest"/>.</summary>
public sealed record PermissionRequestHookInput : HookInput
{
    /// <summary>The tool, for example <c>Bash</c> or <c>mcp__server__tool</c>.</summary>
    [JsonPropertyName("tool_name")]
    public string ToolName { get; init => field = value ?? ""; } = "";

    /// <summary>What the tool is called with; an empty object when the CLI sent nothing.</summary>
    [JsonPropertyName("tool_input")]
    public JsonElement ToolInput { get => EmptyJson.ObjectIfUndefined(field); init; }

    /// <summary>The changes of permissions that the CLI suggests; <see cref="PermissionRequestHookOutput.UpdatedPermissions"/> takes them as they are.</summary>
    [JsonPropertyName("permission_suggestions")]
    public IReadOnlyList<PermissionUpdate> PermissionSuggestions { get; init => field = value ?? []; } = [];

    /// <summary>The MCP server that the tool belongs to; null for tools of the CLI.</summary>
    [JsonPropertyName("mcp_server")]
    public HookMcpServer? McpServer { get; init; }
}

/// <summary>The input of <see cref="HookEvent.PermissionDenied"/>.</summary>
public sealed record PermissionDeniedHookInput : HookInput
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

    /// <summary>Why it was denied.</summary>
    [JsonPropertyName("reason")]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>The MCP server that the tool belongs to; null for tools of the CLI.</summary>
    [JsonPropertyName("mcp_server")]
    public HookMcpServer? McpServer { get; init; }
}

/// <summary>The input of <see cref="HookEvent.Elicitation"/>.</summary>
public sealed record ElicitationHookInput : HookInput
{
    /// <summary>The MCP server that asks.</summary>
    [JsonPropertyName("mcp_server_name")]
    public string McpServerName { get; init => field = value ?? ""; } = "";

    /// <summary>What it asks.</summary>
    [JsonPropertyName("message")]
    public string Message { get; init => field = value ?? ""; } = "";

    /// <summary><c>form</c> or <c>url</c>.</summary>
    [JsonPropertyName("mode")]
    public string? Mode { get; init; }

    /// <summary>The page to open, for <c>url</c>.</summary>
    [JsonPropertyName("url")]
    public string? Url { get; init; }

    /// <summary>The question.</summary>
    [JsonPropertyName("elicitation_id")]
    public string? ElicitationId { get; init; }

    /// <summary>The JSON schema of the answer, for <c>form</c>.</summary>
    [JsonPropertyName("requested_schema")]
    public JsonElement? RequestedSchema { get; init; }
}

/// <summary>The input of <see cref="HookEvent.ElicitationResult"/>.</summary>
public sealed record ElicitationResultHookInput : HookInput
{
    /// <summary>The MCP server that asks.</summary>
    [JsonPropertyName("mcp_server_name")]
    public string McpServerName { get; init => field = value ?? ""; } = "";

    /// <summary>The question.</summary>
    [JsonPropertyName("elicitation_id")]
    public string? ElicitationId { get; init; }

    /// <summary><c>form</c> or <c>url</c>.</summary>
    [JsonPropertyName("mode")]
    public string? Mode { get; init; }

    /// <summary>What the user did.</summary>
    [JsonPropertyName("action")]
    public HookElicitationAction Action { get; init; }

    /// <summary>What the user filled in.</summary>
    [JsonPropertyName("content")]
    public JsonElement? Content { get; init; }
}
