using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using Nexus.Claude.Memory.Recall;

namespace Nexus.Claude.Memory.Store;

/// <summary>
/// Reads the rows that hold a term, the newest first. What is counted exactly is counted by reading it: the index is gone through once, and what
/// was read for that is kept until it is asked for.
/// </summary>
internal sealed class PostingLists(Database database) : IDisposable
{
    private const int MostKept = 64 * 1_024;

    // What one search leaves behind for the next one; it holds numbers of rows alone.
    private static long[]? s_spare;

    private readonly List<Kept> _kept = [];
    private long[] _rows = Interlocked.Exchange(ref s_spare, null) ?? [];
    private int _length;

    /// <summary>How many rows were read ahead.</summary>
    public int RowsAhead => _length;

    /// <summary>Reads all rows of a term, and keeps them.</summary>
    /// <returns>How many there are.</returns>
    public int ReadAhead(Partition partition, QueryTerm term)
    {
        int start = _length;
        var postings = database.Prepare(partition.AllPostings).Bind(1, Quoted(term));
        if (postings.Step())
        {
            var text = postings.Bytes(0);
            EnsureRoom(text.Length / 2 + 1);
            _length += Parse(text, _rows.AsSpan(_length));
            postings.Reset();
        }

        _kept.Add(new Kept(partition.Id, term, start, _length - start));
        return _length - start;
    }

    /// <summary>The newest rows of a term, the newest of them last; valid until the next call.</summary>
    /// <param name="partition">Where to look.</param>
    /// <param name="term">The term.</param>
    /// <param name="limit">The most rows.</param>
    public ReadOnlySpan<long> Newest(Partition partition, QueryTerm term, int limit)
    {
        foreach (var kept in _kept)
        {
            if (ReferenceEquals(kept.Term, term) && kept.Partition == partition.Id)
                return _rows.AsSpan(kept.Start, kept.Count)[^Math.Min(limit, kept.Count)..];
        }

        bool whole = partition.IsCountedExactly && term.Frequency <= limit;
        var postings = database.Prepare(whole ? partition.AllPostings : partition.Postings).Bind(1, Quoted(term));
        if (!whole)
            postings.Bind(2, limit);
        if (!postings.Step())
            return [];
        var text = postings.Bytes(0);
        EnsureRoom(text.Length / 2 + 1);
        var rows = _rows.AsSpan(_length);
        rows = rows[..Parse(text, rows)];
        postings.Reset();
        if (!whole)
            rows.Reverse();
        return rows;
    }

    public void Dispose()
    {
        if (_rows.Length is > 0 and <= MostKept)
            Volatile.Write(ref s_spare, _rows);
        _rows = [];
    }

    private static string Quoted(QueryTerm term) => $"\"{term.Token}\"";

    // Digits and commas. Eight characters at once: the numbers are many, and most are shorter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Parse(ReadOnlySpan<byte> text, Span<long> rows)
    {
        const ulong Commas = 0x2C2C2C2C2C2C2C2C, Ones = 0x0101010101010101, Signs = 0x8080808080808080;
        int count = 0;
        while (text.Length >= sizeof(ulong))
        {
            ulong characters = BinaryPrimitives.ReadUInt64LittleEndian(text);
            // The lowest sign that is set is that of the first comma.
            ulong commas = (characters ^ Commas) - Ones & ~(characters ^ Commas) & Signs;
            int digits = BitOperations.TrailingZeroCount(commas) >> 3;
            if (digits is 0 or 8)
                break;
            // Moved to the end, with zeros before them; then neighbours are added up: pairs, fours, all eight.
            characters = (characters & 0x0F0F0F0F0F0F0F0F) << (8 - digits) * 8;
            characters = characters * 10 + (characters >> 8);
            rows[count++] = (long)(((characters & 0x000000FF000000FF) * 0x000F424000000064
                + (characters >> 16 & 0x000000FF000000FF) * 0x0000271000000001) >> 32);
            text = text[(digits + 1)..];
        }

        while (!text.IsEmpty)
        {
            _ = Utf8Parser.TryParse(text, out long row, out int length);
            rows[count++] = row;
            text = text[Math.Min(length + 1, text.Length)..];
        }

        return count;
    }

    private void EnsureRoom(int more)
    {
        if (_rows.Length - _length >= more)
            return;
        Array.Resize(ref _rows, Math.Max(4_096, Math.Max(_rows.Length * 2, _length + more)));
    }

    private sealed record Kept(long Partition, QueryTerm Term, int Start, int Count);
}
