using Nexus.Claude.Controls;

namespace Nexus.Claude;

/// <summary>What rules and hooks the session goes by.</summary>
public sealed partial class ClaudeClient
{
    /// <summary>Asks for the permission rules in force, whatever they come from, and the folders that may be used.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The rules.</returns>
    public async Task<PermissionRules> ListPermissionRulesAsync(CancellationToken cancellationToken = default)
    {
        var reply = await RequestAsync("list_permission_rules", null, ControlJson.Default.PermissionRulesReply, cancellationToken).ConfigureAwait(false);
        return reply.State;
    }

    /// <summary>
    /// Asks for the hooks of settings files and plugins, in texts made for display, and for all events that hooks can be set on. Hooks of this
    /// program are not among them.
    /// </summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The hooks.</returns>
    public Task<HooksListing> GetHooksListingAsync(CancellationToken cancellationToken = default) =>
        RequestAsync("get_hooks_listing", null, ControlJson.Default.HooksListing, cancellationToken);
}
