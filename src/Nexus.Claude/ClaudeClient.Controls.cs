using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
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
        return reply.Read(ProtocolJson.Default.InterruptReceipt) ?? new InterruptReceipt();
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
        return reply.Text("model"u8);
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
        return reply.Text("mode"u8) is { } now ? new PermissionMode(now) : mode;
    }

    /// <summary>
    /// Sends any control request, for what this version of the SDK has no method for. Such requests may change with every CLI release.
    /// </summary>
    /// <param name="request">The request object with its <c>subtype</c>, for example <c>{"subtype":"get_plan"}</c>.</param>
    /// <param name="cancellationToken">Gives up the wait; the CLI is told so.</param>
    /// <returns>The payload of the answer; <see cref="JsonValueKind.Undefined"/> when the CLI only acknowledges.</returns>
    /// <exception cref="ArgumentException">There is no <c>subtype</c>.</exception>
    /// <exception cref="ProtocolException">The CLI refused; an unknown subtype has the code <c>unsupported_request</c>.</exception>
    /// <exception cref="ClaudeTimeoutException">No answer within <see cref="ClaudeOptions.ControlRequestTimeout"/>.</exception>
    public Task<JsonElement> SendControlRequestAsync(JsonObject request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var subtype = request["subtype"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        return SendWholeAsync(NotEmpty(subtype, nameof(request)), json => request.WriteTo(json), cancellationToken);
    }

    /// <inheritdoc cref="SendControlRequestAsync(JsonObject, CancellationToken)"/>
    public Task<JsonElement> SendControlRequestAsync(JsonElement request, CancellationToken cancellationToken = default) =>
        SendWholeAsync(NotEmpty(InboundRequest.TextOf(request, "subtype"), nameof(request)), request.WriteTo, cancellationToken);

    private static string NotEmpty(string? subtype, string parameter) =>
        string.IsNullOrEmpty(subtype)
            ? throw new ArgumentException("A control request is a JSON object with a string member 'subtype'.", parameter)
            : subtype;

    private Task<JsonElement> SendWholeAsync(string subtype, Action<Utf8JsonWriter> writeRequest, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_session.IsClosing, this);
        return ParseAsync(_session.Control.RequestWholeAsync(subtype, writeRequest, _session.Settings.ControlRequestTimeout, cancellationToken));

        static async Task<JsonElement> ParseAsync(Task<ControlReply> reply) => (await reply.ConfigureAwait(false)).Parse();
    }

    private Task<ControlReply> RequestAsync(string subtype, Action<Utf8JsonWriter>? writeMembers, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_session.IsClosing, this);
        return _session.Control.RequestAsync(subtype, writeMembers, _session.Settings.ControlRequestTimeout, cancellationToken);
    }

    /// <summary>Sends a request and reads its answer; a bare acknowledgement is read as an empty object.</summary>
    private async Task<T> RequestAsync<T>(
        string subtype, Action<Utf8JsonWriter>? writeMembers, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var reply = await RequestAsync(subtype, writeMembers, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(reply.IsBare ? "{}"u8 : reply.Utf8.Span, type) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException cause)
        {
            throw new ProtocolException(
                $"The CLI's answer to '{subtype}' has a form that this version of the SDK does not know: {cause.Message} "
                + "SendControlRequestAsync gives the answer as it came.", cause)
            {
                RequestSubtype = subtype,
            };
        }
    }
}
