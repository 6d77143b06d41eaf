using System.Collections.Concurrent;
using System.Threading.Channels;
using ModelContextProtocol.Protocol;

namespace Nexus.Claude.Tools;

/// <summary>
/// The wire of one in-process MCP server: JSON-RPC messages of the CLI come in as <c>mcp_message</c> requests, replies go out as the answers
/// to them, and everything else that the server says goes out as <c>mcp_message</c> requests of ours.
/// </summary>
/// <param name="send">Sends a message that answers nothing.</param>
internal sealed class ControlTransport(Func<JsonRpcMessage, CancellationToken, Task> send) : ITransport
{
    private readonly Channel<JsonRpcMessage> _incoming = Channel.CreateUnbounded<JsonRpcMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<RequestId, TaskCompletionSource<JsonRpcMessage?>> _waiting = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _failure;

    /// <inheritdoc/>
    public string? SessionId => null;

    /// <inheritdoc/>
    public ChannelReader<JsonRpcMessage> MessageReader => _incoming.Reader;

    /// <summary>Hands a message of the CLI to the server, in the order of the calls.</summary>
    /// <param name="message">The message.</param>
    /// <param name="withdrawn">The CLI no longer waits.</param>
    /// <returns>The server's reply; null when there is none to come.</returns>
    public Task<JsonRpcMessage?> ReceiveAsync(JsonRpcMessage message, CancellationToken withdrawn)
    {
        // The server reads in a loop of its own; what it runs for this message belongs to the caller whose turn it is.
        (message.Context ??= new JsonRpcMessageContext()).ExecutionContext = ExecutionContext.Capture();
        if (message is JsonRpcRequest request)
            return AskAsync(request, withdrawn);
        // Queued first: once the reply to a cancelled call is given up, the call must be known to be cancelled.
        _incoming.Writer.TryWrite(message);
        switch (message)
        {
            case JsonRpcNotification { Method: NotificationMethods.InitializedNotification }:
                _ready.TrySetResult();
                break;
            case JsonRpcNotification { Method: NotificationMethods.CancelledNotification } cancelled when IdIn(cancelled) is { } id:
                GiveUp(id);
                break;
        }

        return Task.FromResult<JsonRpcMessage?>(null);
    }

    /// <inheritdoc/>
    public async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        if (message is JsonRpcMessageWithId and not JsonRpcRequest)
        {
            if (_waiting.TryRemove(((JsonRpcMessageWithId)message).Id, out var waiting))
                waiting.TrySetResult(message);
            return;
        }

        // A client that has not finished its handshake has nowhere to put them, and will ask for the lists anyway.
        await _ready.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await send(message, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the connection: the server reads no more, and nobody waits for its replies.</summary>
    /// <param name="failure">What the CLI is told about requests that are open, and about later ones; null for nothing in particular.</param>
    public void Close(string? failure = null)
    {
        if (failure is not null)
            Volatile.Write(ref _failure, failure);
        _incoming.Writer.TryComplete();
        _ready.TrySetCanceled();
        foreach (var id in _waiting.Keys)
        {
            if (_waiting.TryRemove(id, out var waiting))
                waiting.TrySetResult(failure is null ? null : JsonRpc.Error(id, JsonRpc.InternalError, failure));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private async Task<JsonRpcMessage?> AskAsync(JsonRpcRequest request, CancellationToken withdrawn)
    {
        var waiting = new TaskCompletionSource<JsonRpcMessage?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.TryAdd(request.Id, waiting))
            return JsonRpc.Error(request.Id, JsonRpc.InvalidRequest, $"The id {request.Id} belongs to a request that has not been answered yet.");
        if (!_incoming.Writer.TryWrite(request))
        {
            _waiting.TryRemove(request.Id, out _);
            return JsonRpc.Error(request.Id, JsonRpc.InternalError, Volatile.Read(ref _failure) ?? "The MCP server has ended.");
        }

        var registration = withdrawn.UnsafeRegister(_ => Withdraw(request.Id), null);
        await using (registration.ConfigureAwait(false))
            return await waiting.Task.ConfigureAwait(false);
    }

    private void Withdraw(RequestId id)
    {
        _incoming.Writer.TryWrite(JsonRpc.Cancelled(id));
        GiveUp(id);
    }

    private void GiveUp(RequestId id)
    {
        if (_waiting.TryRemove(id, out var waiting))
            waiting.TrySetResult(null);
    }

    private static RequestId? IdIn(JsonRpcNotification cancelled) => JsonRpc.IdOf(cancelled.Params?["requestId"]);
}
