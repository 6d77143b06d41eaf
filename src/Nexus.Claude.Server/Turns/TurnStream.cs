using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Turns;

/// <summary>A turn that has begun, read by the route that answers with it.</summary>
internal sealed class TurnStream : IAsyncDisposable
{
    private readonly IAsyncEnumerator<TurnEvent> _events;
    private readonly CancellationTokenSource _gone;
    private readonly PeriodicTimer _silence;
    private readonly TimeSpan _interval;
    private Task<bool>? _next;
    private Task<bool>? _tick;

    private TurnStream(IAsyncEnumerator<TurnEvent> events, CancellationTokenSource gone, TurnEvent.Began began, TimeSpan interval, TimeProvider time)
    {
        _events = events;
        _gone = gone;
        Began = began;
        _interval = interval;
        _silence = new PeriodicTimer(interval, time);
    }

    /// <summary>How it began.</summary>
    public TurnEvent.Began Began { get; }

    /// <summary>Begins a turn, and waits until the model has begun.</summary>
    /// <param name="runner">Runs it.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="heartbeat">After how much silence <see cref="NextAsync"/> returns without an event.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">The client has gone.</param>
    /// <returns>The turn.</returns>
    /// <exception cref="GatewayException">It failed before it began.</exception>
    public static async ValueTask<TurnStream> OpenAsync(
        ITurnRunner runner, TurnRequest request, TimeSpan heartbeat, TimeProvider time, CancellationToken cancellationToken)
    {
        var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IAsyncEnumerator<TurnEvent>? events = null;
        try
        {
            events = runner.RunAsync(request, gone.Token).GetAsyncEnumerator(gone.Token);
            if (await events.MoveNextAsync().ConfigureAwait(false) && events.Current is TurnEvent.Began began)
                return new TurnStream(events, gone, began, heartbeat, time);
            throw Broken();
        }
        catch
        {
            if (events is not null)
                await events.DisposeAsync().ConfigureAwait(false);
            gone.Dispose();
            throw;
        }
    }

    /// <summary>Whether the next event is there already, so that what was written needs no flush of its own.</summary>
    /// <returns>True when <see cref="NextAsync"/> will not wait.</returns>
    public bool IsNextReady() => (_next ??= _events.MoveNextAsync().AsTask()).IsCompleted;

    /// <summary>Something was sent: the silence begins again.</summary>
    public void Sent() => _silence.Period = _interval;

    /// <summary>Waits for the next event.</summary>
    /// <returns>The event; null when nothing was sent for as long as a heartbeat takes.</returns>
    /// <exception cref="GatewayException">The turn failed.</exception>
    public async ValueTask<TurnEvent?> NextAsync()
    {
        if (!IsNextReady())
        {
            _tick ??= _silence.WaitForNextTickAsync().AsTask();
            await Task.WhenAny(_next!, _tick).ConfigureAwait(false);
            if (_tick.IsCompleted)
                _tick = null;
            if (!_next!.IsCompleted)
                return null;
        }

        var next = _next!;
        _next = null;
        return await next.ConfigureAwait(false) ? _events.Current : throw Broken();
    }

    /// <summary>Reads the whole reply.</summary>
    /// <returns>The reply.</returns>
    /// <exception cref="GatewayException">The turn failed.</exception>
    public async ValueTask<ReplyBlocks> ReadAllAsync()
    {
        var reply = new ReplyBlocks();
        reply.Add(Began);
        while (true)
        {
            var next = _next is { } begun ? begun : _events.MoveNextAsync().AsTask();
            _next = null;
            if (!await next.ConfigureAwait(false))
                throw Broken();
            reply.Add(_events.Current);
            if (reply.Ended is not null)
                return reply;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _silence.Dispose();
        try
        {
            if (_next is { } pending)
            {
                // An enumerator may only be disposed of between its steps.
                await _gone.CancelAsync().ConfigureAwait(false);
                await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await _events.DisposeAsync().ConfigureAwait(false);
            _gone.Dispose();
        }
    }

    private static GatewayException Broken() =>
        new(502, "server_error", "cli_exited", "The reply ended before it was complete. Send the request again.");
}
