namespace Nexus.Claude.Protocol;

/// <summary>
/// Gives every message to the turn it belongs to. A turn is known by the uuid of its prompt: the CLI names it in
/// <c>command_lifecycle</c>, in <c>system/init</c> and in <c>result</c>. A CLI that names none (2.1.197) is followed by order.
/// </summary>
/// <param name="unprompted">Receives what belongs to no turn.</param>
/// <param name="singleStream">True when turns share the unprompted queue: one reader sees everything in the order of the wire.</param>
internal sealed class TurnRouter(MessageQueue unprompted, bool singleStream)
{
    private const string OwnId = "Give each prompt an id of its own (UserPrompt.Id), or leave it null.";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Turn> _open = new(StringComparer.Ordinal);
    private readonly LinkedList<Turn> _order = new();

    /// <summary>The ids that callers have chosen, of all prompts. The CLI passes over one that it has seen, and says nothing about it.</summary>
    private readonly HashSet<string> _chosenIds = new(StringComparer.Ordinal);

    /// <summary>Turns whose prompts the CLI took into the running one; they share its end.</summary>
    private readonly List<Turn> _joined = [];
    private MessageQueue? _touched;
    private Turn? _current;
    private bool _currentIsGuess;
    private bool _namesPrompts;
    private bool _promptsEnded;
    private bool _anyResult;
    private Exception? _ended;
    private Exception? _unpromptedFailure;

    /// <summary>The turns that have not ended, oldest first.</summary>
    public Turn[] OpenTurns
    {
        get
        {
            lock (_gate)
                return [.. _order];
        }
    }

    /// <summary>The turn that the CLI works on; null when there is none.</summary>
    public Turn? Current
    {
        get
        {
            lock (_gate)
                return _current;
        }
    }

    /// <summary>Takes in a turn whose prompt is about to be sent.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="isIdChosen">Whether the caller has chosen its id.</param>
    /// <exception cref="ArgumentException">The id has been used before.</exception>
    public void Open(Turn turn, bool isIdChosen)
    {
        lock (_gate)
        {
            if (_ended is null)
            {
                if ((isIdChosen && !_chosenIds.Add(turn.PromptId)) || !_open.TryAdd(turn.PromptId, turn))
                    throw new ArgumentException($"A prompt with the id {turn.PromptId} has been sent before, and the CLI runs none twice. {OwnId}");
                _order.AddLast(turn);
                return;
            }

            turn.End(null, _ended, ISessionFeature.NothingBefore);
            turn.CompleteReading(_ended);
        }
    }

    /// <summary>No more prompts will come: once each has its result, the run is complete, whatever exit code follows.</summary>
    public void EndPrompts()
    {
        lock (_gate)
            _promptsEnded = true;
    }

    /// <summary>Routes one message. The readers see it after <see cref="Flush"/>.</summary>
    /// <param name="message">The message.</param>
    public void Route(ClaudeMessage message) => Route(message, ISessionFeature.NothingBefore);

    /// <summary>Adds a message of our own to the stream, from any thread: to the running turn, or to what belongs to none.</summary>
    /// <param name="message">The message.</param>
    public void Say(ClaudeMessage message)
    {
        lock (_gate)
        {
            var queue = _current?.Queue ?? unprompted;
            queue.Add(message);
            queue.Flush();
        }
    }

    /// <summary>Routes one message. The readers see it after <see cref="Flush"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="before">For a result: ends when its reader may see it, with what is to be seen before it.</param>
    public void Route(ClaudeMessage message, Task<IReadOnlyList<ClaudeMessage>> before)
    {
        lock (_gate)
        {
            switch (message)
            {
                case StreamEventMessage or AssistantMessage or UserMessage:
                    Add(Follow(), message);
                    break;
                case CommandLifecycleMessage lifecycle:
                    RouteLifecycle(lifecycle);
                    break;
                case InitMessage init:
                    RouteInit(init);
                    break;
                case ResultMessage result:
                    RouteResult(result, before);
                    break;
                case SessionStateChangedMessage state:
                    RouteState(state);
                    break;
                default:
                    Add(Follow(), message);
                    break;
            }
        }
    }

