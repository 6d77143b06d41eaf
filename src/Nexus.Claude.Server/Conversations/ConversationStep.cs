using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>
/// Puts the log of a conversation before the new messages, and adds them with the reply to it once the reply is complete. A turn that fails, is
/// interrupted, refused by the model, or whose client goes, leaves the log as it was.
/// </summary>
/// <param name="store">The conversations.</param>
/// <param name="leases">Let one turn at a time into a conversation, on all nodes.</param>
/// <param name="options">What happens to the others.</param>
internal sealed class ConversationStep(IConversationStore store, ILeases leases, IOptions<NexusClaudeServerOptions> options) : ITurnStep
{
    private readonly GatewayConversationOptions _options = options.Value.Conversations;

    /// <inheritdoc/>
    public IAsyncEnumerable<TurnEvent> RunAsync(TurnRequest request, ITurnRunner next, CancellationToken cancellationToken) =>
        request.ConversationId is { } id ? RunAsync(id, request, next, cancellationToken) : next.RunAsync(request, cancellationToken);

    private async IAsyncEnumerable<TurnEvent> RunAsync(
        string id, TurnRequest request, ITurnRunner next, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var owner = request.Caller.KeyId;

        // An unknown one is told at once, not behind whoever is in the line of an id that was made up.
        if (await store.FindAsync(owner, id, cancellationToken).ConfigureAwait(false) is null)
            throw NotFound(id);
        var lease = await TakeAsync(leases, _options, owner, id, cancellationToken).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            var log = await store.ReadAsync(owner, id, cancellationToken).ConfigureAwait(false) ?? throw NotFound(id);
            var continuation = Continuation.Of(log, Place(request, log.Conversation));
            if (continuation.Keep + continuation.NewItems.Count > _options.MaxItems)
                throw TooLong(id, _options.MaxItems);
            var reply = new ReplyBlocks();
            await foreach (var turnEvent in next.RunAsync(continuation.Request, cancellationToken).ConfigureAwait(false))
            {
                reply.Add(turnEvent);
                if (turnEvent is TurnEvent.Ended ended)
                    await KeepAsync(log.Conversation, continuation, reply, ended).ConfigureAwait(false);
                yield return turnEvent;
            }
        }
    }

    /// <summary>Takes a conversation, so that nobody else changes it meanwhile.</summary>
    /// <param name="leases">The leases.</param>
    /// <param name="options">Whether to wait for one that is taken.</param>
    /// <param name="owner">Who asks.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Leaves the line.</param>
    /// <returns>Gives it back when disposed.</returns>
    /// <exception cref="GatewayException">It is taken, and nobody waits; a 409.</exception>
    public static async ValueTask<IAsyncDisposable> TakeAsync(
        ILeases leases, GatewayConversationOptions options, string owner, string id, CancellationToken cancellationToken) =>
        await leases.AcquireAsync(
            $"conversation:{owner}/{id}", options.WhenBusy == BusyConversation.Wait, cancellationToken).ConfigureAwait(false)
        ?? throw new GatewayException(
            409, "invalid_request_error", "conversation_busy",
            $"A turn is running in the conversation '{id}'. Wait for its end, interrupt it, or use another conversation.", "conversation_id");

    /// <summary>The error for a conversation that somebody changed meanwhile.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The error, a 409.</returns>
    public static GatewayException Changed(string id) => new(
        409, "invalid_request_error", "conversation_changed",
        $"The conversation '{id}' was changed or deleted meanwhile, so nothing was added to it.", "conversation_id");

    /// <summary>The error for a conversation that the caller does not have.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The error, a 404.</returns>
    public static GatewayException NotFound(string id) => GatewayException.NotFound(
        $"There is no conversation '{id}'. It was deleted, has expired, or belongs to another key; POST /v1/conversations makes one.",
        "conversation_not_found",
        "conversation_id");

    /// <summary>The error for a conversation that is full.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="most">The most items.</param>
    /// <returns>The error, a 400.</returns>
    public static GatewayException TooLong(string id, int most) => GatewayException.Invalid(
        "conversation_id", $"The conversation '{id}' would have more than {most} items. Begin a new one.", "conversation_too_long");

    private static TurnRequest Place(TurnRequest request, Conversation conversation) =>
        request.WorkingDirectory is null && conversation.ProjectPath is { } path
            ? request with { WorkingDirectory = WorkingDirectories.Resolve(request.Caller, path, "project_path") }
            : request;

    private async ValueTask KeepAsync(Conversation conversation, Continuation continuation, ReplyBlocks reply, TurnEvent.Ended ended)
    {
        var blocks = reply.ToBlocks();
        if (ended.Reason is EndReason.Interrupted or EndReason.Refusal || blocks.Count == 0)
            return;
        var change = new ConversationChange
        {
            ExpectedVersion = conversation.Version,
            Keep = continuation.Keep,
            Items = [.. continuation.NewItems, .. ConversationItem.Of(new TurnMessage(TurnRole.Assistant, blocks))],
            Model = reply.Model,
            IsTurn = true,
            Tokens = ended.Usage.PromptTokens + ended.Usage.OutputTokens,
        };

        // The client has the whole reply: going now must not make the conversation forget it.
        if (await store.ChangeAsync(conversation.Owner, conversation.Id, change, CancellationToken.None).ConfigureAwait(false) is null)
            throw Changed(conversation.Id);
    }
}
