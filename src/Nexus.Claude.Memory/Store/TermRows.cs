using System.Runtime.CompilerServices;

namespace Nexus.Claude.Memory.Store;

/// <summary>
/// Which terms of a query the rows hold, the newest row first. It is filled with runs that are in this order each, as the index gives
/// them, and then merged: what stands next to a row is next to it here.
/// </summary>
internal sealed class TermRows : IDisposable
{
    private const int TermBits = 5;
    private const int MostKept = 64 * 1_024;

    // What one search leaves behind for the next one; they hold numbers of rows alone.
    private static Buffers? s_spare;

    private readonly List<int> _starts = [];
    private readonly Buffers _spare;
    private long[] _entries;
    private uint[] _masks = [];
    private int _length;

    public TermRows()
    {
        _spare = Interlocked.Exchange(ref s_spare, null) ?? new Buffers();
        _entries = _spare.Entries;
    }

    /// <summary>How many rows there are, once they are merged.</summary>
    public int Count { get; private set; }

    /// <summary>The rows, from high to low.</summary>
    public ReadOnlySpan<long> Rows => _entries.AsSpan(0, Count);

    /// <summary>Room for a number for each row.</summary>
    public Span<float> Values
    {
        get
        {
            if (_spare.Values.Length < Count)
                _spare.Values = new float[_masks.Length];
            return _spare.Values.AsSpan(0, Count);
        }
    }

    /// <summary>The terms of each row as the bits of a number.</summary>
    public ReadOnlySpan<uint> Masks => _masks.AsSpan(0, Count);

    /// <summary>Begins another run of rows.</summary>
    public void BeginRun() => _starts.Add(_length);

    /// <summary>Adds a row, usually one below the one before.</summary>
    /// <param name="row">The row.</param>
    /// <param name="term">Which term it holds, 0 to 31.</param>
    public void Add(long row, int term)
    {
        if (_length == _entries.Length)
        {
            Array.Resize(ref _entries, _length * 2);
        }

        long entry = row << TermBits | (long)term;
        if (_length > _starts[^1] && _entries[_length - 1] < entry)
            BeginRun();
        _entries[_length++] = entry;
    }

    /// <summary>Adds rows of which each is above the one before.</summary>
    public void AddNewestLast(ReadOnlySpan<long> rows, int term)
    {
        if (_entries.Length - _length < rows.Length)
            Array.Resize(ref _entries, Math.Max(_entries.Length * 2, _length + rows.Length));
        var added = _entries.AsSpan(_length, rows.Length);
        for (int i = 0; i < added.Length; i++)
            added[i] = rows[rows.Length - 1 - i] << TermBits | (long)term;
        _length += rows.Length;
    }

    /// <summary>Brings all runs in one order, each row once.</summary>
    public void Merge()
    {
        MergeRuns();
        _masks = _spare.Masks.Length >= _length ? _spare.Masks : new uint[_entries.Length];
        for (int i = 0; i < _length; i++)
        {
            long row = _entries[i] >> TermBits;
            uint mask = 1u << (int)(_entries[i] & (1 << TermBits) - 1);
            if (Count > 0 && _entries[Count - 1] == row)
            {
                _masks[Count - 1] |= mask;
            }
            else
            {
                _entries[Count] = row;
                _masks[Count++] = mask;
            }
        }
    }

    /// <summary>The place of the row, or of the first one below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PlaceOf(long row)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = low + high >> 1;
            if (_entries[middle] > row)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The terms of the row at its place; 0 when it is not there.</summary>
    public uint MaskAt(int place, long row) => place < Count && _entries[place] == row ? _masks[place] : 0;

    /// <summary>The terms of the two rows before and the two after, of the same segment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (uint Previous, uint Next, uint Previous2, uint Next2) Around(int place, long row)
    {
        var around = (Previous: 0u, Next: 0u, Previous2: 0u, Next2: 0u);
        long segment = RowIds.Segment(row);
        for (int i = place - 1; i >= 0 && _entries[i] - row <= 2 && RowIds.Segment(_entries[i]) == segment; i--)
        {
            if (_entries[i] - row == 1)
                around.Next = _masks[i];
            else
                around.Next2 = _masks[i];
        }

        for (int i = place; i < Count && row - _entries[i] <= 2 && RowIds.Segment(_entries[i]) == segment; i++)
        {
            if (row - _entries[i] == 1)
                around.Previous = _masks[i];
            else if (row - _entries[i] == 2)
                around.Previous2 = _masks[i];
        }

        return around;
    }

    public void Dispose()
    {
        if (_entries.Length is > 0 and <= MostKept)
        {
            _spare.Entries = _entries;
            if (_masks.Length > 0)
                _spare.Masks = _masks;
            Volatile.Write(ref s_spare, _spare);
        }

        (_entries, _masks, _length, Count) = ([], [], 0, 0);
    }

    private void MergeRuns()
    {
        if (_starts.Count < 2)
            return;
        long[] target = _spare.Merged.Length >= _length ? _spare.Merged : new long[_entries.Length];
        while (_starts.Count > 1)
        {
            int runs = 0;
            for (int i = 0; i < _starts.Count; i += 2)
            {
                int start = _starts[i];
                int middle = i + 1 < _starts.Count ? _starts[i + 1] : _length;
                int end = i + 2 < _starts.Count ? _starts[i + 2] : _length;
                Merge(_entries.AsSpan(start, middle - start), _entries.AsSpan(middle, end - middle), target.AsSpan(start, end - start));
                _starts[runs++] = start;
            }

            _starts.RemoveRange(runs, _starts.Count - runs);
            (_entries, target) = (target, _entries);
        }

        _spare.Merged = target;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Merge(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> into)
    {
        int i = 0, j = 0, k = 0;
        while (i < a.Length && j < b.Length)
            into[k++] = a[i] >= b[j] ? a[i++] : b[j++];
        a[i..].CopyTo(into[k..]);
        b[j..].CopyTo(into[(k + a.Length - i)..]);
    }

    private sealed class Buffers
    {
        public long[] Entries { get; set; } = new long[4_096];

        public long[] Merged { get; set; } = [];

        public uint[] Masks { get; set; } = [];

        public float[] Values { get; set; } = [];
    }
}
