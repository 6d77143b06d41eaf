using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Sessions;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests;

/// <summary>
/// Sessions without processes: they play turns that a test wrote down, in the order in which the requests come, and keep the requests. Turns can
/// be interrupted, and end when the client goes, as real ones do.
/// </summary>
internal sealed class ScriptedTurns : ISessionTurns
{
    private readonly Func<TurnRequest, ScriptedTurn> _choose;
    private readonly ConcurrentQueue<TurnRequest> _requests = new();
    private readonly ConcurrentDictionary<TurnRequest, TaskCompletionSource> _running = new(ReferenceEqualityComparer.Instance);
    private readonly TaskCompletionSource _firstEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    /// <summary>Plays turns one after the other, the last one again and again.</summary>
    /// <param name="turns">The turns; none for a model that says <c>Hello.</c></param>
    public ScriptedTurns(params ScriptedTurn[] turns)
    {
        ScriptedTurn[] script = turns is [] ? [ScriptedTurn.Says("Hello", ".")] : turns;
        _choose = _ => script[Math.Min(Interlocked.Increment(ref _next) - 1, script.Length - 1)];
    }

    /// <summary>Plays what fits the request.</summary>
    /// <param name="choose">Chooses a turn.</param>
    public ScriptedTurns(Func<TurnRequest, ScriptedTurn> choose) => _choose = choose;

    /// <summary>The requests, oldest first.</summary>
    public IReadOnlyList<TurnRequest> Requests => [.. _requests];

    /// <summary>The one request.</summary>
    public TurnRequest Request => _requests.Single();

    /// <summary>How many turns run now.</summary>
    public int Running => _running.Count;

    /// <summary>Completes when the first turn is over, however it ended.</summary>
    public Task FirstEnded => _firstEnded.Task;

    /// <inheritdoc/>
    public async IAsyncEnumerable<TurnEvent> RunAsync(TurnRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _requests.Enqueue(request);
        var turn = _choose(request);
        var interrupted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[request] = interrupted;
        try
        {
            if (turn.Failure is not null)
                throw turn.Failure;
            yield return new TurnEvent.Began(turn.Model ?? request.Model, turn.Usage with { OutputTokens = 1 });
            var context = new ScriptedTurnContext(interrupted.Task, cancellationToken);
            foreach (var step in turn.Steps)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (await step(context) is { } happening)
                    yield return happening;
            }
        }
        finally
        {
            _running.TryRemove(request, out _);
            _firstEnded.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public bool TryInterrupt(Caller caller, string id)
    {
        foreach (var (request, interrupted) in _running)
        {
            if (request.Caller.KeyId == caller.KeyId && (request.RequestId == id || request.ConversationId == id))
                return interrupted.TrySetResult();
        }

        return false;
    }
}
