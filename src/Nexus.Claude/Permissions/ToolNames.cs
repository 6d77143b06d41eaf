using System.Buffers;

namespace Nexus.Claude.Permissions;

/// <summary>A set of tools by name, MCP servers as a whole included.</summary>
internal sealed class ToolNames
{
    private const string McpPrefix = "mcp__";
    private const string Wildcard = "__*";
    private static readonly SearchValues<char> NotInNames = SearchValues.Create(" ,()*?\t\r\n");
    private readonly HashSet<string> _tools = new(StringComparer.Ordinal);
    private readonly HashSet<string> _servers = new(StringComparer.Ordinal);

    public ToolNames(IEnumerable<string> names, string parameter)
    {
        ArgumentNullException.ThrowIfNull(names, parameter);
        foreach (var name in names)
        {
            var isWild = name is not null && name.StartsWith(McpPrefix, StringComparison.Ordinal) && name.EndsWith(Wildcard, StringComparison.Ordinal);
            var plain = isWild && name!.Length > McpPrefix.Length + Wildcard.Length ? name[..^Wildcard.Length] : name;
            var isServer = plain is not null && plain.StartsWith(McpPrefix, StringComparison.Ordinal)
                && (isWild || !plain[McpPrefix.Length..].Contains("__", StringComparison.Ordinal));
            if (string.IsNullOrEmpty(plain) || plain == McpPrefix || plain.AsSpan().ContainsAny(NotInNames))
            {
                throw new ArgumentException(
                    $"'{name}' is no tool name. A policy matches whole tools and MCP servers; a rule with parentheses belongs in ClaudeOptions.AllowedTools or DisallowedTools.",
                    parameter);
            }

            if (isServer)
                _servers.Add(plain[McpPrefix.Length..]);
            else
                _tools.Add(plain);
        }
    }

    /// <summary>True when the tool is in the set.</summary>
    public bool Match(ToolPermissionRequest request)
    {
        var tool = request.ToolName;
        if (_tools.Contains(tool))
            return true;
        // The CLI says which server a tool is of; the name alone could be of a server whose own name holds "__".
        return _servers.Count > 0 && tool.StartsWith(McpPrefix, StringComparison.Ordinal) && (request.McpServer is { } server
            ? _servers.Contains(InToolName(server.Name)) && tool.StartsWith(McpPrefix + InToolName(server.Name) + "__", StringComparison.Ordinal)
            : _servers.Any(name => tool.StartsWith(McpPrefix + name + "__", StringComparison.Ordinal)));
    }

    /// <summary>A server's name as it appears in the names of its tools: what is no letter, digit, <c>_</c> or <c>-</c> becomes <c>_</c>.</summary>
    private static string InToolName(string server) =>
        string.Create(server.Length, server, static (name, text) =>
        {
            for (var i = 0; i < text.Length; i++)
                name[i] = char.IsAsciiLetterOrDigit(text[i]) || text[i] is '_' or '-' ? text[i] : '_';
        });
}
