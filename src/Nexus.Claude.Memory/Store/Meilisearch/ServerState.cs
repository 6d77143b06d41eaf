namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>Whether the server is taken for away, and until when it is left alone.</summary>
internal sealed class ServerState(MeilisearchOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private int _failures;
    private long _since;
    private TimeSpan _delay;

    /// <summary>Why it was away when it was last asked; null when it was there.</summary>
    public MeilisearchException? LastFailure { get; private set; }

    public bool IsAway => Remaining > TimeSpan.Zero;

    /// <summary>For how long it is still left alone.</summary>
    public TimeSpan Remaining
    {
        get
        {
            lock (_lock)
            {
                var left = _delay - time.GetElapsedTime(_since);
                return LastFailure is null || left < TimeSpan.Zero ? TimeSpan.Zero : left;
            }
        }
    }

    /// <summary>Notes that it did not answer, or that it wants no work now.</summary>
    /// <returns>For how long it is left alone.</returns>
    public TimeSpan MarkAway(MeilisearchException failure)
    {
        lock (_lock)
        {
            var delay = options.RetryDelay * Math.Pow(2, Math.Min(_failures++, 10));
            if (delay > LongestDelay)
                delay = options.RetryDelay > LongestDelay ? options.RetryDelay : LongestDelay;
            if (failure.RetryAfter > delay)
                delay = failure.RetryAfter.Value;
            (_since, _delay, LastFailure) = (time.GetTimestamp(), delay, failure);
            return delay;
        }
    }

    public void MarkReachable()
    {
        lock (_lock)
            (_failures, LastFailure) = (0, null);
    }
}