    /// <summary>Routes pieces of the running turn, in order. The readers see them after <see cref="Flush"/>.</summary>
    /// <param name="partials">The messages.</param>
    public void Route(List<StreamEventMessage> partials)
    {
        lock (_gate)
        {
            var queue = Follow();
            queue.Add(partials);
            Touch(queue);
        }
    }

    /// <summary>Wakes the readers of everything routed since the last call.</summary>
    public void Flush() => FlushAllButOne()?.Wake(here: false);

    /// <summary>Wakes the readers of everything routed since the last call, but for one.</summary>
    /// <returns>The queue whose reader the caller must wake; null when no other waits.</returns>
    public MessageQueue? FlushAllButOne()
    {
        // Only the read loop routes and flushes, so this needs no lock.
        var last = _touched;
        _touched = null;
        return last is not null && last.TryClaim() ? last : null;
    }

    /// <summary>Ends a turn that will get no result.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="failure">Why.</param>
    public void Fail(Turn turn, Exception? failure)
    {
        lock (_gate)
            Close(turn, failure);
    }

    /// <summary>Ends all turns: the CLI is gone.</summary>
    /// <param name="failure">What open turns are told.</param>
    /// <param name="unpromptedFailure">What the reader of unprompted messages is to be told; null for an orderly end.</param>
    public void EndTurns(Exception failure, Exception? unpromptedFailure)
    {
        lock (_gate)
        {
            _ended = failure;
            // The CLI exits with 1 after an error result, which is no failure of the run.
            if (singleStream && _promptsEnded && _anyResult && _order.Count == 0)
                unpromptedFailure = null;
            foreach (var turn in _order.ToArray())
                Close(turn, failure);
            _unpromptedFailure = unpromptedFailure;
        }
    }

    /// <summary>Ends the stream of unprompted messages; called after <see cref="EndTurns"/>.</summary>
    public void EndUnprompted() => unprompted.Complete(_unpromptedFailure);

    private void RouteLifecycle(CommandLifecycleMessage message)
    {
        _namesPrompts = true;
        if (!_open.TryGetValue(message.CommandUuid, out var turn))
        {
            // A late receipt for a turn that has its result already says nothing new to the reader of another turn.
            if (singleStream)
                Add(unprompted, message);
            return;
        }

        Add(turn.Queue, message);
        if (message.State == CommandState.Queued)
            turn.IsAccepted = true;
        else if (message.State == CommandState.Started)
            Start(turn, isGuess: false);
        else if (message.State == CommandState.Completed && !turn.IsHistory && !turn.IsAccepted && !turn.Started.IsCompleted)
            Close(turn, new ClaudeException($"The CLI did not run the prompt: the conversation has one with the id {turn.PromptId} already. {OwnId}"));
        else if (message.State == CommandState.Completed && !turn.IsHistory && _current is { } running && !ReferenceEquals(running, turn))
            // Done with, and no result of its own will come: the running turn answers it along with its own prompt.
            _joined.Add(turn);
        else
            Close(turn, WithoutResult(message.State));
    }

    private void RouteInit(InitMessage message)
    {
        foreach (var id in message.UserMessageUuids ?? [])
        {
            _namesPrompts = true;
            if (_open.TryGetValue(id, out var turn))
                Start(turn, isGuess: false);
        }

        Add(Follow(), message);
    }

