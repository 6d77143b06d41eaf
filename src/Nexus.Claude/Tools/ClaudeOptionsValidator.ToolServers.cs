using Nexus.Claude.Tools;

namespace Nexus.Claude;

/// <content>Tool servers.</content>
internal sealed partial class ClaudeOptionsValidator
{
    private void CheckToolServers()
    {
        foreach (var mistake in ToolServerMistakes(_options.ToolServers, _options.McpServers.Keys))
            Add(mistake);
    }

    /// <summary>What is wrong with a set of tool servers.</summary>
    /// <param name="servers">The tool servers.</param>
    /// <param name="others">The names of other MCP servers of the session.</param>
    /// <returns>One sentence for each mistake.</returns>
    internal static IEnumerable<string> ToolServerMistakes(IEnumerable<ToolServer?> servers, IEnumerable<string> others)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var other in others)
            names.TryAdd(McpToolName.Normalize(other), other);
        foreach (var server in servers)
        {
            if (server is null)
            {
                yield return "ToolServers holds null; remove it.";
                continue;
            }

            var at = $"ToolServers['{server.Name}']";
            if (ReservedServerNames.Contains(server.Name))
                yield return $"{at} has a name that the CLI keeps for itself; choose another.";
            if (!names.TryAdd(McpToolName.Normalize(server.Name), server.Name))
                yield return $"{at} would give its tools the same names as the MCP server '{names[McpToolName.Normalize(server.Name)]}'; choose another name.";
            if (server.Timeout is { } timeout && (timeout < TimeSpan.FromSeconds(1) || timeout.TotalMilliseconds > int.MaxValue))
                yield return $"{at}.Timeout must be at least one second and less than 24 days; the CLI ignores others.";
            foreach (var same in server.Tools.PrimitiveNames.GroupBy(McpToolName.Normalize, StringComparer.Ordinal).Where(same => same.Count() > 1))
                yield return $"{at} has the tools {string.Join(", ", same.Select(name => $"'{name}'"))}, all of which the model would see as '{server.FullName(same.First())}'; rename them.";
        }
    }
}
