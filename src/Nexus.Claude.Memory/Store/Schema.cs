using System.Globalization;

namespace Nexus.Claude.Memory.Store;

/// <summary>The tables, and how an older file becomes one of this version.</summary>
internal static class Schema
{
    /// <summary>"NxMm": tells our files from any other program's.</summary>
    public const int ApplicationId = 0x4E784D6D;

    public const int Version = 2;

    // One step a version: the step at index n leads from version n to n + 1.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        INSERT INTO setting VALUES('key', randomblob(32));
        CREATE TABLE scope(id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, user TEXT NOT NULL, UNIQUE(tenant, user));
        CREATE TABLE partition(id INTEGER PRIMARY KEY AUTOINCREMENT, scope INTEGER NOT NULL, project TEXT NOT NULL,
          messages INTEGER NOT NULL DEFAULT 0, tokens INTEGER NOT NULL DEFAULT 0, segments INTEGER NOT NULL DEFAULT 0,
          counted_at INTEGER NOT NULL DEFAULT 0, UNIQUE(scope, project));
        CREATE TABLE conversation(id INTEGER PRIMARY KEY, scope INTEGER NOT NULL, partition INTEGER NOT NULL, key TEXT NOT NULL, cwd TEXT,
          preview TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, messages INTEGER NOT NULL DEFAULT 0, UNIQUE(scope, key));
        CREATE INDEX conversation_recent ON conversation(scope, updated_at);
        CREATE INDEX conversation_partition ON conversation(partition);
        CREATE TABLE segment(id INTEGER PRIMARY KEY AUTOINCREMENT, conversation INTEGER NOT NULL, label TEXT, slots INTEGER NOT NULL DEFAULT 0,
          messages INTEGER NOT NULL DEFAULT 0, tokens INTEGER NOT NULL DEFAULT 0, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL);
        CREATE INDEX segment_conversation ON segment(conversation);
        CREATE TABLE message(id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, key NOT NULL, role TEXT NOT NULL, turn INTEGER NOT NULL,
          created_at INTEGER NOT NULL, content TEXT NOT NULL, speaker TEXT, cwd TEXT, files TEXT, tool TEXT, flags INTEGER NOT NULL,
          tokens INTEGER NOT NULL, hash INTEGER NOT NULL);
        CREATE UNIQUE INDEX message_key ON message(conversation, key);
        CREATE TABLE term_df(partition INTEGER NOT NULL, term TEXT NOT NULL, df INTEGER NOT NULL, PRIMARY KEY(partition, term)) WITHOUT ROWID;
        CREATE TABLE imported(source TEXT PRIMARY KEY, position INTEGER NOT NULL, stamp INTEGER NOT NULL) WITHOUT ROWID;
        """,
        """
        CREATE TABLE vector_model(id INTEGER PRIMARY KEY, name TEXT NOT NULL, dimensions INTEGER NOT NULL, UNIQUE(name, dimensions));
        CREATE TABLE vector(id INTEGER PRIMARY KEY, model INTEGER NOT NULL, scale REAL NOT NULL, data BLOB NOT NULL);
        """,
    ];

    /// <summary>Makes the file one of this version. Does nothing to a file that is, and refuses one that cannot be.</summary>
    /// <returns>The version the file had.</returns>
    public static int Migrate(Database database)
    {
        // In one transaction: another process may be making the file at this moment.
        int version = database.Read(() => ReadVersion(database));
        if (version == Version)
            return version;

        database.Write(() =>
        {
            // Another process may have been faster.
            for (int next = ReadVersion(database); next < Version; next++)
                database.Execute(Steps[next]);
            database.Execute($"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}");
        });
        return version;
    }

    public static string Index(long partition) => $"fts_{partition}";

    public static string Vocabulary(long partition) => $"terms_{partition}";

    /// <summary>The setting that says how many messages a partition had when its index was put together last.</summary>
    public static string MergedAt(long partition) => $"merged_{partition}";

    // The terms of a whole batch: what is more is written out in between, and has to be put together again.
    private const int IndexMemory = 8 * 1024 * 1024;

    /// <summary>The inverted index of a partition. It holds our tokens and no text, and takes any character above ASCII as it comes.</summary>
    public static void CreateIndex(Database database, long partition)
    {
        string punctuation = Text.MemoryTokenizer.TokenPunctuation;
        database.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            CREATE VIRTUAL TABLE {Index(partition)} USING fts5(t, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '{punctuation}'");
            INSERT INTO {Index(partition)}({Index(partition)}, rank) VALUES('hashsize', {IndexMemory});
            CREATE VIRTUAL TABLE {Vocabulary(partition)} USING fts5vocab({Index(partition)}, 'row');
            """));
    }

    /// <summary>Throws when the file is another program's, or a newer version's.</summary>
    public static void RefuseForeign(Database database) => database.Read(() => ReadVersion(database));

    private static int ReadVersion(Database database)
    {
        int version = int.Parse(database.Pragma("user_version"), CultureInfo.InvariantCulture);
        int application = int.Parse(database.Pragma("application_id"), CultureInfo.InvariantCulture);
        bool isEmpty = database.Prepare("SELECT count(*) FROM sqlite_schema").Scalar() == 0;
        if (isEmpty)
            return 0;
        if (application != ApplicationId)
        {
            throw new MemoryStoreException(MemoryStoreFailure.Incompatible,
                $"The file '{database.Path}' is a database of another program. It was left as it is: name another file in MemoryOptions.Path.");
        }

        if (version > Version)
        {
            throw new MemoryStoreException(MemoryStoreFailure.Incompatible,
                $"The memory '{database.Path}' has schema {version} and this version of Nexus.Claude.Memory knows schemas up to {Version}. "
                + "It was left as it is: update the package, or name another file in MemoryOptions.Path.");
        }

        return version;
    }
}
