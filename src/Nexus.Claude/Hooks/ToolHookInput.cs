using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What the events around one call of a tool have in common.</summary>
public abstract record ToolHookInput : HookInput
{
    private protected ToolHookInput()
    {
    }

    /// <summary>The tool, for example <c>Bash</c> or <c>mcp__server__tool</c>.</summary>
    [JsonPropertyName("tool_name")]
    public string ToolName { get; init => field = value ?? ""; } = "";

    /// <summary>What the tool is called with; an empty object when the CLI sent nothing.</summary>
    [JsonPropertyName("tool_input")]
    public JsonElement ToolInput { get => EmptyJson.ObjectIfUndefined(field); init; }

    /// <summary>The MCP server that the tool belongs to; null for tools of the CLI.</summary>
    [JsonPropertyName("mcp_server")]
    public ToolMcpServer? McpServer { get; init; }
}
