using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Security;

/// <summary>
/// Decides which turn runs next. At most so many run at the same time, in all and for each key; the rest waits, in a line for each key, and
/// the lines take turns, so that one key's burst does not hold up the others.
/// </summary>
internal sealed class TurnQueue
{
    private readonly GatewayLimitOptions _limits;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly LinkedList<Line> _turnsOfLines = new();
    private int _running;
    private int _waiting;
    private double _averageSeconds = 5;

    /// <summary>Opens the queue.</summary>
    /// <param name="options">The options.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ClaudeException">The options have mistakes.</exception>
    public TurnQueue(IOptions<NexusClaudeServerOptions> options, TimeProvider time)
    {
        _limits = options.Value.Limits;
        _time = time;
        List<string> mistakes = [];
        if (_limits.MaxConcurrentTurns < 1)
            mistakes.Add($"Limits.MaxConcurrentTurns is {_limits.MaxConcurrentTurns}; it must be at least 1.");
        if (_limits.MaxQueueLength < 0)
            mistakes.Add($"Limits.MaxQueueLength is {_limits.MaxQueueLength}; it must not be below zero.");
        if (_limits.MaxQueueWait <= TimeSpan.Zero || _limits.TurnTimeout <= TimeSpan.Zero || _limits.DrainTimeout < TimeSpan.Zero)
            mistakes.Add("Limits.MaxQueueWait and Limits.TurnTimeout must be longer than zero, Limits.DrainTimeout not shorter.");
        if (mistakes.Count > 0)
            throw new OptionsValidationException(mistakes);
    }

    /// <summary>What runs and waits at this moment.</summary>
    /// <returns>A snapshot; those who wait in the order of their arrival.</returns>
    public QueueSnapshot Capture()
    {
        lock (_gate)
        {
            var waiting = _turnsOfLines.SelectMany(static line => line.Waiters)
                .OrderBy(static waiter => waiter.Since)
                .Select(waiter => new WaitingTurn(waiter.Line.KeyId, _time.GetElapsedTime(waiter.Since)));
            return new QueueSnapshot(_running, _limits.MaxConcurrentTurns, _limits.MaxQueueLength, [.. waiting]);
        }
    }

    /// <summary>Waits until a turn may run.</summary>
    /// <param name="caller">Whose turn.</param>
    /// <param name="cancellationToken">The client has gone, or the time is up: leaves the queue.</param>
    /// <returns>The place; dispose it when the turn has ended.</returns>
    /// <exception cref="GatewayException">The queue is full, or the wait was too long (429, with the time to wait).</exception>
    public async ValueTask<Place> EnterAsync(Caller caller, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            var line = LineOf(caller);
            if (_running < _limits.MaxConcurrentTurns && line.MayRun && line.Waiters.Count == 0)
            {
                Begin(line);
                return new Place(this, line);
            }

            if (_waiting >= _limits.MaxQueueLength)
                MakeRoomFor(line);
            waiter = new Waiter(line, _time.GetTimestamp());
            waiter.Node = line.Waiters.AddLast(waiter);
            if (line.Turn.List is null)
                _turnsOfLines.AddLast(line.Turn);
            _waiting++;
        }

