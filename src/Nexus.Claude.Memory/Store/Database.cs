using SQLitePCL;

namespace Nexus.Claude.Memory.Store;

/// <summary>One connection to the memory's file with its prepared statements. For one thread at a time.</summary>
internal sealed class Database : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    private Database(string path, sqlite3 handle)
    {
        Path = path;
        _handle = handle;
    }

    public string Path { get; }

    /// <summary>The messages, partitions and tables that this connection has changed since it was opened.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    public long LastRowId => raw.sqlite3_last_insert_rowid(_handle);

    /// <summary>Opens the file without changing it.</summary>
    public static Database Open(string path, bool create)
    {
        Batteries_V2.Init();
        // One thread at a time is promised, so SQLite need not lock with each call.
        int flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (create ? raw.SQLITE_OPEN_CREATE : 0);
        int result = raw.sqlite3_open_v2(path, out var handle, flags, null);
        if (result == raw.SQLITE_OK)
        {
            raw.sqlite3_busy_timeout(handle, 5_000);
            return new Database(path, handle);
        }

        var failure = StoreFailures.Explain(result & 0xFF, raw.sqlite3_extended_errcode(handle), raw.sqlite3_errmsg(handle).utf8_to_string(), path);
        handle.Dispose();
        throw failure;
    }

    /// <summary>The kept statement of a text.</summary>
    public Statement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
            return statement;

        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
        statement = new Statement(this, handle);
        _statements.Add(sql, statement);
        return statement;
    }

    /// <summary>A statement that the caller disposes of.</summary>
    public Statement PrepareOnce(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle));
        return new Statement(this, handle);
    }

    /// <summary>Runs statements that bind nothing.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

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
        if (result is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)
            return;
        string text = raw.sqlite3_errmsg(_handle).utf8_to_string();
        throw StoreFailures.Explain(result & 0xFF, raw.sqlite3_extended_errcode(_handle), text, Path);
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
            if (raw.sqlite3_get_autocommit(_handle) == 0)
                raw.sqlite3_exec(_handle, "ROLLBACK");
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
            raw.sqlite3_exec(_handle, "COMMIT");
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _handle.Dispose();
    }
}
