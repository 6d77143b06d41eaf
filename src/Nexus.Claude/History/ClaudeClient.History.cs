namespace Nexus.Claude;

/// <content>Earlier messages for a conversation.</content>
public sealed partial class ClaudeClient
{
    /// <summary>
    /// Puts earlier messages into the conversation as what they were, calls and results of tools included, without a request to the model. The
    /// prompt that is sent next is answered with all of them in view. Takes a few milliseconds for each message of the user.
    /// </summary>
    /// <param name="messages">
    /// The messages, oldest first. The API wants the user's and the model's in turn and a result behind each call of a tool; the CLI joins
    /// neighbours of the same side. Call it while no turn runs.
    /// </param>
    /// <param name="cancellationToken">Gives up; what has been added by then stays.</param>
    /// <returns>A task that ends when the CLI has them.</returns>
    /// <exception cref="CliExitedException">The CLI ended.</exception>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    public async Task AddHistoryAsync(IEnumerable<HistoryMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ObjectDisposedException.ThrowIf(_session.IsClosing, this);
        foreach (var message in messages)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (message.IsAssistant)
                await _session.AddAssistantHistoryAsync(message.Content, message.Model).ConfigureAwait(false);
            else
                await _session.AddUserHistoryAsync(message.Content, message.Verbatim, cancellationToken).ConfigureAwait(false);
        }
    }
}
