using System.Runtime.CompilerServices;
using System.Text;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Protocol;

namespace Nexus.Claude;

/// <summary>Where a turn stands.</summary>
public enum TurnState
{
    /// <summary>Sent; the CLI has not begun it, or works on an earlier one.</summary>
    Queued,

    /// <summary>The CLI works on it.</summary>
    Running,

    /// <summary>It has ended: with a result, by cancellation, or because the CLI ended.</summary>
    Ended,
}

/// <summary>
/// One prompt and everything the CLI says because of it, up to and including that prompt's own <see cref="ResultMessage"/>.
/// Read it once with <c>await foreach</c>; leaving the loop early interrupts the turn and leaves the client usable.
/// </summary>
/// <remarks>
/// A turn ends by identity, not by counting results: the prompt carries <see cref="PromptId"/>, and the result names it. Turns that
/// the CLI starts on its own (a background task that ended) arrive on <see cref="ClaudeClient.Unprompted"/>. When the CLI merges
/// several waiting prompts into one turn, the messages are read from the first and every one of them receives the result.
/// </remarks>
public sealed class Turn : IAsyncEnumerable<ClaudeMessage>
{
    private readonly Session _session;
    private readonly bool _ownsQueue;
    private readonly TaskCompletionSource<ResultMessage> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;
    private readonly Lock _gate = new();
    private Task? _interruption;
    private long _since;
    private int _readers;

    internal Turn(Session session, string promptId, MessageQueue queue, bool ownsQueue)
    {
        _session = session;
        _ownsQueue = ownsQueue;
        PromptId = promptId;
        Queue = queue;
        _since = session.Settings.TimeProvider.GetTimestamp();
    }

    /// <summary>
    /// The id of the prompt (a UUID). It is the id of the transcript entry, and of the file checkpoint when
    /// <see cref="ClaudeOptions.EnableFileCheckpointing"/> is on.
    /// </summary>
    public string PromptId { get; }

    /// <summary>Where the turn stands.</summary>
    public TurnState State => _ended.Task.IsCompleted ? TurnState.Ended : _started.Task.IsCompleted ? TurnState.Running : TurnState.Queued;

    internal MessageQueue Queue { get; }

    /// <summary>True once the CLI has said that it will run the prompt. Belongs to the router.</summary>
    internal bool IsAccepted { get; set; }

    /// <summary>True for a prompt that asks for no answer.</summary>
    internal bool IsHistory { get; init; }

    /// <summary>The turn's spans and metrics; null when nobody listens.</summary>
    internal TurnTelemetry? Telemetry { get; init; }

    /// <summary>The context of the call that sent the prompt, while the turn lasts; null when nothing of the session calls back.</summary>
    internal ExecutionContext? CallerContext { get; set; }

    /// <summary>How long the CLI has been working on the turn, or the prompt has been waiting for it.</summary>
    internal TimeSpan Age => _session.Settings.TimeProvider.GetElapsedTime(Volatile.Read(ref _since));

    internal Task Started => _started.Task;

    internal Task Ended => _ended.Task;

    /// <summary>Waits for the turn's result. The messages stay readable; an error result is returned, not thrown.</summary>
    /// <param name="cancellationToken">Gives up the wait. The turn goes on; see <see cref="InterruptAsync"/>.</param>
    /// <returns>The result.</returns>
    /// <exception cref="CliExitedException">The CLI ended before the turn did.</exception>
    /// <exception cref="OperationCanceledException">The turn was cancelled, or the wait was given up.</exception>
    public Task<ResultMessage> ResultAsync(CancellationToken cancellationToken = default) => _result.Task.WaitAsync(cancellationToken);

    /// <summary>
    /// Interrupts the turn. A running turn ends with an error result whose <see cref="ResultMessage.IsInterrupted"/> is true; one that
    /// still waits in the CLI's queue is taken out of it and ends without a result. Does nothing when the turn has ended.
    /// </summary>
    /// <param name="cancellationToken">Gives up the wait, not the interruption.</param>
    /// <returns>A task that ends when the turn has.</returns>
    /// <exception cref="ClaudeTimeoutException">The CLI did not let go of the turn.</exception>
    public Task InterruptAsync(CancellationToken cancellationToken = default) => InterruptOnceAsync().WaitAsync(cancellationToken);

