namespace Nexus.Claude.Memory.Vectors;

/// <summary>
/// Keeps calls from something that fails: after three failures in a row nothing is asked for half a minute, then once, and each further
/// failure doubles the pause up to five minutes.
/// </summary>
internal sealed class CircuitBreaker(TimeProvider time)
{
    private const int MostFailures = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private int _failures;
    private TimeSpan _pause;
    private long _openedAt;
    private bool _trying;

    /// <summary>True when a call may be made. It is followed by one of the other methods.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_failures < MostFailures)
                return true;
            if (_trying || time.GetElapsedTime(_openedAt) < _pause)
                return false;
            return _trying = true;
        }
    }

    /// <summary>The call gave what it should.</summary>
    public void Succeed()
    {
        lock (_lock)
            (_failures, _pause, _trying) = (0, TimeSpan.Zero, false);
    }

    /// <summary>The call failed.</summary>
    /// <returns>True when no more calls are made for now.</returns>
    public bool Fail()
    {
        lock (_lock)
        {
            _trying = false;
            if (++_failures < MostFailures)
                return false;
            var next = _pause == TimeSpan.Zero ? FirstPause : _pause * 2;
            (_pause, _openedAt) = (next < LongestPause ? next : LongestPause, time.GetTimestamp());
            return true;
        }
    }

    /// <summary>The caller gave up by itself, which says nothing.</summary>
    public void Leave()
    {
        lock (_lock)
            _trying = false;
    }
}
