using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace Nexus.Claude.Protocol;

/// <summary>
/// The messages of one stream that the reader has produced and the consumer has not taken yet. One producer, one consumer;
/// adding never waits. What happens when the consumer falls behind is the caller's choice (<see cref="MessageBuffering"/>).
/// </summary>
/// <param name="buffering">What happens when the consumer falls behind.</param>
/// <param name="dropOldest">True lets the oldest message go, of whatever kind, for a stream that perhaps nobody reads.</param>
/// <remarks>
/// The consumer takes messages in batches, and is woken by <see cref="Flush"/> rather than by each message, so that neither a lock
/// nor a thread switch is paid per message.
/// </remarks>
internal sealed class MessageQueue(MessageBuffering buffering, bool dropOldest = false) : IValueTaskSource<bool>
{
    /// <summary>As many as a short answer has.</summary>
    internal const int UsualCount = 16;

    private const int BatchSize = 256;

    private readonly Lock _gate = new();
    private Queue<ClaudeMessage> _messages = new(UsualCount);
    private ManualResetValueTaskSourceCore<bool> _signal;
    private long _queuedBytes;
    private int _queuedPartials;
    private long _batchBytes;
    private long _droppedCount;
    private long _droppedBytes;
    private long _reportedDrops;
    private Queue<(Task<IReadOnlyList<ClaudeMessage>>? Before, ClaudeMessage Message)>? _held;
    private (bool IsSet, Exception? Failure) _heldEnd;
    private bool _waiting;
    private bool _completed;
    private bool _abandoned;
    private Exception? _failure;

    /// <summary>Told once, on the producer's call, when <see cref="MessageBufferingKind.Fail"/> ended the stream.</summary>
    public Action<Exception>? Overflowed { get; init; }

    /// <summary>True when what is left is not to be read any more.</summary>
    public bool IsAbandoned => Volatile.Read(ref _abandoned);

    /// <summary>True when messages or the end of the stream are waiting for the consumer.</summary>
    private bool HasNews => _messages.Count > 0 || _completed || _droppedCount > _reportedDrops;

    /// <summary>Adds a message; the consumer sees it after <see cref="Flush"/>.</summary>
    /// <param name="message">The message.</param>
    public void Add(ClaudeMessage message)
    {
        lock (_gate)
        {
            if (_held is { Count: > 0 })
                _held.Enqueue((null, message));
            else
                Enqueue(message);
        }
    }

    /// <summary>Adds messages; the consumer sees them after <see cref="Flush"/>.</summary>
    /// <param name="messages">The messages.</param>
    public void Add(List<StreamEventMessage> messages)
    {
        lock (_gate)
        {
            foreach (var message in CollectionsMarshal.AsSpan(messages))
            {
                if (_held is { Count: > 0 })
                    _held.Enqueue((null, message));
                else
                    Enqueue(message);
            }
        }
    }

