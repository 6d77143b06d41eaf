using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Chat;

/// <summary>
/// The conversations of a chat client. One call at a time has a conversation, others wait for it; conversations do not wait for each other.
/// Those that nobody uses stay alive for a while, and not more than so many.
/// </summary>
internal sealed class Conversations : IAsyncDisposable
{
    private readonly ClaudeChatOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Seat> _seats = [];
    private readonly ConcurrentDictionary<Task, bool> _closing = new();
    private readonly ITimer _timer;
    private bool _disposed;

    /// <summary>Makes an empty set.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public Conversations(ClaudeChatOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        var period = TimeSpan.FromTicks(Math.Max(options.ConversationIdleTimeout.Ticks / 2, TimeSpan.TicksPerMillisecond));
        _timer = time.CreateTimer(static state => ((Conversations)state!).CloseIdle(), this, period, period);
    }

    /// <summary>The living CLI of a conversation, in use or not.</summary>
    /// <param name="id">The conversation.</param>
    /// <returns>The CLI; null when there is none.</returns>
    public ClaudeClient? Find(Guid id)
    {
        lock (_gate)
            return _seats.TryGetValue(id, out var seat) ? seat.Conversation?.Client : null;
    }

    /// <summary>Waits until nobody else has the conversation, and takes it.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The seat; give it back by <see cref="Release"/>.</returns>
    public async Task<Seat> TakeAsync(Guid id, CancellationToken cancellationToken)
    {
        Seat? seat;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ClaudeChatClient));
            if (!_seats.TryGetValue(id, out seat))
                _seats[id] = seat = new Seat(id);
            seat.Users++;
        }

        try
        {
            await seat.Turnstile.WaitAsync(cancellationToken).ConfigureAwait(false);
            return seat;
        }
        catch
        {
            Leave(seat);
            throw;
        }
    }

    /// <summary>Gives a conversation back. Its CLI lives on if there is room for it.</summary>
    /// <param name="seat">The seat.</param>
    public void Release(Seat seat)
    {
        seat.LastUsed = _time.GetTimestamp();
        bool disposed;
        lock (_gate)
            disposed = _disposed;
        if (disposed || seat.Conversation is { Client.Completion.IsCompleted: true })
            Close(seat);
        seat.Turnstile.Release();
        Leave(seat);
        CloseSurplus();
    }

    /// <summary>Ends the CLI of a conversation that one has taken.</summary>
    /// <param name="seat">The seat.</param>
    /// <returns>A task that ends when nothing of it is left: only then can another CLI go on with its session.</returns>
    public static async Task EndAsync(Seat seat)
    {
        if (seat.Conversation is not { } conversation)
            return;
        seat.Conversation = null;
        await conversation.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends everything at once, without waiting.</summary>
    public void Kill()
    {
        List<Conversation> alive;
        lock (_gate)
            alive = [.. _seats.Values.Select(static seat => seat.Conversation).OfType<Conversation>()];
        foreach (var conversation in alive)
            conversation.Client.Kill();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<Seat> seats;
        lock (_gate)
        {
            _disposed = true;
            seats = [.. _seats.Values];
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        foreach (var seat in seats)
            Close(seat);
        foreach (var closing in _closing.Keys)
            await closing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void CloseIdle()
    {
        foreach (var seat in Idle().Where(seat => _time.GetElapsedTime(seat.LastUsed) >= _options.ConversationIdleTimeout))
            CloseIfFree(seat);
    }

    private void CloseSurplus()
    {
        var idle = Idle();
        int alive;
        lock (_gate)
            alive = _seats.Values.Count(static seat => seat.Conversation is not null);
        foreach (var seat in idle.Take(Math.Max(0, alive - _options.MaxLiveConversations)))
            CloseIfFree(seat);
    }

    /// <summary>Conversations that live and that nobody has or waits for, the one unused for longest first.</summary>
    private List<Seat> Idle()
    {
        lock (_gate)
            return [.. _seats.Values.Where(static seat => seat is { Users: 0, Conversation: not null }).OrderBy(static seat => seat.LastUsed)];
    }

    private void CloseIfFree(Seat seat)
    {
        if (!seat.Turnstile.Wait(0))
            return;
        // Whoever comes now waits at the turnstile until the CLI is gone: two of them must not write one transcript.
        lock (_gate)
            seat.Users++;
        var closing = CloseAndLeaveAsync(seat);
        Keep(closing);
    }

    private async Task CloseAndLeaveAsync(Seat seat)
    {
        try
        {
            _logger.ConversationClosed(seat.Id);
            await EndAsync(seat).ConfigureAwait(false);
        }
        finally
        {
            seat.Turnstile.Release();
            Leave(seat);
        }
    }

    private void Close(Seat seat) => Keep(EndAsync(seat));

    private void Keep(Task closing)
    {
        _closing[closing] = true;
        _ = closing.ContinueWith(
            static (ended, all) =>
            {
                _ = ended.Exception;
                ((ConcurrentDictionary<Task, bool>)all!).TryRemove(ended, out _);
            },
            _closing,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private void Leave(Seat seat)
    {
        lock (_gate)
        {
            if (--seat.Users == 0 && seat.Conversation is null)
                _seats.Remove(seat.Id);
        }
    }

    /// <summary>The place of one conversation.</summary>
    /// <param name="id">Its id.</param>
    internal sealed class Seat(Guid id)
    {
        /// <summary>The conversation's id.</summary>
        public Guid Id => id;

        /// <summary>Lets one call through at a time.</summary>
        public SemaphoreSlim Turnstile { get; } = new(1, 1);

        /// <summary>How many have the conversation or wait for it.</summary>
        public int Users { get; set; }

        /// <summary>The living CLI; null when there is none.</summary>
        public Conversation? Conversation { get; set; }

        /// <summary>When it was given back last.</summary>
        public long LastUsed { get; set; }
    }
}
