using System.Runtime.InteropServices;
using System.Text;

namespace Nexus.Claude.Memory.Store;

/// <summary>One connection to the memory's file with its prepared statements. For one thread at a time.</summary>
internal sealed unsafe class Database : IDisposable
{
    private readonly ConnectionHandle _handle;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    private Database(string path, ConnectionHandle handle)
    {
        Path = path;
        _handle = handle;
    }

    public string Path { get; }

    /// <summary>The messages, partitions and tables that this connection has changed since it was opened.</summary>
    public int Changes => Sqlite3.Changes(_handle.Address);

    /// <summary>How much this connection has changed, the tables of the index included.</summary>
    public int TotalChanges => Sqlite3.TotalChanges(_handle.Address);

    public long LastRowId => Sqlite3.LastInsertRowId(_handle.Address);

    /// <summary>Opens the file without changing it.</summary>
    public static Database Open(string path, bool create)
    {
        // One thread at a time is promised, so SQLite need not lock with each call.
        int flags = Sqlite3.OpenReadWrite | Sqlite3.OpenNoMutex | (create ? Sqlite3.OpenCreate : 0);
        nint connection;
        int result;
        fixed (byte* name = Utf8(path))
            result = Sqlite3.Open(name, &connection, flags, null);
        // It is there, with the reason, even when opening failed.
        var handle = new ConnectionHandle(connection);
        if (result == Sqlite3.Ok)
        {
            _ = Sqlite3.BusyTimeout(connection, 5_000);
            return new Database(path, handle);
        }

        using (handle)
            throw StoreFailures.Explain(result & 0xFF, Sqlite3.ExtendedErrorCode(connection), MessageOf(connection), path);
    }

    /// <summary>The kept statement of a text.</summary>
    public Statement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
            return statement;

        statement = Compile(sql, Sqlite3.PreparePersistent);
        _statements.Add(sql, statement);
        return statement;
    }

    /// <summary>A statement that the caller disposes of.</summary>
    public Statement PrepareOnce(string sql) => Compile(sql, 0);

    /// <summary>Runs statements that bind nothing.</summary>
    public void Execute(string sql) => Check(TryExecute(sql));

    public string Pragma(string name)
    {
        using var statement = PrepareOnce($"PRAGMA {name}");
        return statement.Step() ? statement.Text(0) : "";
    }

    /// <summary>Lets others read while one writes. SQLite does not wait for its turn to switch, so this does.</summary>
    public void UseWriteAheadLog()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                Pragma("journal_mode=WAL");
                return;
            }
            catch (MemoryStoreException failure) when (failure.Failure == MemoryStoreFailure.Busy && attempt < 250)
            {
                // Whoever is in the way is writing: this waits for a turn after it.
                Execute("BEGIN IMMEDIATE; COMMIT");
            }
        }
    }

    public void Check(int result)
    {
        if (result is Sqlite3.Ok or Sqlite3.Row or Sqlite3.Done)
            return;
        throw StoreFailures.Explain(result & 0xFF, Sqlite3.ExtendedErrorCode(_handle.Address), MessageOf(_handle.Address), Path);
    }

    /// <summary>Runs the work in one write transaction, which is rolled back when it throws.</summary>
    public void Write(Action work)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            work();
            Execute("COMMIT");
        }
        catch
        {
            // SQLite may have rolled back by itself, as on a full disk.
            if (Sqlite3.GetAutoCommit(_handle.Address) == 0)
                _ = TryExecute("ROLLBACK");
            throw;
        }
    }

    /// <summary>Runs the work on one state of the file, whatever others write meanwhile.</summary>
    public T Read<T>(Func<T> work)
    {
        Execute("BEGIN");
        try
        {
            return work();
        }
        finally
        {
            _ = TryExecute("COMMIT");
        }
    }

    /// <summary>Ends a statement.</summary>
    public void Close(nint statement) => _handle.Remove(statement);

    /// <summary>Closes the connection with all its statements.</summary>
    public void Dispose() => _handle.Dispose();

    private Statement Compile(string sql, uint flags)
    {
        byte[] utf8 = Utf8(sql);
        nint statement;
        fixed (byte* text = utf8)
            Check(Sqlite3.Prepare(_handle.Address, text, utf8.Length, flags, &statement, null));
        _handle.Add(statement);
        return new Statement(this, statement);
    }

    private int TryExecute(string sql)
    {
        fixed (byte* text = Utf8(sql))
            return Sqlite3.Execute(_handle.Address, text, 0, 0, 0);
    }

    private static string MessageOf(nint connection) => Marshal.PtrToStringUTF8(Sqlite3.ErrorMessage(connection)) ?? "";

    // With the zero that ends it.
    private static byte[] Utf8(string text)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, utf8);
        return utf8;
    }
}
