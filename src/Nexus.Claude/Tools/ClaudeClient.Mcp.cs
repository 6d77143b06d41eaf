using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Nexus.Claude.Tools;

namespace Nexus.Claude;

/// <content>MCP servers of a live session.</content>
public sealed partial class ClaudeClient
{
    /// <summary>Asks how the MCP servers are.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>All MCP servers of the session: those of the options, of settings and projects, and of this program.</returns>
    public async Task<IReadOnlyList<McpServerDetails>> GetMcpServersAsync(CancellationToken cancellationToken = default)
    {
        var reply = await RequestAsync("mcp_status", null, cancellationToken).ConfigureAwait(false);
        return reply.Read(McpReplyJson.Default.McpStatusReply)?.Servers ?? [];
    }

    /// <summary>Connects an MCP server outside of this program anew, for example one that failed.</summary>
    /// <param name="server">Its name in the configuration.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when it is connected.</returns>
    /// <exception cref="ProtocolException">
    /// There is no such server, it could not be connected, or it is a tool server: switch that off and on, or set it anew.
    /// </exception>
    public async Task ReconnectMcpServerAsync(string server, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        await RequestAsync("mcp_reconnect", json => json.WriteString("serverName"u8, server), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Switches an MCP server off or on again.</summary>
    /// <param name="server">Its name in the configuration.</param>
    /// <param name="enabled">False takes its tools away from the model.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when the CLI has done it.</returns>
    /// <exception cref="ProtocolException">There is no such server.</exception>
    public async Task SetMcpServerEnabledAsync(string server, bool enabled, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        await RequestAsync(
            "mcp_toggle",
            json =>
            {
                json.WriteString("serverName"u8, server);
                json.WriteBoolean("enabled"u8, enabled);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Replaces the MCP servers that were given by this program: all tool servers, and all that earlier calls brought in. Servers of settings,
    /// of projects and of <see cref="ClaudeOptions.McpServers"/> stay.
    /// </summary>
    /// <param name="servers">The servers that the CLI starts or connects to, by name; null for none.</param>
    /// <param name="toolServers">The servers of this program; null for none. One that is there already keeps its connection.</param>
    /// <param name="cancellationToken">Gives up the wait; whether the CLI has made the change is then unknown.</param>
    /// <returns>What changed, and what could not be connected. A server that was replaced by another of its name is in both lists.</returns>
    /// <exception cref="OptionsValidationException">A server cannot be used as it is; nothing has changed.</exception>
    /// <exception cref="ProtocolException">The CLI refused. A tool server that was to be replaced by another of its name may be gone.</exception>
    public async Task<McpServersChange> SetMcpServersAsync(
        IReadOnlyDictionary<string, McpServerOptions>? servers = null,
        IReadOnlyCollection<ToolServer>? toolServers = null,
        CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_session.IsClosing, this);
        var external = new Dictionary<string, McpServerOptions>(servers ?? new Dictionary<string, McpServerOptions>());
        return await _features.Servers.ReplaceAsync(external, [.. toolServers ?? []], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Calls a tool of an MCP server without the model, and without asking for permission unless told to.</summary>
    /// <param name="server">The server's name. Tools of this program cannot be called this way: call them directly.</param>
    /// <param name="tool">The tool's name as the server lists it.</param>
    /// <param name="arguments">The arguments; null for none.</param>
    /// <param name="checkPermissions">True decides about the call as about one of the model's, with rules, hooks and questions. Default false.</param>
    /// <param name="timeout">How long to wait; null for <see cref="ClaudeOptions.ControlRequestTimeout"/>.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The server's result as it is: content made by somebody else, of any type and up to 10 MiB.</returns>
    /// <exception cref="ProtocolException">There is no such tool, it may not be called, or the call failed.</exception>
    /// <exception cref="ClaudeTimeoutException">No result in time.</exception>
    public async Task<CallToolResult> CallMcpToolAsync(
        string server,
        string tool,
        JsonObject? arguments = null,
        bool checkPermissions = false,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(tool);
        ObjectDisposedException.ThrowIf(_session.IsClosing, this);
        var reply = await _session.Control.RequestAsync(
            "mcp_call",
            json =>
            {
                json.WriteString("tool"u8, McpToolName.Of(server, tool));
                json.WritePropertyName("arguments"u8);
                (arguments ?? []).WriteTo(json);
                json.WriteBoolean("result_not_for_model"u8, true);
                if (checkPermissions)
                    json.WriteBoolean("check_permissions"u8, true);
            },
            timeout ?? _session.Settings.ControlRequestTimeout,
            cancellationToken).ConfigureAwait(false);
        return JsonRpc.Read<CallToolResult>(reply, "mcp_call");
    }

    /// <summary>Reads a user interface (<c>ui://</c>) that an MCP server offers for its tools.</summary>
    /// <param name="server">The server's name in the configuration.</param>
    /// <param name="uri">The address; the CLI refuses any scheme but <c>ui</c>.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The contents.</returns>
    /// <exception cref="ProtocolException">There is no such server or resource, or the scheme is another.</exception>
    public async Task<ReadResourceResult> ReadMcpResourceAsync(string server, string uri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(uri);
        var reply = await RequestAsync(
            "mcp_read_resource",
            json =>
            {
                json.WriteString("serverName"u8, server);
                json.WriteString("uri"u8, uri);
            },
            cancellationToken).ConfigureAwait(false);
        return JsonRpc.Read<ReadResourceResult>(reply, "mcp_read_resource");
    }

    /// <summary>Lets the tools of one MCP server be permitted by another mode than the session's.</summary>
    /// <param name="server">The server's name in the configuration.</param>
    /// <param name="mode"><see cref="PermissionMode.Default"/> or <see cref="PermissionMode.Auto"/>; null takes the session's mode again.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A warning of the CLI; null for none.</returns>
    /// <exception cref="ProtocolException">The CLI does not allow the mode here.</exception>
    public async Task<string?> SetMcpPermissionModeOverrideAsync(string server, PermissionMode? mode, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        var reply = await RequestAsync(
            "set_mcp_permission_mode_override",
            json =>
            {
                json.WriteString("serverName"u8, server);
                json.WriteString("mode"u8, mode?.Value);
            },
            cancellationToken).ConfigureAwait(false);
        return reply.Text("warning"u8);
    }
}
