using System.Runtime.CompilerServices;

namespace Nexus.Claude.Memory.Store;

/// <summary>Keeps the best of many rows: a heap of the few that are kept, the worst on top.</summary>
internal sealed class BestRows(int capacity)
{
    private readonly long[] _rows = new long[capacity];
    private readonly double[] _scores = new double[capacity];

    public int Count { get; private set; }

    /// <summary>The worst score that is kept.</summary>
    public double Least => _scores[0];

    /// <summary>The rows that are kept, in no order.</summary>
    public ReadOnlySpan<long> Rows => _rows.AsSpan(0, Count);

    /// <summary>Their scores, which may be changed once nothing is offered any more.</summary>
    public Span<double> Scores => _scores.AsSpan(0, Count);

    /// <summary>Takes the row if fewer than the limit are kept, or if it is better than the worst of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(long row, double score, int limit)
    {
        if (Count < limit)
        {
            int at = Count++;
            for (; at > 0 && score < _scores[at - 1 >> 1]; at = at - 1 >> 1)
                (_rows[at], _scores[at]) = (_rows[at - 1 >> 1], _scores[at - 1 >> 1]);
            (_rows[at], _scores[at]) = (row, score);
        }
        else if (score > _scores[0])
        {
            int at = 0;
            for (int child; (child = at * 2 + 1) < Count; at = child)
            {
                if (child + 1 < Count && _scores[child + 1] < _scores[child])
                    child++;
                if (score <= _scores[child])
                    break;
                (_rows[at], _scores[at]) = (_rows[child], _scores[child]);
            }

            (_rows[at], _scores[at]) = (row, score);
        }
    }

    /// <summary>Orders what is kept: the best first, of equal ones the newest.</summary>
    public void Sort()
    {
        // They are few.
        for (int i = 1; i < Count; i++)
        {
            var (row, score) = (_rows[i], _scores[i]);
            int at = i;
            for (; at > 0 && (_scores[at - 1] < score || (_scores[at - 1] == score && _rows[at - 1] < row)); at--)
                (_rows[at], _scores[at]) = (_rows[at - 1], _scores[at - 1]);
            (_rows[at], _scores[at]) = (row, score);
        }
    }
}
