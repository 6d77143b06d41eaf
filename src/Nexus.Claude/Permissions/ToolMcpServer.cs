using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The MCP server that a tool belongs to.</summary>
public sealed record ToolMcpServer : OpenRecord
{
    /// <summary>Its name as configured. Text of others: trust <see cref="Source"/>, not the name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Where it is defined: <c>sdk</c> for a server in this program, else <c>user</c>, <c>project</c>, <c>plugin</c> and so on; a newer CLI may
    /// know more.
    /// </summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";
}
