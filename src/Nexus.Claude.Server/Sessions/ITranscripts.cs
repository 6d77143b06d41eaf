using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>
/// The transcripts of agents' conversations. The log of a conversation has what the client sent and was told; what the agent read and did in between
/// stands only in the transcript. With it another gateway goes on where the conversation is, without it from the log.
/// </summary>
/// <remarks>Nothing here fails a turn: a transcript that cannot be found or kept is as good as none.</remarks>
internal interface ITranscripts
{
    /// <summary>Where the processes of agents put them; null for nowhere.</summary>
    ISessionStore? Store { get; }

    /// <summary>Finds the transcript that ends where a conversation stands.</summary>
    /// <param name="request">The request, in its conversation.</param>
    /// <param name="key">The key of the conversation before the request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The id of the session to resume; null for none.</returns>
    ValueTask<string?> FindAsync(TurnRequest request, string key, CancellationToken cancellationToken);

    /// <summary>Notes which transcript a conversation has, and drops the one that it had before.</summary>
    /// <param name="request">The request, in its conversation.</param>
    /// <param name="key">The key of the conversation after the reply.</param>
    /// <param name="sessionId">The session whose transcript it is.</param>
    /// <returns>A task that ends when it is noted.</returns>
    ValueTask KeepAsync(TurnRequest request, string key, string sessionId);

    /// <summary>Drops the transcript of a conversation that is deleted.</summary>
    /// <param name="owner">Whose conversation it is.</param>
    /// <param name="conversationId">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is gone.</returns>
    ValueTask ForgetAsync(string owner, string conversationId, CancellationToken cancellationToken);
}

/// <summary>Keeps none: a single gateway.</summary>
internal sealed class NoTranscripts : ITranscripts
{
    /// <inheritdoc/>
    public ISessionStore? Store => null;

    /// <inheritdoc/>
    public ValueTask<string?> FindAsync(TurnRequest request, string key, CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);

    /// <inheritdoc/>
    public ValueTask KeepAsync(TurnRequest request, string key, string sessionId) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string owner, string conversationId, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
