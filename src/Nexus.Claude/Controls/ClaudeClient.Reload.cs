using Nexus.Claude.Controls;

namespace Nexus.Claude;

/// <summary>What the CLI reads from disk when it starts, read again.</summary>
public sealed partial class ClaudeClient
{
    /// <summary>Reads plugins from disk again, and loads further ones. <see cref="Server"/> takes over the commands and agents.</summary>
    /// <param name="options">How; null for a plain reload.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>What the session has now, or still has if <see cref="PluginReload.IsHeld"/>.</returns>
    /// <exception cref="ProtocolException">
    /// The session is busy and <see cref="PluginReloadOptions.RefuseIfBusy"/> is set (<see cref="ProtocolException.ErrorCode"/>
    /// <c>reload_plugins_busy</c>), or plugins may not be added.
    /// </exception>
    public Task<PluginReload> ReloadPluginsAsync(PluginReloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PluginReloadOptions();
        var folder = _start.WorkingDirectory ?? Directory.GetCurrentDirectory();
        return _server.RenewAsync(
            () => RequestAsync("reload_plugins", json => options.Write(json, folder), ControlJson.Default.PluginReload, cancellationToken),
            static (server, reply) => server with { Commands = reply.Commands, Agents = reply.Agents });
    }

    /// <summary>Reads skills from disk again. A <see cref="CommandsChangedMessage"/> with all commands follows, which <see cref="Server"/> takes over.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The skills.</returns>
    public async Task<IReadOnlyList<SlashCommand>> ReloadSkillsAsync(CancellationToken cancellationToken = default)
    {
        var reply = await RequestAsync("reload_skills", null, ControlJson.Default.SkillReload, cancellationToken).ConfigureAwait(false);
        return reply.Skills;
    }

    /// <summary>Reads output styles from disk again; also agents and skills are then read again when they are next needed.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The styles that can be chosen; <see cref="Server"/> takes them over.</returns>
    public async Task<IReadOnlyList<string>> ReloadOutputStylesAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _server.RenewAsync(
            () => RequestAsync("reload_output_styles", null, ControlJson.Default.OutputStyleReload, cancellationToken),
            static (server, reply) => server with { AvailableOutputStyles = reply.AvailableOutputStyles }).ConfigureAwait(false);
        return answer.AvailableOutputStyles;
    }
}
