using System.Text.Json;
using Nexus.Claude.Protocol;

namespace Nexus.Claude;

/// <summary>What can be asked of a live CLI between and during turns.</summary>
public sealed partial class ClaudeClient
{
    /// <summary>
    /// Interrupts whatever the CLI is doing. The running turn ends with a result whose <see cref="ResultMessage.IsInterrupted"/> is true.
    /// To interrupt one turn and no other, use <see cref="Turn.InterruptAsync"/>.
    /// </summary>
    /// <param name="cancelQueued">True drops the prompts that wait in the CLI's queue as well; their turns end without a result.</param>
    /// <param name="cancellationToken">Gives up the wait for the receipt.</param>
    /// <returns>The CLI's receipt.</returns>
    /// <exception cref="ClaudeTimeoutException">No receipt within <see cref="ClaudeOptions.ControlRequestTimeout"/>.</exception>
    public async Task<InterruptReceipt> InterruptAsync(bool cancelQueued = false, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_session.IsClosing, this);
        var reply = await _session.InterruptAsync(cancelQueued, cancellationToken).ConfigureAwait(false);
        return reply.ValueKind == JsonValueKind.Object
            ? reply.Deserialize(ProtocolJson.Default.InterruptReceipt) ?? new InterruptReceipt()
            : new InterruptReceipt();
    }

    /// <summary>Changes the model from the next request on.</summary>
    /// <param name="model">An id or an alias, for example <c>haiku</c>; null goes back to the default.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The id the CLI resolved the name to; null for a CLI that does not say.</returns>
    /// <exception cref="ProtocolException">The CLI refused the model.</exception>
    public async Task<string?> SetModelAsync(string? model, CancellationToken cancellationToken = default)
    {
        var reply = await RequestAsync(
            "set_model",
            json =>
            {
                if (model is null)
                    json.WriteNull("model"u8);
                else
                    json.WriteString("model"u8, model);
            },
            cancellationToken).ConfigureAwait(false);
        return ControlChannel.TextOf(reply, "model");
    }

    /// <summary>Changes the permission mode.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The mode now in force.</returns>
    /// <exception cref="ProtocolException">
    /// The CLI does not know the mode (<see cref="ProtocolException.ErrorCode"/> <c>invalid_mode</c>), or it is
    /// <see cref="PermissionMode.BypassPermissions"/> and the CLI was not started with
    /// <see cref="ClaudeOptions.AllowDangerouslySkipPermissions"/> (<c>bypass_not_launched</c>).
    /// </exception>
    public async Task<PermissionMode> SetPermissionModeAsync(PermissionMode mode, CancellationToken cancellationToken = default)
    {
        var reply = await RequestAsync("set_permission_mode", json => json.WriteString("mode"u8, mode.Value), cancellationToken).ConfigureAwait(false);
        return ControlChannel.TextOf(reply, "mode") is { } now ? new PermissionMode(now) : mode;
    }

    private Task<JsonElement> RequestAsync(string subtype, Action<Utf8JsonWriter>? writeMembers, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_session.IsClosing, this);
        return _session.Control.RequestAsync(subtype, writeMembers, _session.Settings.ControlRequestTimeout, cancellationToken);
    }
}
