using System.Text.Json;

namespace Nexus.Claude.Protocol;

/// <summary>
/// A feature's part in one session: what it adds to <c>initialize</c>, which requests of the CLI it answers, and what it notes of the
/// messages. One instance serves one session.
/// </summary>
internal interface ISessionFeature
{
    /// <summary>The subtypes of the CLI's control requests that this feature answers. No two features of a session share one.</summary>
    IReadOnlyCollection<string> Subtypes => [];

    /// <summary>Does what must be done before the CLI is started. After a failed start <see cref="EndAsync"/> is called all the same.</summary>
    /// <param name="options">The session's own copy of the options; they may be changed.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <returns>A task that ends when the CLI may be started.</returns>
    ValueTask PrepareAsync(ClaudeOptions options, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Gives the feature its session, before anything is sent or read.</summary>
    /// <param name="session">The session.</param>
    void Attach(Session session)
    {
    }

    /// <summary>True when nothing may be sent before the CLI's answer to <c>initialize</c> has passed <see cref="Confirm"/>.</summary>
    bool MustBeConfirmed => false;

    /// <summary>Adds members to the <c>initialize</c> request.</summary>
    /// <param name="json">The writer, inside of the request object.</param>
    void WriteInitialize(Utf8JsonWriter json)
    {
    }

    /// <summary>Sees the CLI's answer to <c>initialize</c>.</summary>
    /// <param name="reply">The payload.</param>
    /// <exception cref="ProtocolException">The CLI has not taken over what this feature cannot do without; the session is ended.</exception>
    void Confirm(ControlReply reply)
    {
    }

    /// <summary>Looks at a prompt that is about to be sent, on the sender's thread. What it throws reaches the sender, and nothing is sent.</summary>
    /// <param name="prompt">The prompt.</param>
    void BeforeSend(UserPrompt prompt)
    {
    }

    /// <summary>
    /// Answers a request. It is called on the read loop, so that requests are seen in the order of the wire: it returns at once, and lets
    /// no code of the caller's run before it has left the loop (<c>Task.Run</c>). What it throws is told to the CLI as an error, which the CLI
    /// does not always take as a refusal; a feature that guards something answers with the refusal itself.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The CLI has withdrawn the request, or the session ends; then nothing is answered.</param>
    /// <returns>The answer.</returns>
    Task<InboundReply> AnswerAsync(InboundRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(InboundReply.Refused($"Unsupported control request subtype: {request.Subtype}", InboundReply.Unsupported));

    /// <summary>Sees every message except stream events, on the read loop, before it is handed out. Returns at once.</summary>
    /// <param name="message">The message.</param>
    void Observe(ClaudeMessage message)
    {
    }

    /// <summary>Takes a message for itself, on the read loop; nobody else sees it. Returns at once.</summary>
    /// <param name="message">The message.</param>
    /// <returns>True when the message is taken.</returns>
    bool Takes(ClaudeMessage message) => false;

    /// <summary>
    /// Holds a result back until something has been done. Called on the read loop, which does not wait; messages behind the result wait with
    /// it if they go to the same reader.
    /// </summary>
    /// <param name="result">The result.</param>
    /// <returns>Ends, in bounded time and never with a failure, when the result may be handed out, with messages to be handed out before it.</returns>
    Task<IReadOnlyList<ClaudeMessage>> BeforeResultAsync(ResultMessage result) => NothingBefore;

    /// <summary>Holds nothing back.</summary>
    static readonly Task<IReadOnlyList<ClaudeMessage>> NothingBefore = Task.FromResult<IReadOnlyList<ClaudeMessage>>([]);

    /// <summary>The CLI has ended and no more messages come. Bounded by the feature; never throws.</summary>
    /// <returns>A task that ends when the feature is done with the session.</returns>
    ValueTask EndAsync() => ValueTask.CompletedTask;
}
