namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>The file of the outbox: its tables, and how it is opened.</summary>
internal static class OutboxFile
{
    /// <summary>"NxMo": tells our outboxes from any other file.</summary>
    private const int ApplicationId = 0x4E784D6F;

    private const int Version = 1;

    // A forgotten message must not stay in the free space of the file.
    private const string Tuning = "PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON";

    private const string Tables =
        """
        CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        INSERT INTO setting VALUES('key', randomblob(32));
        CREATE TABLE clock(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO clock VALUES('sequence', 0), ('segment', 0);
        CREATE TABLE entry(id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, kind INTEGER NOT NULL, scope TEXT NOT NULL, document TEXT NOT NULL,
          hash TEXT, files TEXT, body BLOB NOT NULL, segment INTEGER NOT NULL DEFAULT 0, slot INTEGER NOT NULL DEFAULT 0,
          attempts INTEGER NOT NULL DEFAULT 0, parked TEXT);
        CREATE INDEX entry_document ON entry(document);
        CREATE INDEX entry_next ON entry(seq) WHERE parked IS NULL;
        CREATE INDEX entry_order ON entry(seq) WHERE kind=1 AND parked IS NULL;
        CREATE INDEX entry_scope ON entry(scope, seq);
        CREATE TABLE sitting(conversation TEXT PRIMARY KEY, segment INTEGER NOT NULL, label TEXT, slots INTEGER NOT NULL, last_at INTEGER NOT NULL) WITHOUT ROWID;
        """;

    public static Database Open(string path)
    {
        try
        {
            StoreFile.Prepare(path);
            var database = Database.Open(path, create: true);
            try
            {
                Prepare(database);
                return database;
            }
            catch
            {
                database.Dispose();
                throw;
            }
        }
        catch (MemoryStoreException failure)
        {
            throw new MemoryStoreException(failure.Failure, $"The outbox for Meilisearch cannot be used. {failure.Message} It is named by MeilisearchOptions.OutboxPath.", failure);
        }
    }

    private static void Prepare(Database database)
    {
        if (Ours(database) == Version)
        {
            database.UseWriteAheadLog();
            database.Execute(Tuning);
            return;
        }

        database.UseWriteAheadLog();
        database.Execute(Tuning);
        database.Write(() =>
        {
            // Another process may have been faster.
            if (Ours(database) == 0)
                database.Execute($"{Tables} PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}");
        });
    }

    private static int Ours(Database database)
    {
        if (database.Prepare("SELECT count(*) FROM sqlite_schema").Scalar() == 0)
            return 0;
        int version = int.Parse(database.Pragma("user_version"), System.Globalization.CultureInfo.InvariantCulture);
        if (database.Pragma("application_id") != ApplicationId.ToString(System.Globalization.CultureInfo.InvariantCulture))
            throw new MemoryStoreException(MemoryStoreFailure.Incompatible, $"The file '{database.Path}' is no outbox. It was left as it is.");
        return version <= Version
            ? version
            : throw new MemoryStoreException(MemoryStoreFailure.Incompatible,
                $"The file '{database.Path}' has schema {version}, and this version of Nexus.Claude.Memory knows {Version}. It was left as it is: update the package.");
    }
}
