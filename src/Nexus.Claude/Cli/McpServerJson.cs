using System.Text.Json;

namespace Nexus.Claude.Cli;

/// <summary>MCP servers as the CLI reads them, in <c>initialize</c>, in <c>mcp_set_servers</c> and in agents.</summary>
internal static class McpServerJson
{
    public static void WriteMap(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, McpServerOptions>> servers)
    {
        writer.WriteStartObject();
        foreach ((string name, McpServerOptions server) in servers)
        {
            writer.WritePropertyName(name);
            Write(writer, server);
        }

        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, McpServerOptions server)
    {
        writer.WriteStartObject();
        switch (server)
        {
            case StdioMcpServer stdio:
                writer.WriteString("type", "stdio");
                writer.WriteString("command", stdio.Command);
                writer.Array("args", stdio.Arguments);
                if (stdio.Environment.Count > 0)
                    writer.Map("env", stdio.Environment);
                break;
            case RemoteMcpServer remote:
                writer.WriteString("type", remote is SseMcpServer ? "sse" : "http");
                // OriginalString, because Uri adds a slash to a bare host and some servers tell the two apart.
                writer.WriteString("url", remote.Url.OriginalString);
                if (remote.Headers.Count > 0)
                    writer.Map("headers", remote.Headers);
                WriteTools(writer, remote.Tools);
                break;
            default:
                throw new InvalidOperationException($"{server.GetType().Name} is not a server that the CLI can start or connect to.");
        }

        if (server.Timeout is { } timeout)
            writer.WriteNumber("timeout", (long)timeout.TotalMilliseconds);
        writer.Optional("alwaysLoad", server.AlwaysLoad);
        writer.WriteEndObject();
    }

    public static void WriteTools(Utf8JsonWriter writer, IReadOnlyList<McpToolPolicy> tools)
    {
        if (tools.Count == 0)
            return;
        writer.WriteStartArray("tools");
        foreach (McpToolPolicy tool in tools)
        {
            writer.WriteStartObject();
            writer.WriteString("name", tool.Name);
            writer.Optional("permission_policy", tool.Permission?.Value);
            writer.Optional("org_max_permission", tool.OrganizationCeiling?.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
