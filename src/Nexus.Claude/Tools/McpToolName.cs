namespace Nexus.Claude.Tools;

/// <summary>What the CLI calls the tools of MCP servers.</summary>
internal static class McpToolName
{
    /// <summary>The name that the model and permission rules use.</summary>
    /// <param name="server">The server's name in the configuration.</param>
    /// <param name="tool">The tool's name as the server lists it.</param>
    /// <returns><c>mcp__server__tool</c>.</returns>
    public static string Of(string server, string tool) => $"mcp__{Normalize(server)}__{Normalize(tool)}";

    /// <summary>A name in which everything but ASCII letters, digits, <c>_</c> and <c>-</c> has become <c>_</c>.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name as the CLI spells it.</returns>
    public static string Normalize(string name) =>
        string.Create(name.Length, name, static (text, name) =>
        {
            for (var index = 0; index < name.Length; index++)
                text[index] = char.IsAsciiLetterOrDigit(name[index]) || name[index] is '_' or '-' ? name[index] : '_';
        });
}