    /// <summary>Reads the turn's messages. A turn can be read once.</summary>
    /// <param name="cancellationToken">Interrupts the turn and ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The messages, the turn's result last.</returns>
    /// <exception cref="InvalidOperationException">The turn is or was being read already.</exception>
    public IAsyncEnumerator<ClaudeMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException(
                "This turn is or was being read already. Read a turn once; to see its messages twice, keep them in a list.");
        }

        return new MessageEnumerator(Queue, () => EndReadingAsync(), cancellationToken.UnsafeRegister(
            static (state, token) => ((Turn)state!).CancelReading(token), this));
    }

    /// <summary>
    /// Reads the turn as text while it is written: partial text when <see cref="ClaudeOptions.IncludePartialMessages"/> is on, whole
    /// text blocks otherwise. What partial messages did not bring (a retried stream, dropped partials) is made up from the whole
    /// message; once partials have been dropped, the rest comes in whole blocks. Text of sub-agents is left out.
    /// </summary>
    /// <remarks>
    /// The pieces add up to the assistant's text, with one exception: when the API broke off in the middle of an answer and the second
    /// try says something else, what had been handed out of the first stands before it.
    /// </remarks>
    /// <param name="cancellationToken">Interrupts the turn.</param>
    /// <returns>The pieces of text, in order.</returns>
    /// <exception cref="InvalidOperationException">The turn is or was being read already.</exception>
    public IAsyncEnumerable<string> TextAsync(CancellationToken cancellationToken = default) => TextOf(this, cancellationToken);

    internal static async IAsyncEnumerable<string> TextOf(
        IAsyncEnumerable<ClaudeMessage> messages,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var streamed = new StringBuilder();
        var isRetried = false;
        var isIncomplete = false;
        await foreach (var message in messages.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            switch (message)
            {
                case StreamWarningMessage { Kind: StreamWarning.PartialMessagesDropped }:
                    // It stands before everything that was queued when they were dropped, so no gap has been handed out yet.
                    isIncomplete = true;
                    break;
                case StreamEventMessage { IsSidechain: false, TextDelta: { Length: > 0 } delta }:
                    if (isIncomplete || isRetried)
                        break;
                    streamed.Append(delta);
                    yield return delta;
                    break;
                case StreamEventMessage { IsSidechain: false, TextDelta: null, Event: MessageStartEvent }:
                    // The API is asked again: what comes now repeats what has been handed out, more or less.
                    isRetried = streamed.Length > 0;
                    break;
                case AssistantMessage { IsSidechain: false } assistant:
                    // One assistant message comes per finished block, so what was streamed since the last one belongs to this block.
                    var text = assistant.Text;
                    if (text.Length == 0)
                        break;
                    var missing = MissingOf(text, streamed.ToString(), isRetried);
                    streamed.Clear();
                    isRetried = false;
                    if (missing.Length > 0)
                        yield return missing;
                    break;
            }
        }
    }

    private static string MissingOf(string text, string streamed, bool isRetried)
    {
        if (text.StartsWith(streamed, StringComparison.Ordinal))
            return text[streamed.Length..];
        return isRetried ? text : "";
    }

    internal void Begin()
    {
        if (_started.TrySetResult())
            Volatile.Write(ref _since, _session.Settings.TimeProvider.GetTimestamp());
    }

    /// <summary>The turn is over for the CLI.</summary>
    /// <param name="result">Its result; null when it ended without one.</param>
    /// <param name="failure">Why it has no result.</param>
    /// <param name="before">Ends when the result may be handed out; it never fails.</param>
    internal void End(ResultMessage? result, Exception? failure, Task before)
    {
        // First, so that whoever the result wakes finds the span ended.
        Telemetry?.End(result, failure);
        if (result is not null && !before.IsCompleted)
        {
            _session.Own(HandOutAsync(result, before));
        }
        else if (result is not null)
        {
            _result.TrySetResult(result);
        }
        else
        {
            _result.TrySetException(failure ?? new ProtocolException("The CLI ended the turn without a result."));
            _ = _result.Task.Exception;
        }

        _started.TrySetResult();
        _ended.TrySetResult();
        _cancellation.Unregister();
        CallerContext = null;
    }

    private async Task HandOutAsync(ResultMessage result, Task before)
    {
        await before.ConfigureAwait(false);
        _result.TrySetResult(result);
    }

    /// <summary>Nothing more comes for the reader; called after <see cref="End"/>.</summary>
    /// <param name="failure">What the reader is told after the last message; null for an orderly end.</param>
    internal void CompleteReading(Exception? failure)
    {
        if (_ownsQueue)
            Queue.Complete(failure);
    }

    /// <summary>Nothing more comes for the reader, who is woken by whoever has added the result; called after <see cref="End"/>.</summary>
    internal void AddEnd()
    {
        if (_ownsQueue)
            Queue.AddEnd();
    }

    /// <summary>Interrupts the turn. However many ask for it, the CLI is told once: a second interrupt could hit the turn that follows.</summary>
    internal Task InterruptOnceAsync()
    {
        lock (_gate)
        {
            // One that failed may be tried again.
            if (_interruption is null or { IsFaulted: true })
            {
                _interruption = _session.InterruptAsync(this);
                _interruption.Observe();
            }

            return _interruption;
        }
    }

    /// <summary>Tells the reader why nothing more comes, while the CLI is still being stopped.</summary>
    internal void Abort(Exception failure)
    {
        _result.TrySetException(failure);
        _ = _result.Task.Exception;
        Queue.Complete(failure);
    }

    /// <summary>Ties the turn to the caller's token.</summary>
    internal void CancelWith(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
            return;
        _cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((Turn)state!).Cancel(token), this);
        // The turn may have ended meanwhile; then its end has looked for the registration before it was there.
        Interlocked.MemoryBarrier();
        if (_ended.Task.IsCompleted)
            _cancellation.Unregister();
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (_ended.Task.IsCompleted)
            return;
        _result.TrySetCanceled(cancellationToken);
        // First, so that the reader who is woken finds the interruption under way.
        _session.InterruptInBackground(this);
        if (_ownsQueue)
            Queue.Abandon(new OperationCanceledException("The turn was cancelled.", cancellationToken));
    }

    /// <summary>The reader's own token ends the reading even when the turn has ended and only its messages are left.</summary>
    private void CancelReading(CancellationToken cancellationToken)
    {
        Cancel(cancellationToken);
        Queue.Abandon(new OperationCanceledException("The turn was cancelled.", cancellationToken));
    }

    private async ValueTask EndReadingAsync()
    {
        // A reader whose turn is being interrupted already has been told why, and is not kept waiting.
        if (_ended.Task.IsCompleted || Volatile.Read(ref _interruption) is not null)
            return;
        Queue.Abandon();
        await _session.InterruptForDisposeAsync(this).ConfigureAwait(false);
    }
}
