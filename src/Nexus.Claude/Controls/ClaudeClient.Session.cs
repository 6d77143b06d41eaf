using Nexus.Claude.Controls;

namespace Nexus.Claude;

/// <summary>The session itself: its title, its course, its end.</summary>
public sealed partial class ClaudeClient
{
    /// <summary>Gives the session a title, as a person would. A <see cref="SessionTitleChangedMessage"/> follows.</summary>
    /// <param name="title">The title, not empty.</param>
    /// <param name="sessionId">
    /// The session that is meant; if the client has moved on to another (by <c>/clear</c>), the call is refused. Null for whichever it is.
    /// </param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when the title is set.</returns>
    /// <exception cref="ProtocolException"><paramref name="sessionId"/> is not this session.</exception>
    public Task RenameSessionAsync(string title, string? sessionId = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        return RequestAsync(
            "rename_session",
            json =>
            {
                json.WriteString("title"u8, title);
                // "remote", the default, is for titles that claude.ai passes on; only "host" counts as the user's own.
                json.WriteString("source"u8, "host"u8);
                if (sessionId is not null)
                    json.WriteString("session_id"u8, sessionId);
            },
            cancellationToken);
    }

    /// <summary>Lets a small model make up a title. The request is not a documented part of the CLI.</summary>
    /// <param name="description">What the session is about, for example its first prompt.</param>
    /// <param name="persist">True gives the session the title, unless it has one already, which is returned then.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The title; null when the model came up with none.</returns>
    public async Task<string?> GenerateSessionTitleAsync(string description, bool persist = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(description);
        var reply = await RequestAsync(
            "generate_session_title",
            json =>
            {
                json.WriteString("description"u8, description);
                json.WriteBoolean("persist"u8, persist);
            },
            cancellationToken).ConfigureAwait(false);
        return reply.Text("title"u8);
    }

    /// <summary>
    /// Asks the model a question about the conversation, beside it: one answer without tools, and neither the question nor the answer becomes part
    /// of the conversation. It works during a turn. The request is not a documented part of the CLI.
    /// </summary>
    /// <param name="question">The question.</param>
    /// <param name="history">Earlier questions of this kind with their answers, oldest first; null for none.</param>
    /// <param name="cancellationToken">Gives up; the CLI is told so.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ClaudeTimeoutException">No answer within <see cref="ClaudeOptions.ControlRequestTimeout"/>.</exception>
    public Task<SideAnswer> AskSideQuestionAsync(
        string question, IReadOnlyList<SideExchange>? history = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(question);
        return RequestAsync(
            "side_question",
            json =>
            {
                json.WriteString("question"u8, question);
                if (history is null)
                    return;
                json.WriteStartArray("history"u8);
                foreach (var exchange in history)
                {
                    json.WriteStartObject();
                    json.WriteString("question"u8, exchange.Question);
                    json.WriteString("response"u8, exchange.Answer);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            },
            ControlJson.Default.SideAnswer,
            cancellationToken);
    }

    /// <summary>
    /// Takes the conversation back to before a prompt: the prompt and all that followed are forgotten by the model. Files stay as they are; see
    /// <see cref="RewindFilesAsync"/>. The request is not a documented part of the CLI.
    /// </summary>
    /// <param name="promptId">The prompt, by <see cref="Turn.PromptId"/>.</param>
    /// <param name="lastPromptId">
    /// The newest prompt that the caller knows of. If there is a newer one, nothing is taken back. Null for the newest whose turn this client has
    /// seen end; after a resume, before the first turn, it has to be given.
    /// </param>
    /// <param name="cancellationToken">Gives up the wait; the conversation may be taken back all the same.</param>
    /// <returns>Whether it was taken back, and if not why: a turn runs, a prompt is unknown or already gone, there is a newer prompt.</returns>
    public Task<ConversationRewind> RewindConversationAsync(
        string promptId, string? lastPromptId = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(promptId);
        return RequestAsync(
            "rewind_conversation",
            json =>
            {
                json.WriteString("target_message_uuid"u8, promptId);
                if ((lastPromptId ?? _session.LastPromptId) is { } last)
                    json.WriteString("last_seen_user_message_uuid"u8, last);
            },
            ControlJson.Default.ConversationRewind,
            cancellationToken);
    }

    /// <summary>
    /// Sends <c>initialize</c> again, as it was sent at the start. The CLI repeats the questions that it still waits for (permissions,
    /// dialogs); hooks are registered anew. <see cref="Server"/> takes over the answer.
    /// </summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>What the CLI says about itself now.</returns>
    /// <exception cref="ProtocolException">The CLI no longer confirms what it was started with.</exception>
    public Task<ServerInformation> ReinitializeAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_session.IsClosing, this);
        return _server.RenewAsync(() => _start.InitializeAgainAsync(cancellationToken), static (_, fresh) => fresh);
    }

    /// <summary>
    /// Tells the CLI whether anybody watches what it writes. It matters only to a CLI started with <c>CLAUDE_CODE_STREAM_EVENT_HOLD_MS</c> and
    /// <c>CLAUDE_CODE_STREAM_EVENT_NO_SUBSCRIBER_HOLD_MS</c>, which then joins pieces of answers for longer. Nothing is lost.
    /// </summary>
    /// <param name="hasSubscribers">False when nobody watches; null when it is not known, which counts as true.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when the CLI has taken note.</returns>
    public Task SetHasSubscribersAsync(bool? hasSubscribers, CancellationToken cancellationToken = default) =>
        RequestAsync(
            "set_has_subscribers",
            json =>
            {
                if (hasSubscribers is { } value)
                    json.WriteBoolean("has_subscribers"u8, value);
                else
                    json.WriteNull("has_subscribers"u8);
            },
            cancellationToken);

    /// <summary>
    /// Ends the session from the CLI's side: it stops what it is doing, its background tasks included, writes its transcript and exits. What
    /// still waits fails. The session can be resumed. <see cref="DisposeAsync"/> does the same in most cases and still has to be called.
    /// </summary>
    /// <param name="cancellationToken">Gives up the wait; the CLI may end all the same.</param>
    /// <returns>How the CLI ended.</returns>
    /// <exception cref="ProtocolException">The CLI does not know the request.</exception>
    public Task<CliExit> EndSessionAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_session.IsClosing, this);
        return _session.EndByRequestAsync(cancellationToken);
    }
}
