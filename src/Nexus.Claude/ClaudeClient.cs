using System.Runtime.CompilerServices;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Cli;
using Nexus.Claude.Controls;
using Nexus.Claude.Protocol;

namespace Nexus.Claude;

/// <summary>
/// A live conversation with the Claude Code CLI: connect once, send prompts, read each turn. One client is one CLI process.
/// </summary>
/// <remarks>
/// <para>Thread-safe: prompts may be sent while earlier turns are read; the CLI runs them one after the other.</para>
/// <para>
/// Disposing is graceful: a running turn is interrupted, the CLI writes its transcript and exits; one that does not is stopped.
/// <see cref="Kill"/> does not wait. Either way nothing of the CLI is left: no process, no grandchild, no handle.
/// </para>
/// </remarks>
public sealed partial class ClaudeClient : IAsyncDisposable
{
    private readonly Session _session;
    private readonly SessionStart _start;
    private readonly SessionFeatures _features;
    private readonly ServerState _server;
    private int _unpromptedReaders;

    private ClaudeClient(SessionStart start, SessionFeatures features, ControlReply initialized)
    {
        _session = start.Session;
        _start = start;
        _features = features;
        _server = new ServerState(_session, initialized);
    }

    /// <summary>
    /// What the CLI says about itself: the commands, models and agents it offers, the account. Its lists are kept up to date when the CLI
    /// reports that its commands have changed, and by the reload verbs.
    /// </summary>
    /// <exception cref="ProtocolException">The CLI's answer to <c>initialize</c> is of another form.</exception>
    public ServerInformation Server => _server.Current;

    internal bool IsBusy => _session.IsBusy;

    /// <summary>The operating system's id of the CLI process.</summary>
    public int ProcessId => _session.Connection.ProcessId;

    /// <summary>When the CLI process was started.</summary>
    public DateTimeOffset StartedAt => _session.Connection.StartedAt;

    /// <summary>The last lines that the CLI wrote to stderr, joined by line feeds.</summary>
    public string StandardErrorTail => _session.Connection.StandardErrorTail;

    /// <summary>The id of the CLI's session, by which it can be resumed; null before the first turn.</summary>
    public string? SessionId => _session.SessionId;

    /// <summary>
    /// Ends when the CLI process has ended, for whatever reason; <see cref="CliExit.Cause"/> says which. Never fails.
    /// </summary>
    public Task<CliExit> Completion => _session.Completion;

    /// <summary>
    /// What the CLI says without being asked: turns that it starts on its own when a background task ends, prompt suggestions, notices
    /// between turns. Ends with the CLI. At most 16 MiB are kept for a reader that is slow or absent; beyond that the oldest go, and
    /// a <see cref="StreamWarningMessage"/> says so.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is read twice.</exception>
    public IAsyncEnumerable<ClaudeMessage> Unprompted => new UnpromptedMessages(this);

    /// <summary>Starts a CLI and waits until it is ready for prompts.</summary>
    /// <param name="options">What to start; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up; the CLI is stopped.</param>
    /// <returns>The connected client.</returns>
    /// <exception cref="OptionsValidationException">The options contradict themselves or what is there.</exception>
    /// <exception cref="CliNotFoundException">There is no CLI and <see cref="ClaudeOptions.AutoDownload"/> is off.</exception>
    /// <exception cref="CliDownloadException">There is no CLI and none could be downloaded.</exception>
    /// <exception cref="CliStartException">The CLI could not be started.</exception>
    /// <exception cref="CliExitedException">The CLI ended during its start; the message has its own words.</exception>
    /// <exception cref="ClaudeTimeoutException">The CLI did not answer within <see cref="ClaudeOptions.InitializeTimeout"/>.</exception>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder<>))]
    public static async Task<ClaudeClient> ConnectAsync(ClaudeOptions? options = null, CancellationToken cancellationToken = default)
    {
        StartWarmUp.Begin();
        options = options?.Clone() ?? new ClaudeOptions();
        return await OpenAsync(options, SessionFeatures.For(options), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts a CLI for a session with these features.</summary>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder<>))]
    internal static async Task<ClaudeClient> OpenAsync(ClaudeOptions options, SessionFeatures features, CancellationToken cancellationToken) =>
        await OpenAsync(
            await SessionStart.StartAsync(options, features, singleStream: false, cancellationToken).ConfigureAwait(false), features, cancellationToken).ConfigureAwait(false);

    /// <summary>Waits for a CLI that has been started; one that fails is ended.</summary>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder<>))]
    internal static async Task<ClaudeClient> OpenAsync(SessionStart starting, SessionFeatures features, CancellationToken cancellationToken)
    {
        try
        {
            return new ClaudeClient(starting, features, await starting.InitializeAsync(cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            starting.Session.Kill();
            await starting.Session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Sends a prompt. It is on its way when this returns; read the turn with <c>await foreach</c>, or await
    /// <see cref="Turn.ResultAsync"/>. While another turn runs, the prompt waits in the CLI's queue.
    /// </summary>
    /// <param name="prompt">The prompt; a string will do.</param>
    /// <param name="cancellationToken">Interrupts this turn and no other; the client stays usable.</param>
    /// <returns>The turn.</returns>
    /// <exception cref="ObjectDisposedException">The client has been disposed.</exception>
    /// <exception cref="BudgetExceededException"><see cref="ClaudeOptions.Budget"/> is used up; nothing was sent.</exception>
    public Turn SendAsync(UserPrompt prompt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return _session.Send(prompt, cancellationToken);
    }

    /// <summary>Sends a prompt and waits for the answer's text.</summary>
    /// <param name="prompt">The prompt; a string will do.</param>
    /// <param name="cancellationToken">Interrupts this turn; the client stays usable.</param>
    /// <returns>The text of the result.</returns>
    /// <exception cref="ClaudeResultException">The turn ended with an error; derived types tell the API and the turn limit apart.</exception>
    /// <exception cref="BudgetExceededException">The budget of <see cref="ClaudeOptions.MaxBudgetUsd"/> or <see cref="ClaudeOptions.Budget"/> is used up.</exception>
    public Task<string> AskAsync(UserPrompt prompt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return AnswerAsync(prompt, static (result, outcome) => outcome.TextOrThrow(result), cancellationToken);
    }

    /// <summary>Ends the CLI and everything it started, now. What it has not written is lost. <see cref="DisposeAsync"/> still has to be called.</summary>
    public void Kill() => _session.Kill();

    /// <summary>Ends the conversation in order. Bounded: at most a few seconds more than <see cref="ClaudeOptions.ShutdownTimeout"/>.</summary>
    /// <returns>A task that ends when nothing of the CLI is left.</returns>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private sealed class UnpromptedMessages(ClaudeClient client) : IAsyncEnumerable<ClaudeMessage>
    {
        public IAsyncEnumerator<ClaudeMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            if (Interlocked.Exchange(ref client._unpromptedReaders, 1) != 0)
                throw new InvalidOperationException("Unprompted is or was being read already. Read it in one place.");
            var queue = client._session.Unprompted;
            var registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((MessageQueue)state!).Abandon(new OperationCanceledException(token)), queue);
            return new MessageEnumerator(
                queue,
                () =>
                {
                    queue.Abandon();
                    return ValueTask.CompletedTask;
                },
                registration);
        }
    }
}
