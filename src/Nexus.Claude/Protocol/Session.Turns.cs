using System.Text;
using Microsoft.Extensions.Logging;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Protocol;

/// <summary>Prompts out, and turns interrupted.</summary>
internal sealed partial class Session
{
    /// <summary>An interrupt that reaches the CLI before it has begun the turn is acknowledged and does nothing, so it is said again.</summary>
    private static readonly TimeSpan[] InterruptPatience =
    [
        TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2),
    ];

    /// <summary>An answer takes a few milliseconds; a CLI that needs longer than this is not going to answer.</summary>
    private static readonly TimeSpan InterruptReplyTimeout = TimeSpan.FromSeconds(5);

    private readonly HashSet<Task> _background = [];
    private readonly Lock _backgroundGate = new();

    /// <summary>Sends a prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="cancellationToken">Interrupts the turn.</param>
    /// <returns>The turn. What goes wrong later shows there.</returns>
    public Turn Send(UserPrompt prompt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(IsClosing, typeof(ClaudeClient));
        foreach (var feature in _settings.Features)
            feature.BeforeSend(prompt);
        var id = prompt.Id ?? RandomUuid.New();
        var line = prompt.ToLine(id, _settings.VerbatimPrompts);
        var single = _settings.SingleStream;
        var queue = single ? Unprompted : NewQueue();
        var turn = new Turn(this, id, queue, ownsQueue: !single)
        {
            IsHistory = prompt.IsHistory,
            Telemetry = prompt.IsHistory ? null : _telemetry.Begin(prompt, id, SessionId),
            CallerContext = _settings.Features.Count > 0 ? ExecutionContext.Capture() : null,
        };
        try
        {
            _router.Open(turn, isIdChosen: prompt.Id is not null);
        }
        catch (ArgumentException refused)
        {
            turn.Telemetry?.End(null, refused);
            throw;
        }

        turn.CancelWith(cancellationToken);
        _settings.Logger.PromptSent(id, _connection.ProcessId);
        if (_settings.Telemetry.IncludeContent && _settings.Logger.IsEnabled(LogLevel.Trace))
            _settings.Logger.PromptSentSensitive(id, _connection.ProcessId, Encoding.UTF8.GetString(line.Span).TrimEnd('\n'));
        var write = _prompts.SendAsync(turn, line);
        if (!write.IsCompletedSuccessfully)
            Own(WatchDeliveryAsync(turn, write));
        return turn;
    }

    /// <summary>Says that no more prompts will be sent.</summary>
    public void EndPrompts() => _router.EndPrompts();

    /// <summary>Interrupts whatever the CLI works on.</summary>
    /// <param name="cancelQueued">Whether prompts that wait in the CLI's queue are dropped too.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The CLI's receipt.</returns>
    public Task<ControlReply> InterruptAsync(bool cancelQueued, CancellationToken cancellationToken) => Control.RequestAsync(
        "interrupt",
        cancelQueued ? static json => json.WriteBoolean("cancel_queued"u8, true) : null,
        _settings.ControlRequestTimeout,
        cancellationToken);

    /// <summary>Interrupts one turn, running or waiting, and waits for its end. Called by <see cref="Turn.InterruptOnceAsync"/> only.</summary>
    /// <param name="turn">The turn.</param>
    /// <returns>A task that ends when the turn has.</returns>
    /// <exception cref="ClaudeTimeoutException">The CLI did not let go of the turn.</exception>
    public Task InterruptAsync(Turn turn)
    {
        if (_prompts.TryTakeBack(turn))
        {
            _router.Fail(turn, NeverRan());
            return Task.CompletedTask;
        }

        // Before the first word to the CLI: whatever is sent from here on is not to be hit.
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _prompts.HoldUntil(over.Task);
        return InterruptAsync(turn, over);
    }

    private async Task InterruptAsync(Turn turn, TaskCompletionSource over)
    {
        try
        {
            await InterruptUntilItEndsAsync(turn).ConfigureAwait(false);
        }
        finally
        {
            over.TrySetResult();
        }
    }

    private async Task InterruptUntilItEndsAsync(Turn turn)
    {
        foreach (var patience in InterruptPatience)
        {
            if (!turn.Started.IsCompleted && await TryDequeueOrEndAsync(turn).ConfigureAwait(false))
                return;
            if (!turn.Started.IsCompleted)
                await WaitAnyAsync(patience, turn.Started, turn.Ended).ConfigureAwait(false);
            if (turn.Ended.IsCompleted)
                return;
            if (!turn.Started.IsCompleted)
                continue;
            await Control.RequestAsync("interrupt", null, InterruptReplyTimeout, CancellationToken.None).ConfigureAwait(false);
            await WaitAnyAsync(patience, turn.Ended).ConfigureAwait(false);
            if (turn.Ended.IsCompleted)
                return;
        }

        var waited = InterruptPatience.Aggregate(TimeSpan.Zero, static (sum, each) => sum + each);
        throw new ClaudeTimeoutException($"The CLI did not end turn {turn.PromptId} within {waited.TotalSeconds:0.#} s of the interrupt.", waited);
    }

    /// <summary>Interrupts a turn whose reader has left by cancellation.</summary>
    /// <param name="turn">The turn.</param>
    public void InterruptInBackground(Turn turn) => Own(InterruptForDisposeAsync(turn));

    /// <summary>Interrupts a turn that nobody reads any more. A failure is logged: the next prompt will meet it.</summary>
    /// <param name="turn">The turn.</param>
    /// <returns>A task that ends when the turn has, or cannot be ended.</returns>
    public async Task InterruptForDisposeAsync(Turn turn)
    {
        if (_settings.SingleStream || Volatile.Read(ref _closing) != 0)
            return;
        try
        {
            await turn.InterruptOnceAsync().ConfigureAwait(false);
        }
        catch (ClaudeException failure) when (!_connection.Exited.IsCompleted)
        {
            _settings.Logger.InterruptFailed(turn.PromptId, failure);
        }
        catch (ClaudeException)
        {
            // The CLI has ended, and the turn with it.
        }
    }

    /// <summary>Waits until the CLI has nothing to do any more: it says so, and no background agent will wake it.</summary>
    /// <param name="ceiling">How long background work is waited for.</param>
    /// <returns>A task that ends when the CLI is idle, has ended, or the ceiling is reached.</returns>
    public async Task WaitForIdleAsync(TimeSpan ceiling)
    {
        var start = _settings.TimeProvider.GetTimestamp();
        while (true)
        {
            var change = _activity.Next;
            var left = ceiling - _settings.TimeProvider.GetElapsedTime(start);
            if ((State is null || State == SessionState.Idle) && BackgroundTasks.IsEmpty || _ending.IsCompleted || left <= TimeSpan.Zero)
                return;
            await WaitAnyAsync(left, change, _completion.Task).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a prompt out of the CLI's queue if it still waits there, unless the turn ends before the CLI has answered.</summary>
    private async Task<bool> TryDequeueOrEndAsync(Turn turn)
    {
        var dequeuing = TryDequeueAsync(turn);
        if (await Task.WhenAny(dequeuing, turn.Ended).ConfigureAwait(false) == dequeuing)
            return await dequeuing.ConfigureAwait(false);
        dequeuing.Observe();
        return true;
    }

    private async Task<bool> TryDequeueAsync(Turn turn)
    {
        try
        {
            var reply = await Control.RequestAsync(
                "cancel_async_message",
                json => json.WriteString("message_uuid"u8, turn.PromptId),
                InterruptReplyTimeout,
                CancellationToken.None).ConfigureAwait(false);
            if (reply.Flag("cancelled"u8) != true)
                return false;
        }
        catch (ProtocolException)
        {
            // CLI 2.1.197 does not know the request: the turn has to start before it can be interrupted.
            return false;
        }

        _router.Fail(turn, NeverRan());
        return true;
    }

    private static OperationCanceledException NeverRan() => new("The prompt was taken out of the queue before it ran.");

    private async Task WatchDeliveryAsync(Turn turn, Task write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            // Usually the CLI has ended and its end is told in a moment; a CLI that lives on without reading is useless.
            if (!await EndsWithinAsync(OutputClosedGrace).ConfigureAwait(false))
                Fail(new ProtocolException("The Claude Code CLI no longer reads its input, so it was ended.", failure));
        }
    }

    private async Task WaitAnyAsync(TimeSpan limit, params Task[] tasks)
    {
        using var stop = new CancellationTokenSource();
        var timer = Task.Delay(limit, _settings.TimeProvider, stop.Token);
        await Task.WhenAny([.. tasks, timer]).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Keeps a task until it ends; disposal waits for all of them.</summary>
    /// <param name="task">The task.</param>
    public void Own(Task task)
    {
        if (task.IsCompleted)
            return;
        lock (_backgroundGate)
            _background.Add(task);
        _ = task.ContinueWith(
            static (ended, session) => ((Session)session!).Release(ended),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private void Release(Task task)
    {
        lock (_backgroundGate)
            _background.Remove(task);
    }
}
