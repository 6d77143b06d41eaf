namespace Nexus.Claude.Memory.Store;

/// <summary>SQLite's result codes as sentences for people.</summary>
internal static class StoreFailures
{
    public static MemoryStoreException Explain(int code, int extended, string detail, string path)
    {
        var (failure, advice) = code switch
        {
            Sqlite3.Corrupt or Sqlite3.NotADatabase => (MemoryStoreFailure.Corrupt,
                "is damaged or no database. It was left as it is: save what is readable with ClaudeMemory.RepairAsync, or name another file in MemoryOptions.Path"),
            Sqlite3.ReadOnly or Sqlite3.Perm or Sqlite3.Auth => (MemoryStoreFailure.ReadOnly,
                "cannot be written. Give this account the right to write the file and its folder, or name another file in MemoryOptions.Path"),
            Sqlite3.Full => (MemoryStoreFailure.Full, "cannot grow, because the disk is full. Free some space; what is not yet written waits in memory"),
            Sqlite3.Busy or Sqlite3.Locked => (MemoryStoreFailure.Busy, "is kept by another process for longer than this one waits. Try again"),
            Sqlite3.CantOpen => (MemoryStoreFailure.Unavailable, "cannot be opened. Check that its folder exists and that this account may write in it"),
            Sqlite3.IoError => (MemoryStoreFailure.Unavailable, "cannot be read or written. Check the disk it is on"),
            _ => (MemoryStoreFailure.Other, "could not be used"),
        };
        return new MemoryStoreException(failure, $"The memory '{path}' {advice} (SQLite {extended}: {detail}).");
    }
}
