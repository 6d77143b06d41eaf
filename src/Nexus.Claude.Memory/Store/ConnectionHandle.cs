using System.Runtime.InteropServices;

namespace Nexus.Claude.Memory.Store;

/// <summary>An open connection of SQLite with the statements that were prepared on it. They go together, also when nobody disposed of them.</summary>
internal sealed class ConnectionHandle : SafeHandle
{
    // SQLite could list them, but among them are those that belong to its index.
    private readonly HashSet<nint> _statements = [];

    public ConnectionHandle(nint connection)
        : base(0, ownsHandle: true) => SetHandle(connection);

    public override bool IsInvalid => handle == 0;

    /// <summary>The address that SQLite knows it by.</summary>
    public nint Address => handle;

    public void Add(nint statement) => _statements.Add(statement);

    /// <summary>Ends a statement, unless the connection is closed and has taken it along.</summary>
    public void Remove(nint statement)
    {
        if (_statements.Remove(statement))
            _ = Sqlite3.Finalize(statement);
    }

    protected override bool ReleaseHandle()
    {
        foreach (nint statement in _statements)
            _ = Sqlite3.Finalize(statement);
        _statements.Clear();
        return Sqlite3.Close(handle) == Sqlite3.Ok;
    }
}
