namespace Nexus.Claude.Server.Security;

/// <summary>
/// A limit for each minute that refills evenly. It may go below zero, because what a turn uses is known only when it has ended; the
/// framework's limiters allow no such debt and read no <see cref="TimeProvider"/>.
/// </summary>
/// <param name="perMinute">How much there is for a minute; also the most that is saved up.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(int perMinute, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _available = perMinute;
    private long _filledAt = time.GetTimestamp();

    /// <summary>How much there is for a minute.</summary>
    public int PerMinute => perMinute;

    /// <summary>Whether there is something left.</summary>
    /// <param name="retryAfter">How long until there is; zero when there is.</param>
    /// <returns>True when there is.</returns>
    public bool HasSome(out TimeSpan retryAfter)
    {
        lock (_gate)
        {
            Fill();
            retryAfter = Until(1);
            return retryAfter == TimeSpan.Zero;
        }
    }

    /// <summary>Takes one when there is one.</summary>
    /// <param name="retryAfter">How long until there is one; zero when it was taken.</param>
    /// <returns>True when it was taken.</returns>
    public bool TryTakeOne(out TimeSpan retryAfter)
    {
        lock (_gate)
        {
            Fill();
            retryAfter = Until(1);
            if (retryAfter > TimeSpan.Zero)
                return false;
            _available--;
            return true;
        }
    }

    /// <summary>Takes what was used, also when there is less.</summary>
    /// <param name="amount">How much.</param>
    public void Charge(long amount)
    {
        lock (_gate)
        {
            Fill();
            _available -= amount;
        }
    }

    private TimeSpan Until(double amount) =>
        // A rest of the division must not make the last one come late.
        _available >= amount - 1e-9 ? TimeSpan.Zero : TimeSpan.FromMinutes((amount - _available) / perMinute);

    private void Fill()
    {
        var now = time.GetTimestamp();
        _available = Math.Min(perMinute, _available + (time.GetElapsedTime(_filledAt, now).TotalMinutes * perMinute));
        _filledAt = now;
    }
}
