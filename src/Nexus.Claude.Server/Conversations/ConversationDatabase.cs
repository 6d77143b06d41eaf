using Microsoft.Data.Sqlite;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Conversations;

/// <summary>The SQLite file of conversations and responses: one connection, used by one at a time.</summary>
internal sealed class ConversationDatabase : IDisposable
{
    /// <summary>"NxCv": tells our files from any other program's.</summary>
    private const int ApplicationId = 0x4E784376;

    private const int Version = 1;

    private const string Tables = """
        CREATE TABLE conversation(owner TEXT NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
          version INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(owner, id)) WITHOUT ROWID;
        CREATE INDEX conversation_created ON conversation(owner, created, id);
        CREATE INDEX conversation_updated ON conversation(updated);
        CREATE TABLE item(owner TEXT NOT NULL, conversation TEXT NOT NULL, position INTEGER NOT NULL, body BLOB NOT NULL,
          PRIMARY KEY(owner, conversation, position),
          FOREIGN KEY(owner, conversation) REFERENCES conversation(owner, id) ON DELETE CASCADE) WITHOUT ROWID;
        CREATE TABLE document(owner TEXT NOT NULL, id TEXT NOT NULL, expires INTEGER NOT NULL, body BLOB NOT NULL,
          PRIMARY KEY(owner, id)) WITHOUT ROWID;
        CREATE INDEX document_expires ON document(expires);
        """;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SqliteConnection _connection;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidOperationException">It cannot be opened, or is another program's.</exception>
    public ConversationDatabase(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        try
        {
            CreateFile(Path);
            _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ConnectionString);
            _connection.Open();
            Execute("PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
            Prepare();
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            _connection?.Dispose();
            throw new InvalidOperationException(
                $"The conversations' file '{Path}' cannot be opened: {failure.Message} Give this account the right to write there, or name another "
                + "file in NexusClaudeServerOptions.Conversations.DatabasePath.", failure);
        }
        catch
        {
            _connection?.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Runs work in one transaction, away from the caller's thread: SQLite knows no asynchronous calls.</summary>
    /// <typeparam name="T">What comes out.</typeparam>
    /// <param name="work">The work; what it has changed is undone when it throws.</param>
    /// <param name="cancellationToken">Gives up waiting for the connection.</param>
    /// <returns>What the work returned.</returns>
    /// <exception cref="GatewayException">The file is busy, full or broken; a 503.</exception>
    public async ValueTask<T> RunAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Run(work), CancellationToken.None).ConfigureAwait(false);
        }
        catch (SqliteException failure)
        {
            throw new GatewayException(
                503, "server_error", "conversation_store_unavailable", "The server's store of conversations cannot be used at the moment. Try again.",
                innerException: failure);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        _turn.Dispose();
    }

    // A folder and a file that only this account may read; SQLite gives its log the mode of the file.
    private static void CreateFile(string path)
    {
        var folder = System.IO.Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        if (!File.Exists(path))
        {
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite, UnixCreateMode = OwnerOnly,
            });
        }
    }

    private T Run<T>(Func<SqliteConnection, T> work)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            var result = work(_connection);
            Execute("COMMIT");
            return result;
        }
        catch
        {
            // SQLite may have rolled back by itself, as on a full disk.
            if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
                Execute("ROLLBACK");
            throw;
        }
    }

    private void Prepare() => Run<object?>(connection =>
    {
        var (version, application) = (Number("PRAGMA user_version"), Number("PRAGMA application_id"));
        if (version == 0 && application == 0 && Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            Execute(Tables);
            Execute($"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}");
        }
        else if (application != ApplicationId)
        {
            throw new InvalidOperationException(
                $"The file '{Path}' is another program's and was left as it is. Name another one in NexusClaudeServerOptions.Conversations.DatabasePath.");
        }
        else if (version > Version)
        {
            throw new InvalidOperationException(
                $"The conversations' file '{Path}' has schema {version}; this version knows schemas up to {Version}. It was left as it is: update the "
                + "gateway, or name another file in NexusClaudeServerOptions.Conversations.DatabasePath.");
        }

        return null;
    });

    private long Number(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
