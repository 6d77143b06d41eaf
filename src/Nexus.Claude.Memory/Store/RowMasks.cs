using System.Numerics;

namespace Nexus.Claude.Memory.Store;

/// <summary>A set of terms for each row number: an open table, because a query fills it with thousands of entries.</summary>
internal sealed class RowMasks
{
    private long[] _rows = new long[1024];
    private uint[] _masks = new uint[1024];

    public int Count { get; private set; }

    public uint this[long row]
    {
        get
        {
            int at = Find(row);
            return _rows[at] == row ? _masks[at] : 0;
        }
    }

    /// <summary>Adds the terms to the row's set. Row numbers are above zero.</summary>
    public void Add(long row, uint mask)
    {
        int at = Find(row);
        if (_rows[at] != row)
        {
            if (Count >= _rows.Length / 2)
            {
                Grow();
                at = Find(row);
            }

            _rows[at] = row;
            Count++;
        }

        _masks[at] |= mask;
    }

    /// <summary>All entries, in no order. Nothing may be added meanwhile.</summary>
    public Enumerator GetEnumerator() => new(this);

    private int Find(long row)
    {
        int last = _rows.Length - 1;
        int at = (int)((ulong)row * 0x9E3779B97F4A7C15 >> (64 - BitOperations.Log2((uint)_rows.Length)));
        while (_rows[at] != 0 && _rows[at] != row)
            at = at + 1 & last;
        return at;
    }

    private void Grow()
    {
        var (rows, masks) = (_rows, _masks);
        _rows = new long[rows.Length * 4];
        _masks = new uint[rows.Length * 4];
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] == 0)
                continue;
            int at = Find(rows[i]);
            (_rows[at], _masks[at]) = (rows[i], masks[i]);
        }
    }

    /// <summary>Walks the table in place.</summary>
    public struct Enumerator(RowMasks masks)
    {
        private int _at = -1;

        public readonly (long Row, uint Mask) Current => (masks._rows[_at], masks._masks[_at]);

        public bool MoveNext()
        {
            long[] rows = masks._rows;
            while (++_at < rows.Length)
            {
                if (rows[_at] != 0)
                    return true;
            }

            return false;
        }
    }
}
