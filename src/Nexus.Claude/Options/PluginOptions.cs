namespace Nexus.Claude;

/// <summary>A plugin folder to load for this session.</summary>
/// <param name="Path">The folder of the plugin; a relative path is taken from <see cref="ClaudeOptions.WorkingDirectory"/>. It must exist.</param>
public sealed record PluginOptions(string Path)
{
    /// <summary>True loads the plugin's skills, hooks, agents and commands but not its MCP servers. Default false.</summary>
    public bool SkipMcpDiscovery { get; init; }

    /// <summary>A plugin by its folder.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>The plugin.</returns>
    public static PluginOptions FromString(string path) => new(path);

    /// <summary>A plugin by its folder.</summary>
    /// <param name="path">The folder.</param>
    public static implicit operator PluginOptions(string path) => new(path);
}
