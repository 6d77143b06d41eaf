using Microsoft.Extensions.Logging;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>One turn on its process, from the search for the process to its return.</summary>
internal sealed class SessionTurn : IAsyncDisposable
{
    private const int MostAttempts = 2;

    /// <summary>How long an interrupted turn may take to tell what it cost.</summary>
    private static readonly TimeSpan InterruptPatience = TimeSpan.FromSeconds(5);

    private readonly SessionPool _pool;
    private readonly TurnRequest _request;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationToken _gone;
    private readonly CancellationTokenSource _opening;
    private readonly Lock _gate = new();
    private readonly Queue<TurnEvent> _last = new();
    private SessionPlace? _place;
    private ReplyReader? _reader;
    private Claude.Turn? _turn;
    private IAsyncEnumerator<ClaudeMessage>? _messages;
    private bool _isInterrupted;
    private bool _isOver;
    private int _attempts;
    private ProcessOrigin _origin = ProcessOrigin.Fresh;

    /// <summary>Makes a turn; nothing happens before <see cref="NextAsync"/>.</summary>
    /// <param name="pool">The processes.</param>
    /// <param name="request">The request.</param>
    /// <param name="logger">The log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="gone">The client has gone.</param>
    public SessionTurn(SessionPool pool, TurnRequest request, ILogger logger, TimeProvider time, CancellationToken gone)
    {
        _pool = pool;
        _request = request;
        _logger = logger;
        _time = time;
        _gone = gone;
        _opening = CancellationTokenSource.CreateLinkedTokenSource(gone);
    }

    /// <summary>The request.</summary>
    public TurnRequest Request => _request;

    /// <summary>Its process; null before there is one.</summary>
    public LiveSession? Session => Volatile.Read(ref _place)?.Session;

    /// <summary>True when it was begun again on another process.</summary>
    public bool IsRetried => _attempts > 1;

    /// <summary>Interrupts the turn, whatever it does at the moment. Its stream ends in order.</summary>
    public void Interrupt()
    {
        Claude.Turn? turn;
        lock (_gate)
        {
            _isInterrupted = true;
            turn = _turn;
        }

        try
        {
            _opening.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
            return;
        }

        if (turn is not null)
            _ = turn.InterruptAsync(CancellationToken.None).ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
    }