        using var timeout = new CancellationTokenSource(_limits.MaxQueueWait, _time);
        using var onTimeout = timeout.Token.Register(() => Refuse(waiter, "The server is busy; this request has waited for its turn long enough."));
        using var onGone = cancellationToken.Register(() => Cancel(waiter, cancellationToken));
        return await waiter.Granted.Task.ConfigureAwait(false);
    }

    private Line LineOf(Caller caller)
    {
        if (!_lines.TryGetValue(caller.KeyId, out var line))
            _lines[caller.KeyId] = line = new Line(caller.KeyId);
        line.MaxRunning = caller.Policy.MaxConcurrency ?? int.MaxValue;
        return line;
    }

    /// <summary>A full queue still has a place for a key with fewer waiting than another: the newest of the longest line goes.</summary>
    private void MakeRoomFor(Line line)
    {
        var longest = _turnsOfLines.MaxBy(static each => each.Waiters.Count);
        if (longest is null || longest.Waiters.Count <= line.Waiters.Count + 1)
        {
            Forget(line);
            throw Busy("The server is busy and its queue is full.");
        }

        var last = longest.Waiters.Last!.Value;
        Remove(last);
        last.Granted.TrySetException(Busy("The server is busy and its queue is full; this key has the most requests in it."));
    }

    private void Refuse(Waiter waiter, string message)
    {
        lock (_gate)
        {
            if (Remove(waiter))
                waiter.Granted.TrySetException(Busy(message));
        }
    }

    private void Cancel(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Remove(waiter))
                waiter.Granted.TrySetCanceled(cancellationToken);
        }
    }

    private bool Remove(Waiter waiter)
    {
        if (waiter.Node is not { List: not null } node)
            return false;
        var line = waiter.Line;
        line.Waiters.Remove(node);
        _waiting--;
        if (line.Waiters.Count == 0)
            _turnsOfLines.Remove(line.Turn);
        Forget(line);
        return true;
    }

    private void Begin(Line line)
    {
        _running++;
        line.Running++;
    }

    private void End(Line line, TimeSpan took)
    {
        lock (_gate)
        {
            _running--;
            line.Running--;
            _averageSeconds += 0.1 * (took.TotalSeconds - _averageSeconds);
            GrantNext();
            Forget(line);
        }
    }

    private void GrantNext()
    {
        while (_running < _limits.MaxConcurrentTurns && _turnsOfLines.FirstOrDefault(static line => line.MayRun) is { } line)
        {
            var waiter = line.Waiters.First!.Value;

            // Its line goes to the end of all lines.
            Begin(line);
            Remove(waiter);
            if (line.Waiters.Count > 0)
            {
                _turnsOfLines.Remove(line.Turn);
                _turnsOfLines.AddLast(line.Turn);
            }

            waiter.Granted.TrySetResult(new Place(this, line));
        }
    }

    private void Forget(Line line)
    {
        if (line is { Running: 0, Waiters.Count: 0 })
            _lines.Remove(line.KeyId);
    }

    private GatewayException Busy(string message)
    {
        // What waits before a new request, at the pace of the last turns.
        var wait = TimeSpan.FromSeconds(Math.Clamp(_averageSeconds * (_waiting + 1) / _limits.MaxConcurrentTurns, 1, 60));
        return new GatewayException(429, "rate_limit_error", "rate_limit_exceeded", $"{message} Try again in {Math.Ceiling(wait.TotalSeconds)} s.") { RetryAfter = wait };
    }

    /// <summary>A turn that runs.</summary>
    internal sealed class Place : IDisposable
    {
        private readonly TurnQueue _queue;
        private readonly Line _line;
        private readonly long _since;
        private int _isLeft;

        public Place(TurnQueue queue, Line line)
        {
            _queue = queue;
            _line = line;
            _since = queue._time.GetTimestamp();
        }

        /// <summary>The turn has ended; the next one runs.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
                _queue.End(_line, _queue._time.GetElapsedTime(_since));
        }
    }

    /// <summary>The turns of one key.</summary>
    internal sealed class Line
    {
        public Line(string keyId)
        {
            KeyId = keyId;
            Turn = new LinkedListNode<Line>(this);
        }

        public string KeyId { get; }

        public int Running { get; set; }

        public int MaxRunning { get; set; }

        public bool MayRun => Running < MaxRunning;

        public LinkedList<Waiter> Waiters { get; } = new();

        /// <summary>Its place among the lines; in the list as long as somebody waits in it.</summary>
        public LinkedListNode<Line> Turn { get; }
    }

    /// <summary>A turn that waits.</summary>
    internal sealed class Waiter(Line line, long since)
    {
        public Line Line => line;

        public long Since => since;

        public LinkedListNode<Waiter>? Node { get; set; }

        public TaskCompletionSource<Place> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>What runs and waits at one moment.</summary>
/// <param name="Running">Turns that run.</param>
/// <param name="MaxRunning">The most that run.</param>
/// <param name="MaxWaiting">The most that wait.</param>
/// <param name="Waiting">Those who wait, in the order of their arrival.</param>
internal sealed record QueueSnapshot(int Running, int MaxRunning, int MaxWaiting, IReadOnlyList<WaitingTurn> Waiting);

/// <summary>A turn that waits.</summary>
/// <param name="KeyId">Whose.</param>
/// <param name="Waited">How long so far.</param>
internal sealed record WaitingTurn(string KeyId, TimeSpan Waited);