    /// <summary>Adds a message that the consumer is not to see yet; what is added later waits behind it. Wakes the consumer by itself.</summary>
    /// <param name="before">Ends when the message may be seen, with what is to be seen before it; it never fails.</param>
    /// <param name="message">The message.</param>
    public void AddAfter(Task<IReadOnlyList<ClaudeMessage>> before, ClaudeMessage message)
    {
        lock (_gate)
            (_held ??= []).Enqueue((before, message));
        _ = before.ContinueWith(
            static (_, queue) => ((MessageQueue)queue!).Release(), this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Wakes the consumer if it waits and something has been added.</summary>
    public void Flush()
    {
        if (TryClaim())
            Wake(here: false);
    }

    /// <summary>Takes over the duty to wake the consumer.</summary>
    /// <returns>True when it waits and there is something for it: <see cref="Wake"/> must follow.</returns>
    public bool TryClaim()
    {
        lock (_gate)
        {
            var isDue = _waiting && HasNews;
            if (isDue)
                _waiting = false;
            return isDue;
        }
    }

    /// <summary>Wakes the consumer; called once after <see cref="TryClaim"/>.</summary>
    /// <param name="here">True lets it go on on this thread, which may take as long as it likes; false on another one.</param>
    public void Wake(bool here)
    {
        _signal.RunContinuationsAsynchronously = !here;
        _signal.SetResult(true);
    }

    /// <summary>Ends the stream after the messages that are queued, and wakes the consumer.</summary>
    /// <param name="failure">What the consumer is to be told after the last message; null for an orderly end.</param>
    public void Complete(Exception? failure = null)
    {
        AddEnd(failure);
        Flush();
    }

    /// <summary>Adds the end of the stream behind the messages that are queued; the consumer sees it after <see cref="Flush"/>.</summary>
    /// <param name="failure">What the consumer is to be told after the last message; null for an orderly end.</param>
    public void AddEnd(Exception? failure = null)
    {
        lock (_gate)
        {
            if (_completed)
                return;
            if (_held is { Count: > 0 })
            {
                _heldEnd = (true, failure);
                return;
            }

            _completed = true;
            _failure = failure;
        }
    }

    /// <summary>Ends the stream at once: what is queued and what comes is dropped.</summary>
    /// <param name="failure">What a consumer that still reads is to be told, even if the stream had ended; null when none does.</param>
    public void Abandon(Exception? failure = null)
    {
        lock (_gate)
        {
            _abandoned = true;
            _held?.Clear();
            _messages.Clear();
            _queuedBytes = 0;
            _queuedPartials = 0;
            _batchBytes = 0;
            _reportedDrops = _droppedCount;
            _completed = true;
            _failure = failure ?? _failure;
        }

        Flush();
    }

    /// <summary>Takes what is there, without waiting.</summary>
    /// <param name="batch">Must be empty; replaced by one with the messages.</param>
    /// <returns>True when messages were taken, false when there are none now.</returns>
    public bool TryTake(ref Queue<ClaudeMessage> batch)
    {
        lock (_gate)
        {
            _batchBytes = 0;
            if (_messages.Count <= BatchSize && _droppedCount == _reportedDrops)
            {
                // All of it: the consumer keeps up.
                (batch, _messages) = (_messages, batch);
                (_batchBytes, _queuedBytes, _queuedPartials) = (_queuedBytes, 0, 0);
                return batch.Count > 0;
            }

            if (_droppedCount > _reportedDrops)
                batch.Enqueue(DropWarning());
            while (batch.Count < BatchSize && _messages.TryDequeue(out var message))
            {
                batch.Enqueue(message);
                _batchBytes += message.Raw.Utf8.Length;
                if (message is StreamEventMessage)
                    _queuedPartials--;
            }

            _queuedBytes -= _batchBytes;
            return batch.Count > 0;
        }
    }

    /// <summary>The token of the wait that <see cref="WaitAsync"/> began last.</summary>
    public short WaitVersion => _signal.Version;

    /// <summary>Waits until <see cref="TryTake"/> has something or the stream has ended.</summary>
    /// <returns>True when there may be messages, false at the end of the stream.</returns>
    /// <exception cref="Exception">The failure that ended the stream, once all messages have been taken.</exception>
    public ValueTask<bool> WaitAsync()
    {
        lock (_gate)
        {
            if (_messages.Count > 0 || _droppedCount > _reportedDrops)
                return ValueTask.FromResult(true);
            if (_completed)
                return _failure is null ? ValueTask.FromResult(false) : ValueTask.FromException<bool>(_failure);
            _signal.Reset();
            _waiting = true;
            return new ValueTask<bool>(this, _signal.Version);
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _signal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enqueue(ClaudeMessage message)
    {
        if (_completed || _abandoned)
            return;
        var size = message.Raw.Utf8.Length;
        if (_queuedBytes + _batchBytes + size > buffering.ByteBudget && !MakeRoom(message, size))
            return;
        _messages.Enqueue(message);
        _queuedBytes += size;
        if (message is StreamEventMessage)
            _queuedPartials++;
    }

    /// <summary>Lets the consumer see what need not wait any longer.</summary>
    private void Release()
    {
        lock (_gate)
        {
            while (_held is not null && _held.TryPeek(out var next) && next.Before is null or { IsCompleted: true })
            {
                _held.Dequeue();
                foreach (var first in next.Before is { IsCompletedSuccessfully: true } before ? before.GetAwaiter().GetResult() : [])
                    Enqueue(first);
                Enqueue(next.Message);
            }

            if (_heldEnd.IsSet && _held is not { Count: > 0 })
            {
                (_completed, _failure) = (true, _completed ? _failure : _heldEnd.Failure);
                _heldEnd = default;
            }
        }

        Flush();
    }

    /// <summary>Applies the policy when a message does not fit.</summary>
    /// <returns>False when the message itself is to be dropped.</returns>
    private bool MakeRoom(ClaudeMessage message, int size)
    {
        if (dropOldest)
        {
            DropOldest(size);
            return true;
        }

        switch (buffering.Kind)
        {
            case MessageBufferingKind.Fail:
                _completed = true;
                _failure = new ClaudeException(
                    $"The messages that wait to be read exceed the budget of {buffering.ByteBudget} bytes, and ClaudeOptions.Buffering says to fail then. "
                    + "Read faster, raise the budget, or choose MessageBuffering.DropPartialMessages.");
                Overflowed?.Invoke(_failure);
                return false;
            case MessageBufferingKind.DropPartialMessages:
                if (message is StreamEventMessage)
                {
                    Drop(message.Raw.Utf8.Length);
                    return false;
                }

                DropQueuedPartials(size);
                return true;
            default:
                return true;
        }
    }

    /// <summary>Gives up partial messages, oldest first, until the new message fits; whole messages always stay.</summary>
    private void DropQueuedPartials(int size)
    {
        // The queue is walked once at most per message, and not at all when it holds only whole messages.
        for (var left = _queuedPartials == 0 ? 0 : _messages.Count; left > 0; left--)
        {
            var message = _messages.Dequeue();
            var fits = _queuedBytes + _batchBytes + size <= buffering.ByteBudget;
            if (!fits && message is StreamEventMessage)
            {
                Drop(message.Raw.Utf8.Length);
                _queuedBytes -= message.Raw.Utf8.Length;
                _queuedPartials--;
            }
            else
            {
                _messages.Enqueue(message);
            }
        }
    }

    private void DropOldest(int size)
    {
        while (_queuedBytes + _batchBytes + size > buffering.ByteBudget && _messages.TryDequeue(out var message))
        {
            Drop(message.Raw.Utf8.Length);
            _queuedBytes -= message.Raw.Utf8.Length;
            if (message is StreamEventMessage)
                _queuedPartials--;
        }
    }

    private void Drop(int bytes)
    {
        _droppedCount++;
        _droppedBytes += bytes;
    }

    private StreamWarningMessage DropWarning()
    {
        _reportedDrops = _droppedCount;
        return new StreamWarningMessage
        {
            Kind = dropOldest ? StreamWarning.UnreadMessagesDropped : StreamWarning.PartialMessagesDropped,
            Count = _droppedCount,
            Bytes = _droppedBytes,
            Text = dropOldest
                ? $"{_droppedCount} messages ({_droppedBytes} bytes) that nobody read in time have been dropped so far, the oldest first."
                : $"{_droppedCount} partial messages ({_droppedBytes} bytes) of this stream have been dropped so far because they were not read in time. "
                    + "Whole messages are complete. Read faster, or raise the byte budget in ClaudeOptions.Buffering.",
        };
    }
}
