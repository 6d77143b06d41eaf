namespace Nexus.Claude.Server.Operations;

/// <summary>The last values of something, for percentiles of the present rather than of all time.</summary>
/// <param name="capacity">How many are kept.</param>
internal sealed class RecentSamples(int capacity = 1024)
{
    private readonly Lock _gate = new();
    private readonly double[] _values = new double[capacity];
    private long _count;

    /// <summary>Adds a value.</summary>
    /// <param name="value">The value.</param>
    public void Add(double value)
    {
        lock (_gate)
            _values[_count++ % capacity] = value;
    }

    /// <summary>The percentiles.</summary>
    /// <returns>Zeros when there are no values.</returns>
    public Percentiles Capture()
    {
        double[] sorted;
        lock (_gate)
            sorted = _values[..(int)Math.Min(_count, capacity)];
        if (sorted.Length == 0)
            return default;
        Array.Sort(sorted);
        return new Percentiles(sorted.Length, At(0.5), At(0.9), At(0.95), At(0.99), sorted[^1]);

        // The smallest value that so many are not above.
        double At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}

/// <summary>Percentiles of the last values.</summary>
/// <param name="Count">Of how many.</param>
/// <param name="P50">Half are not above it.</param>
/// <param name="P90">90 of 100.</param>
/// <param name="P95">95 of 100.</param>
/// <param name="P99">99 of 100.</param>
/// <param name="Max">The largest.</param>
internal readonly record struct Percentiles(int Count, double P50, double P90, double P95, double P99, double Max);
