namespace Nexus.Claude.Testing;

/// <summary>
/// A door between a test and a scripted reply: the reply stops in front of it until the test opens it, and the test can wait until
/// somebody stands there. With it a test holds a stream in the middle without sleeping.
/// </summary>
/// <example>
/// <code>
/// var gate = new ScriptedGate();
/// api.Enqueue(ScriptedReply.Text("one two three").WaitFor(gate, afterEvents: 3));
/// // start the turn, then
/// await gate.Reached;      // the stream stands still after its third event
/// gate.Open();             // and now runs to its end
/// </code>
/// </example>
public sealed class ScriptedGate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first reply stands in front of the gate (or passes it, when it is open already).</summary>
    public Task Reached => _reached.Task;

    /// <summary>True once <see cref="Open"/> was called.</summary>
    public bool IsOpen => _opened.Task.IsCompleted;

    /// <summary>Opens the gate for good, for whoever waits and whoever comes later. Calling it again does nothing.</summary>
    public void Open() => _opened.TrySetResult();

    internal Task PassAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        return _opened.Task.WaitAsync(cancellationToken);
    }
}
