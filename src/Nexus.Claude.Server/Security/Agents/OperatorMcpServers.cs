using System.Text.Json;

namespace Nexus.Claude.Server.Security;

/// <summary>The operator's MCP servers, in the format of Claude Code: <c>{"mcpServers":{"name":{"command":...}}}</c>.</summary>
internal static class OperatorMcpServers
{
    /// <summary>Reads them from the file and the text of the options; the text wins.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The servers by name.</returns>
    /// <exception cref="OptionsValidationException">They cannot be read or understood.</exception>
    public static IReadOnlyDictionary<string, McpServerOptions> Read(GatewayAgentOptions options)
    {
        var servers = new Dictionary<string, McpServerOptions>(StringComparer.Ordinal);
        if (options.McpConfigFile is { Length: > 0 } path)
        {
            try
            {
                Read(File.ReadAllText(path), $"The MCP configuration '{path}'", servers);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw Wrong($"The MCP configuration '{path}' cannot be read: {failure.Message}");
            }
        }

        if (options.McpConfigJson is { Length: > 0 } json)
            Read(json, "The MCP configuration in Agent.McpConfigJson", servers);
        return servers;
    }

    private static void Read(string json, string subject, Dictionary<string, McpServerOptions> servers)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("mcpServers", out var all) || all.ValueKind != JsonValueKind.Object)
                throw Wrong($"{subject} has no object 'mcpServers'.");
            foreach (var server in all.EnumerateObject())
                servers[server.Name] = ServerOf(server.Value, $"{subject}, server '{server.Name}',");
        }
        catch (JsonException failure)
        {
            throw Wrong($"{subject} is not valid JSON (line {failure.LineNumber + 1}).");
        }
    }

    private static McpServerOptions ServerOf(JsonElement server, string subject)
    {
        if (server.ValueKind != JsonValueKind.Object)
            throw Wrong($"{subject} is no object.");
        var type = Text(server, "type", subject) ?? (server.TryGetProperty("url", out _) ? "http" : "stdio");
        return type switch
        {
            "stdio" => new StdioMcpServer(Text(server, "command", subject) ?? throw Wrong($"{subject} has no 'command'."))
            {
                Arguments = server.TryGetProperty("args", out var arguments) && arguments.ValueKind == JsonValueKind.Array
                    ? [.. arguments.EnumerateArray().Select(static argument => argument.ToString())]
                    : [],
                Environment = Texts(server, "env", subject),
            },
            "http" or "streamable-http" => new HttpMcpServer(Url(server, subject)) { Headers = Texts(server, "headers", subject) },
            "sse" => new SseMcpServer(Url(server, subject)) { Headers = Texts(server, "headers", subject) },
            _ => throw Wrong($"{subject} has the type '{type}'; known are stdio, http and sse."),
        };
    }

    private static Uri Url(JsonElement server, string subject) =>
        Uri.TryCreate(Text(server, "url", subject), UriKind.Absolute, out var url) ? url : throw Wrong($"{subject} has no 'url'.");

    private static string? Text(JsonElement element, string name, string subject)
    {
        if (!element.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong($"{subject} has a '{name}' that is no text.");
    }

    private static Dictionary<string, string> Texts(JsonElement element, string name, string subject)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
                texts[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : throw Wrong($"{subject} has a '{name}.{member.Name}' that is no text.");
        }

        return texts;
    }

    private static OptionsValidationException Wrong(string message) => new([message]);
}
