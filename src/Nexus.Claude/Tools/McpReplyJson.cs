using System.Text.Json.Serialization;

namespace Nexus.Claude.Tools;

internal sealed record McpStatusReply
{
    [JsonPropertyName("mcpServers")]
    public IReadOnlyList<McpServerDetails> Servers { get; init => field = value ?? []; } = [];
}

/// <summary>How the CLI's answers about MCP servers are read.</summary>
[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    Converters = [typeof(LenientStringConverter)])]
[JsonSerializable(typeof(McpStatusReply))]
[JsonSerializable(typeof(McpServersChange))]
internal sealed partial class McpReplyJson : JsonSerializerContext;
