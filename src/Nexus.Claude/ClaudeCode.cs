using Nexus.Claude.Protocol;

namespace Nexus.Claude;

/// <summary>
/// One prompt in, a stream of typed messages out. Each call starts a Claude Code CLI, and leaves nothing of it behind. For several
/// turns of one conversation use <see cref="ClaudeClient"/>: its second turn costs a tenth of a new process.
/// </summary>
public static partial class ClaudeCode
{
    /// <summary>
    /// Sends a prompt and streams everything the CLI says, in the order of the wire, until it has nothing to do any more. The
    /// <see cref="ResultMessage"/> of the prompt is handed out the moment it arrives; messages of background work may follow.
    /// </summary>
    /// <param name="prompt">The prompt; a string will do.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Interrupts the run, stops the CLI and ends the stream with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The messages. An error result is a message like any other; look at <see cref="ResultMessage.IsSuccess"/>.</returns>
    /// <exception cref="OptionsValidationException">The options contradict themselves or what is there.</exception>
    /// <exception cref="CliNotFoundException">There is no CLI and <see cref="ClaudeOptions.AutoDownload"/> is off.</exception>
    /// <exception cref="CliDownloadException">There is no CLI and none could be downloaded.</exception>
    /// <exception cref="CliStartException">The CLI could not be started.</exception>
    /// <exception cref="CliExitedException">The CLI ended before the prompt had its result.</exception>
    /// <exception cref="BudgetExceededException"><see cref="ClaudeOptions.Budget"/> is used up; nothing was started.</exception>
    public static IAsyncEnumerable<ClaudeMessage> QueryAsync(
        UserPrompt prompt,
        ClaudeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return new QueryRun().RunAsync(new OnePrompt(prompt), options ?? new ClaudeOptions(), cancellationToken);
    }

    /// <summary>
    /// Sends prompts as they come, all to one conversation, and streams everything the CLI says. The stream ends when the prompts have
    /// ended and each has its result. If the prompts end with an exception, the CLI is stopped and the stream ends with that exception.
    /// </summary>
    /// <param name="prompts">The prompts. They are sent without waiting for the answers to earlier ones; the CLI queues them.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Interrupts the run, stops the CLI and ends the stream with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The messages.</returns>
    /// <exception cref="CliExitedException">The CLI ended before every prompt had its result.</exception>
    public static IAsyncEnumerable<ClaudeMessage> QueryAsync(
        IAsyncEnumerable<UserPrompt> prompts,
        ClaudeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        return new QueryRun().RunAsync(prompts, options ?? new ClaudeOptions(), cancellationToken);
    }

    /// <summary>Sends a prompt and waits for the answer's text.</summary>
    /// <param name="prompt">The prompt; a string will do.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Interrupts the run and stops the CLI.</param>
    /// <returns>The text of the result.</returns>
    /// <exception cref="ClaudeApiException">The Messages API refused or failed.</exception>
    /// <exception cref="BudgetExceededException">The budget of <see cref="ClaudeOptions.MaxBudgetUsd"/> or <see cref="ClaudeOptions.Budget"/> is used up.</exception>
    /// <exception cref="MaxTurnsExceededException">The limit of <see cref="ClaudeOptions.MaxTurns"/> was reached.</exception>
    /// <exception cref="ClaudeResultException">The turn ended with another error.</exception>
    /// <exception cref="CliExitedException">The CLI ended before the prompt had its result.</exception>
    public static Task<string> AskAsync(UserPrompt prompt, ClaudeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return AnswerAsync(prompt, options?.Clone() ?? new ClaudeOptions(), static (result, outcome) => outcome.TextOrThrow(result), cancellationToken);
    }

    /// <summary>Reads a stream of messages as text while it is written; see <see cref="Turn.TextAsync"/>.</summary>
    /// <param name="messages">The stream.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The pieces of the assistant's text, in order.</returns>
    public static IAsyncEnumerable<string> TextAsync(this IAsyncEnumerable<ClaudeMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Turn.TextOf(messages, cancellationToken);
    }

    private sealed class OnePrompt(UserPrompt prompt) : IAsyncEnumerable<UserPrompt>, IAsyncEnumerator<UserPrompt>
    {
        private bool _taken;

        public UserPrompt Current => prompt;

        public IAsyncEnumerator<UserPrompt> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new OnePrompt(prompt);

        public ValueTask<bool> MoveNextAsync()
        {
            var first = !_taken;
            _taken = true;
            return ValueTask.FromResult(first);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