    private void RouteResult(ResultMessage message, Task<IReadOnlyList<ClaudeMessage>> before)
    {
        var named = message.UserMessageUuids is { Count: > 0 } ids ? ids : message.UserMessageUuid is { } id ? [id] : (IReadOnlyList<string>)[];
        List<Turn> owners = [];
        foreach (var each in named)
        {
            if (_open.TryGetValue(each, out var turn) && !owners.Contains(turn))
                owners.Add(turn);
        }

        if (named.Count == 0 && message.Origin is null && (_current ?? (_namesPrompts ? null : _order.First?.Value)) is { } follower)
            owners.Add(follower);

        if (_joined.Count > 0 && _current is { } current && owners.Contains(current))
        {
            owners.AddRange(_joined.Except(owners));
            _joined.Clear();
        }

        // A turn ends before its reader can see the result: one who leaves at the result must not interrupt what comes next.
        // For the CLI the turn is over even if its reader has to wait for the result: nothing may interrupt it any more.
        foreach (var turn in owners)
            End(turn, message, null, before);
        if (singleStream || owners.Count == 0)
            Add(unprompted, message, before);
        foreach (var turn in owners)
        {
            if (!singleStream)
                Add(turn.Queue, message, before);
            turn.AddEnd();
        }
    }

    private void RouteState(SessionStateChangedMessage message)
    {
        if (message.State == SessionState.Idle && _namesPrompts && _current is { } turn)
        {
            Close(turn, new ProtocolException(
                "The CLI reports that it is idle, but no result came for the prompt. A line that was too long or damaged may have been the result; "
                + "see the warnings in the stream."));
        }

        // Asked for by the SDK for its own use; a caller who wants the states sets CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS.
        if (!message.IsSdkHostOnly)
            Add(Follow(), message);
    }

    /// <summary>Where a message that names no prompt goes: to the running turn, or, with a CLI that never names any, to the oldest one.</summary>
    private MessageQueue Follow()
    {
        if (_current is null && !_namesPrompts && _order.First is { } oldest)
            Start(oldest.Value, isGuess: true);
        return _current?.Queue ?? unprompted;
    }

    private void Start(Turn turn, bool isGuess)
    {
        turn.Begin();
        // Of several prompts merged into one turn the first carries the messages. What the CLI says outweighs what the order suggested.
        if (_current is null || (_currentIsGuess && !isGuess))
        {
            _current = turn;
            _currentIsGuess = isGuess;
        }
    }

    private void Close(Turn turn, Exception? failure)
    {
        var leads = ReferenceEquals(_current, turn);
        if (End(turn, null, failure, ISessionFeature.NothingBefore))
            turn.CompleteReading(failure);
        if (!leads || _joined.Count == 0)
            return;
        var followers = _joined.ToArray();
        _joined.Clear();
        foreach (var follower in followers)
            Close(follower, failure);
    }

    private bool End(Turn turn, ResultMessage? result, Exception? failure, Task before)
    {
        if (!_open.Remove(turn.PromptId))
            return false;
        _anyResult |= result is not null;
        _order.Remove(turn);
        _joined.Remove(turn);
        if (ReferenceEquals(_current, turn))
            _current = null;
        turn.End(result, failure, before);
        return true;
    }

    private void Add(MessageQueue queue, ClaudeMessage message, Task<IReadOnlyList<ClaudeMessage>> before)
    {
        if (before == ISessionFeature.NothingBefore)
            queue.Add(message);
        else
            queue.AddAfter(before, message);
        Touch(queue);
    }

    private void Add(MessageQueue queue, ClaudeMessage message)
    {
        queue.Add(message);
        Touch(queue);
    }

    /// <summary>Notes whose reader is to be woken. What is read at once is nearly always for one; another one need not wait for the rest of it.</summary>
    private void Touch(MessageQueue queue)
    {
        if (ReferenceEquals(queue, _touched))
            return;
        _touched?.Flush();
        _touched = queue;
    }

    private static Exception? WithoutResult(CommandState state)
    {
        if (state == CommandState.Completed)
            return null;
        return state == CommandState.Cancelled
            ? new OperationCanceledException("The prompt was taken out of the queue before it ran.")
            : new ClaudeException($"The CLI did not run the prompt: it reports '{state}'.");
    }
}
