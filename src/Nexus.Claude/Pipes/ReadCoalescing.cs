using System.Diagnostics;

namespace Nexus.Claude.Pipes;

/// <summary>
/// Sees when the other end writes one small piece upon another, so that several are read at once: each alone wakes a thread or two, which costs
/// more than reading it. Network cards do the same with packets (interrupt coalescing).
/// </summary>
/// <remarks>What is an answer to something just written never waits, and what comes now and then, as tokens of a model do, does not either.</remarks>
internal struct ReadCoalescing
{
    /// <summary>How long a read waits for more pieces, in microseconds; the timer of the system adds some 50.</summary>
    public const uint Pause = 100;

    /// <summary>The largest read that is small, in bytes.</summary>
    private const int SmallRead = 4096;

    private const int ReadsInARow = 4;

    /// <summary>Half a millisecond, in ticks of <see cref="Stopwatch"/>.</summary>
    private static readonly long Soon = Stopwatch.Frequency / 2000;

    private long _lastTime;
    private int _lastBytes;
    private int _inARow;
    private int _writes;

    /// <summary>There is something to read. Says whether to wait for more of it.</summary>
    /// <param name="now">The time, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="writes">How often anything has been written so far.</param>
    /// <returns>True to wait for <see cref="Pause"/>.</returns>
    public bool IsDue(long now, int writes)
    {
        _inARow = writes == _writes && now - _lastTime < Soon && _lastBytes <= SmallRead ? _inARow + 1 : 0;
        _writes = writes;
        return _inARow >= ReadsInARow;
    }

    /// <summary>It has been read.</summary>
    /// <param name="now">The time, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="bytes">How much it was.</param>
    public void Observe(long now, int bytes) => (_lastTime, _lastBytes) = (now, bytes);
}