    /// <summary>The next event.</summary>
    /// <returns>The event; null when the turn is over.</returns>
    /// <exception cref="GatewayException">The turn failed.</exception>
    public async ValueTask<TurnEvent?> NextAsync()
    {
        try
        {
            return await ReadAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (_isInterrupted)
        {
            End(EndReason.Interrupted, 0);
            return _last.Dequeue();
        }
        catch (Exception failure) when (UpstreamErrors.Of(failure) is { } error)
        {
            _logger.TurnFailed(_request.RequestId, error.Status, error.Code, failure);
            if (ReferenceEquals(error, failure))
                throw;
            throw error;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Leave();
        _opening.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<TurnEvent?> ReadAsync()
    {
        while (true)
        {
            if (_reader is not null && _reader.Events.TryDequeue(out var next))
                return next;
            if (_isOver)
                return _last.TryDequeue(out var last) ? last : null;
            if (_messages is null && !await TryOpenAsync().ConfigureAwait(false))
                continue;
            var hasMoved = _reader!.AwaitsEnd ? await MoveUnlessCalledAsync().ConfigureAwait(false) : await MoveNextAsync().ConfigureAwait(false);
            if (!hasMoved)
                continue;
            if (_messages!.Current is MirrorErrorMessage)
                _place!.Session.IsStored = false;
            _reader.Read(_messages.Current);
            if (_reader.Result is { } result)
                await EndAsync(result).ConfigureAwait(false);
            else if (_reader.IsAtLimit && (!_request.IsAgent || _request.Sampling.MaxTokens is not null))
                await EndByInterruptAsync(EndReason.MaxTokens, null).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Reads on behind calls for the client. A CLI that does not defer them waits for them to run here, so it is interrupted; the results are put
    /// into another process.
    /// </summary>
    private async ValueTask<bool> MoveUnlessCalledAsync()
    {
        var moved = MoveNextAsync().AsTask();
        if (await Task.WhenAny(moved, _place!.Session.Tools.Called).ConfigureAwait(false) == moved)
            return await moved.ConfigureAwait(false);
        await EndByInterruptAsync(EndReason.ToolUse, moved).ConfigureAwait(false);
        return false;
    }

    /// <summary>Begins the turn. A process that ends before is replaced once.</summary>
    private async ValueTask<bool> TryOpenAsync()
    {
        try
        {
            await OpenAsync().ConfigureAwait(false);
            return true;
        }
        catch (CliExitedException failure) when (MayRetry)
        {
            _logger.TurnRetried(_request.RequestId, failure);
            Leave();
            return false;
        }
    }

    private async Task OpenAsync()
    {
        _attempts++;
        var place = await _pool.OpenAsync(_request, _opening.Token).ConfigureAwait(false);
        Volatile.Write(ref _place, place);
        _origin = place.Origin;
        var session = place.Session;
        _logger.TurnStarted(_request.RequestId, session.Client.ProcessId, place.Origin, place.Injected);
        var wanted = TurnSettings.Of(_request, session.FindModel());
        await wanted.ApplyAsync(session.Client, session.Settings, _opening.Token).ConfigureAwait(false);
        session.Settings = wanted;
        session.Tools.Begin();
        _reader = new ReplyReader(session.Tools, _request.Sampling.Reasoning is not null);
        lock (_gate)
        {
            _opening.Token.ThrowIfCancellationRequested();
            _turn = session.Client.SendAsync(PromptContent.AsPrompt(_request.Messages[^1]), _gone);
        }

        _messages = _turn.GetAsyncEnumerator(_gone);
    }

    private bool MayRetry => _reader is not { HasBegun: true } && _attempts < MostAttempts && !_isInterrupted;

    /// <summary>Reads on. A process that ends before the model has begun is replaced: nothing has been handed out, and nothing has run.</summary>
    private async ValueTask<bool> MoveNextAsync()
    {
        try
        {
            if (await _messages!.MoveNextAsync().ConfigureAwait(false))
                return true;
        }
        catch (CliExitedException failure) when (MayRetry)
        {
            _logger.TurnRetried(_request.RequestId, failure);
            Leave();
            return false;
        }

        throw new ClaudeException("The CLI ended the turn without a result.");
    }

    private async Task EndAsync(ResultMessage result)
    {
        var cost = CostOf(result);
        if (_isInterrupted && !result.IsSuccess)
        {
            End(EndReason.Interrupted, cost);
            return;
        }

        if (result.Subtype == ResultSubtype.ErrorMaxTurns)
        {
            End(EndReason.MaxTokens, cost);
            return;
        }

        if (!result.IsSuccess && !_reader!.EndedByModel)
            throw UpstreamErrors.Of(result, _reader.Error, _reader.RetryDelay);
        var place = _place!;
        var reader = _reader!;
        if (result.IsSuccess)
        {
            var session = place.Session;
            var asked = ConversationKey.After(place.Key, _request.Messages[^1]);
            session.Key = ConversationKey.After(asked, reader.Reply);
            // The CLI does not go back to before its first message.
            session.KeyBefore = _request.Messages.Count > 1 ? place.Key : null;
            session.LastPromptId = _turn!.PromptId;
            session.AwaitsTools = reader.HasCalls;
            Forget();
            await _pool.KeepAsync(session, _request).ConfigureAwait(false);
        }

        End(reader.Reason, cost, result.StructuredOutput);
    }

    /// <summary>Ends the turn where the CLI would go on, and the process with it.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="reading">What waits for the next message; null for nothing.</param>
    private async Task EndByInterruptAsync(EndReason reason, Task? reading)
    {
        var cost = 0m;
        try
        {
            await _turn!.InterruptAsync(CancellationToken.None).WaitAsync(InterruptPatience, _time, _gone).ConfigureAwait(false);
            cost = CostOf(await _turn.ResultAsync(_gone).WaitAsync(InterruptPatience, _time, _gone).ConfigureAwait(false));
            if (reading is not null)
                await reading.WaitAsync(InterruptPatience, _time, _gone).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is ClaudeException or TimeoutException)
        {
            // The reply is there; what is unknown is what it cost.
            _logger.RetireFailed(failure);
        }

        End(reason, cost);
    }

    private void End(EndReason reason, decimal cost, System.Text.Json.JsonElement? structured = null)
    {
        if (_reader is not { HasBegun: true })
            _last.Enqueue(new TurnEvent.Began(_request.Model, default));
        _last.Enqueue(new TurnEvent.Ended
        {
            Reason = reason,
            StopSequence = reason == EndReason.StopSequence ? _reader?.StopSequence : null,
            Usage = _reader?.Usage ?? default,
            CostUsd = cost,
            StructuredOutput = structured,
            Origin = _origin,
        });
        _isOver = true;
        Leave();
    }

    /// <summary>Ends the process, interrupting what still runs there.</summary>
    private void Leave()
    {
        if (_place is { } place)
        {
            var messages = _messages;
            Forget();
            _pool.Retire(place.Session, messages);
        }
    }

    private void Forget()
    {
        lock (_gate)
        {
            Volatile.Write(ref _place, null);
            _messages = null;
            _turn = null;
        }
    }

    private static decimal CostOf(ResultMessage result) => result.TurnModelUsage?.Values.Sum(static model => model.CostUsd) ?? 0;
}
