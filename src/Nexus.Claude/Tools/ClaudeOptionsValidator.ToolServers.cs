using Nexus.Claude.Tools;

namespace Nexus.Claude;

/// <content>Tool servers.</content>
internal sealed partial class ClaudeOptionsValidator
{
    private void CheckToolServers()
    {
        // Without tool servers the MCP library is not even loaded.
        if (_options.ToolServers.Count > 0)
        {
            foreach (var mistake in ToolServerMistakes(_options.ToolServers, _options.McpServers.Keys))
                Add(mistake);
        }

        if (_options.SupportedDialogKinds.Count == 0 && _options.OnUserDialog is not null)
            Add("OnUserDialog is set but SupportedDialogKinds is empty, so no dialog would ever be asked for; list the kinds that the callback can show.");
        if (_options.SupportedDialogKinds.Count > 0 && _options.OnUserDialog is null)
            Add("SupportedDialogKinds is set without OnUserDialog, so the CLI would wait for dialogs that nobody shows; set OnUserDialog, or list no kinds.");
    }

    /// <summary>What is wrong with the servers that a live client is to have.</summary>
    /// <param name="external">The servers outside of this program.</param>
    /// <param name="toolServers">The servers of this program.</param>
    /// <returns>One sentence for each mistake.</returns>
    internal static IEnumerable<string> ServerMistakes(IReadOnlyDictionary<string, McpServerOptions> external, IReadOnlyList<ToolServer> toolServers)
    {
        var options = new ClaudeOptions { McpServers = new Dictionary<string, McpServerOptions>(external), ToolServers = [.. toolServers] };
        var validator = new ClaudeOptionsValidator(options, OperatingSystem.IsWindows());
        validator.CheckServers();
        validator.CheckToolServers();
        return validator._mistakes;
    }

    /// <summary>What is wrong with a set of tool servers.</summary>
    /// <param name="servers">The tool servers.</param>
    /// <param name="others">The names of other MCP servers of the session.</param>
    /// <returns>One sentence for each mistake.</returns>
    private static IEnumerable<string> ToolServerMistakes(IEnumerable<ToolServer?> servers, IEnumerable<string> others)
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
            foreach (var policy in server.Policies.Where(policy => policy is null || policy.Permission is { Value: not ("always_ask" or "always_deny") }))
                yield return $"{at}.Policies says '{policy?.Permission?.Value}' about '{policy?.Name}', which the CLI ignores for tools of this program; use AlwaysAsk or AlwaysDeny, or AllowedTools to allow it.";
            foreach (var same in server.Tools.PrimitiveNames.GroupBy(McpToolName.Normalize, StringComparer.Ordinal).Where(same => same.Count() > 1))
                yield return $"{at} has the tools {string.Join(", ", same.Select(name => $"'{name}'"))}, all of which the model would see as '{server.FullName(same.First())}'; rename them.";
        }
    }
}
