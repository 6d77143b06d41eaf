using Nexus.Claude.Protocol;

namespace Nexus.Claude.Pool;

/// <summary>Counts the turns of a session and notes how the last one ended.</summary>
internal sealed class TurnCounter : ISessionFeature
{
    private int _turns;
    private volatile bool _lastFailed;

    /// <summary>How many turns have ended.</summary>
    public int Turns => Volatile.Read(ref _turns);

    /// <summary>True when the last turn ended with an error, an interrupt included.</summary>
    public bool LastFailed => _lastFailed;

    public void Observe(ClaudeMessage message)
    {
        // A message put into the history has a result too, but asked the model nothing.
        if (message is not ResultMessage result || result is { NumTurns: 0, IsSuccess: true })
            return;
        Interlocked.Increment(ref _turns);
        _lastFailed = !result.IsSuccess;
    }
}
