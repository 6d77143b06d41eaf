using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>Runs turns on processes of the CLI, and knows those that run.</summary>
/// <param name="pool">The processes.</param>
/// <param name="loggers">The logs.</param>
/// <param name="time">The clock.</param>
internal sealed class SessionTurns(SessionPool pool, ILoggerFactory loggers, TimeProvider time) : ISessionTurns, ISessionStatus
{
    private const string JsonOnly = "Answer with one JSON object and nothing else: no text around it, no code fence.";

    private readonly ILogger _logger = loggers.CreateLogger("Nexus.Claude.Server.Sessions");
    private readonly Lock _gate = new();
    private readonly HashSet<SessionTurn> _running = [];
    private TaskCompletionSource? _idle;
    private bool _draining;
    private long _retries;

    /// <inheritdoc/>
    public SessionStatistics Statistics
    {
        get
        {
            SessionTurn[] running;
            lock (_gate)
                running = [.. _running];
            var statistics = pool.Statistics;
            return statistics with
            {
                Retries = Interlocked.Read(ref _retries),
                Sessions = [.. running.Select(static turn => turn.Session).OfType<LiveSession>().Select(session => session.Describe(time, isRunning: true)), .. statistics.Sessions],
            };
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TurnEvent> RunAsync(TurnRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.OutputSchema is { } schema && OutputFormat.IsAnyObject(schema))
            request = request with { System = request.System is null ? JsonOnly : $"{request.System}\n\n{JsonOnly}" };
        var turn = new SessionTurn(pool, request, _logger, time, cancellationToken);
        Enter(turn);
        try
        {
            while (await turn.NextAsync().ConfigureAwait(false) is { } next)
                yield return next;
        }
        finally
        {
            await turn.DisposeAsync().ConfigureAwait(false);
            Leave(turn);
        }
    }

    /// <inheritdoc/>
    public bool TryInterrupt(Caller caller, string id)
    {
        SessionTurn[] found;
        lock (_gate)
        {
            found = [.. _running.Where(turn =>
                turn.Request.Caller.KeyId == caller.KeyId && (turn.Request.RequestId == id || turn.Request.ConversationId == id))];
        }

        foreach (var turn in found)
            turn.Interrupt();
        return found.Length > 0;
    }

    /// <inheritdoc/>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        Task idle;
        lock (_gate)
        {
            _draining = true;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_running.Count == 0)
                _idle.TrySetResult();
            idle = _idle.Task;
        }

        await idle.WaitAsync(cancellationToken).ConfigureAwait(false);
        await pool.DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Enter(SessionTurn turn)
    {
        lock (_gate)
        {
            if (_draining)
                throw UpstreamErrors.ShuttingDown();
            _running.Add(turn);
        }
    }

    private void Leave(SessionTurn turn)
    {
        if (turn.IsRetried)
            Interlocked.Increment(ref _retries);
        lock (_gate)
        {
            _running.Remove(turn);
            if (_running.Count == 0)
                _idle?.TrySetResult();
        }
    }
}
