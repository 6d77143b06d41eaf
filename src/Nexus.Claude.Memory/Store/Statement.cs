using System.Buffers;
using System.Text;

namespace Nexus.Claude.Memory.Store;

/// <summary>One prepared statement. Kept by its <see cref="Database"/>, used by one thread at a time, reset after each use.</summary>
internal sealed unsafe class Statement(Database database, nint handle) : IDisposable
{
    private const int OnStack = 512;

    public Statement Bind(int index, long value)
    {
        database.Check(Sqlite3.BindLong(handle, index, value));
        return this;
    }

    public Statement Bind(int index, double value)
    {
        database.Check(Sqlite3.BindDouble(handle, index, value));
        return this;
    }

    public Statement Bind(int index, string? value)
    {
        if (value is null)
        {
            database.Check(Sqlite3.BindNull(handle, index));
            return this;
        }

        int most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (most <= OnStack)
        {
            Span<byte> utf8 = stackalloc byte[most];
            return Bind(index, utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            return Bind(index, rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Binds UTF-8 text.</summary>
    public Statement Bind(int index, ReadOnlySpan<byte> utf8)
    {
        // An empty span has no address, which SQLite takes for NULL.
        byte nothing = 0;
        fixed (byte* text = utf8)
            database.Check(Sqlite3.BindText(handle, index, text is null ? &nothing : text, utf8.Length, Sqlite3.Transient));
        return this;
    }

    public Statement BindBlob(int index, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value)
            database.Check(bytes is null ? Sqlite3.BindZeroBlob(handle, index, 0) : Sqlite3.BindBlob(handle, index, bytes, value.Length, Sqlite3.Transient));
        return this;
    }

    /// <summary>Moves to the next row; at the end the statement is reset and can be bound anew.</summary>
    public bool Step()
    {
        int result = Sqlite3.Step(handle);
        if (result == Sqlite3.Row)
            return true;
        Reset();
        if (result != Sqlite3.Done)
            database.Check(result);
        return false;
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>The first column of the first row, null when there is no row.</summary>
    public long? Scalar()
    {
        if (!Step())
            return null;
        long value = Long(0);
        Reset();
        return value;
    }

    // What it returns was said by the step before.
    public void Reset() => _ = Sqlite3.Reset(handle);

    public long Long(int column) => Sqlite3.ColumnLong(handle, column);

    public double Double(int column) => Sqlite3.ColumnDouble(handle, column);

    public int Int(int column) => Sqlite3.ColumnInt(handle, column);

    public bool IsNull(int column) => Sqlite3.ColumnType(handle, column) == Sqlite3.TypeNull;

    public bool IsBlob(int column) => Sqlite3.ColumnType(handle, column) == Sqlite3.TypeBlob;

    /// <summary>The bytes of a text or a blob, until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column)
    {
        // In this order: the first call may change what the second one counts.
        byte* bytes = Sqlite3.ColumnBlob(handle, column);
        return new ReadOnlySpan<byte>(bytes, bytes is null ? 0 : Sqlite3.ColumnBytes(handle, column));
    }

    // By its bytes and their number: a text may hold anything.
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public void Dispose() => database.Close(handle);
}
