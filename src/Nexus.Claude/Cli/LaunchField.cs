namespace Nexus.Claude.Cli;

/// <summary>
/// A member of <c>initialize</c> that the CLI must have before it starts a session (it needs <c>--await-initialize</c>), and that it
/// confirms in its reply. A CLI that does not know the member runs without it, so an absent confirmation is an error.
/// </summary>
/// <param name="Member">The member of the request.</param>
/// <param name="Confirmation">The member of the reply that must be true.</param>
/// <param name="Option">The property of <see cref="ClaudeOptions"/> that it comes from.</param>
/// <param name="IsNamedOnCommandLine">Whether <c>--initialize-fields</c> must name it.</param>
internal sealed record LaunchField(string Member, string Confirmation, string Option, bool IsNamedOnCommandLine)
{
    public static readonly LaunchField McpServers = new("mcpServers", "mcp_servers_applied", nameof(ClaudeOptions.McpServers), false);

    public static readonly LaunchField Plugins = new("plugins", "plugins_applied", nameof(ClaudeOptions.Plugins), false);

    public static readonly LaunchField Settings = new("settings", "settings_applied", nameof(ClaudeOptions.Settings), true);

    public static readonly LaunchField DisallowedTools = new("disallowedTools", "disallowed_tools_applied", nameof(ClaudeOptions.DisallowedTools), true);

    public static readonly LaunchField ManagedSettings = new("managedSettings", "managed_settings_applied", nameof(ClaudeOptions.ManagedSettings), false);
}
