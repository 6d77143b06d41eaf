using System.Diagnostics;
using Nexus.Claude.Pipes;

namespace Nexus.Claude.Tests.Pipes;

[Parallelizable(ParallelScope.All)]
internal sealed class ReadCoalescingTests
{
    private static readonly long Microsecond = Stopwatch.Frequency / 1_000_000;

    [Test]
    public void Small_pieces_one_upon_another_are_waited_for()
    {
        var waits = Waits(reads: 8, apart: 60 * Microsecond, bytes: 300, static _ => 1);
        Assert.That(waits, Is.EqualTo(new[] { false, false, false, false, true, true, true, true }));
    }

    [Test]
    public void What_comes_now_and_then_is_read_at_once() =>
        Assert.That(Waits(reads: 50, apart: 1000 * Microsecond, bytes: 300, static _ => 1), Has.None.True);

    [Test]
    public void Much_at_once_is_read_at_once() =>
        Assert.That(Waits(reads: 50, apart: 60 * Microsecond, bytes: 64 * 1024, static _ => 1), Has.None.True);

    [Test]
    public void Answers_to_what_was_written_are_read_at_once() =>
        Assert.That(Waits(reads: 50, apart: 60 * Microsecond, bytes: 300, static read => read / 3), Has.None.True);

    [Test]
    public void A_pause_ends_the_row()
    {
        var coalescing = default(ReadCoalescing);
        var now = Stopwatch.Frequency;
        for (var read = 0; read < 6; read++, now += 60 * Microsecond)
        {
            _ = coalescing.IsDue(now, 1);
            coalescing.Observe(now, 300);
        }

        Assert.That(coalescing.IsDue(now, 1), "in the row");
        coalescing.Observe(now, 300);
        Assert.That(coalescing.IsDue(now + (600 * Microsecond), 1), Is.False, "after the pause");
    }

    private static List<bool> Waits(int reads, long apart, int bytes, Func<int, int> writes)
    {
        var coalescing = default(ReadCoalescing);
        List<bool> waits = [];
        for (var read = 0; read < reads; read++)
        {
            var now = Stopwatch.Frequency + (read * apart);
            waits.Add(coalescing.IsDue(now, writes(read)));
            coalescing.Observe(now, bytes);
        }

        return waits;
    }
}
