using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests;

/// <summary>What one turn does, step by step.</summary>
internal sealed class ScriptedTurn
{
    private readonly List<Func<ScriptedTurnContext, ValueTask<TurnEvent?>>> _steps = [];
    private int _calls;

    /// <summary>The model that answers; null for the one that was asked for.</summary>
    public string? Model { get; init; }

    /// <summary>What the turn used.</summary>
    public TurnUsage Usage { get; init; } = new(10, 20, 5, 7);

    /// <summary>What the turn cost.</summary>
    public decimal CostUsd { get; init; } = 0.0125m;

    /// <summary>A turn that says something and ends.</summary>
    public static ScriptedTurn Says(params string[] pieces) => new ScriptedTurn().Text(pieces).End();

    /// <summary>A turn that fails before the model begins.</summary>
    public static ScriptedTurn Fails(Exception exception) => new() { Failure = exception };

    /// <summary>Thrown instead of the first event.</summary>
    public Exception? Failure { get; private init; }

    internal IReadOnlyList<Func<ScriptedTurnContext, ValueTask<TurnEvent?>>> Steps => _steps;

    /// <summary>Says pieces of text.</summary>
    public ScriptedTurn Text(params string[] pieces)
    {
        foreach (var piece in pieces)
            Event(new TurnEvent.TextDelta(piece));
        return this;
    }

    /// <summary>Thinks.</summary>
    public ScriptedTurn Thinking(params string[] pieces)
    {
        foreach (var piece in pieces)
            Event(new TurnEvent.ThinkingDelta(piece));
        return this;
    }

    /// <summary>Calls a tool, with its arguments in pieces.</summary>
    public ScriptedTurn Tool(string id, string name, params string[] arguments)
    {
        var index = _calls++;
        Event(new TurnEvent.ToolCall(index, id, name));
        foreach (var piece in arguments)
            Event(new TurnEvent.ToolArguments(index, piece));
        return this;
    }

    /// <summary>Any event.</summary>
    public ScriptedTurn Event(TurnEvent happening)
    {
        _steps.Add(_ => ValueTask.FromResult<TurnEvent?>(happening));
        return this;
    }

    /// <summary>Waits until the test lets it go on, or the client has gone.</summary>
    /// <param name="gate">Completed by the test.</param>
    public ScriptedTurn Wait(TaskCompletionSource gate)
    {
        _steps.Add(async context =>
        {
            await gate.Task.WaitAsync(context.CancellationToken);
            return null;
        });
        return this;
    }

    /// <summary>Waits until somebody interrupts the turn, or the client has gone; then ends it so.</summary>
    public ScriptedTurn WaitForInterrupt()
    {
        _steps.Add(async context =>
        {
            await context.Interrupted.WaitAsync(context.CancellationToken);
            return new TurnEvent.Ended { Reason = EndReason.Interrupted, Usage = Usage, CostUsd = CostUsd };
        });
        return this;
    }

    /// <summary>Fails in the middle.</summary>
    public ScriptedTurn Throw(Exception exception)
    {
        _steps.Add(_ => throw exception);
        return this;
    }

    /// <summary>Ends.</summary>
    /// <param name="reason">Why; null for a tool use when there were calls, and the end of the turn otherwise.</param>
    /// <param name="change">Changes the event.</param>
    public ScriptedTurn End(EndReason? reason = null, Func<TurnEvent.Ended, TurnEvent.Ended>? change = null)
    {
        var ended = new TurnEvent.Ended
        {
            Reason = reason ?? (_calls > 0 ? EndReason.ToolUse : EndReason.EndTurn),
            Usage = Usage,
            CostUsd = CostUsd,
        };
        return Event(change?.Invoke(ended) ?? ended);
    }
}

/// <summary>What the steps of a turn see.</summary>
/// <param name="Interrupted">Completes when the turn is interrupted.</param>
/// <param name="CancellationToken">The client has gone.</param>
internal sealed record ScriptedTurnContext(Task Interrupted, CancellationToken CancellationToken);
