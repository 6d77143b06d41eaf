using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Memory.Diagnostics;
using Nexus.Claude.Memory.Vectors;

namespace Nexus.Claude.Memory.Store;

/// <summary>One SQLite file that any number of processes read and write at once.</summary>
internal sealed class SqliteMemoryStore : IMemoryStore, IVectorStore
{
    private const int PageOfExport = 500;
    private const int BusyAttempts = 12;

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly ConcurrentBag<Database> _readers = [];
    private readonly TermStatistics _statistics = new();
    private readonly Database _writerDatabase;
    private readonly BatchWriter _writer;
    private readonly IndexMerge _merge;
    private readonly WriteQueue _queue;
    private readonly Lock _ownedLock = new();
    private Task _counting = Task.CompletedTask;
    private volatile bool _disposed;

    private SqliteMemoryStore(string path, Database database, TimeProvider time, ILogger logger)
    {
        _path = path;
        _logger = logger;
        _writerDatabase = database;
        _writer = new BatchWriter(database);
        _merge = new IndexMerge(database);
        var key = database.Prepare("SELECT value FROM setting WHERE name='key'");
        Key = key.Step() ? key.Bytes(0).ToArray() : throw new MemoryStoreException(MemoryStoreFailure.Corrupt, $"The memory '{path}' has lost its key.");
        key.Reset();
        _queue = new WriteQueue(Write, time, logger, MergeStep);
    }

    /// <inheritdoc/>
    public byte[] Key { get; }

    /// <summary>Opens the file, and makes it when there is none.</summary>
    public static Task<SqliteMemoryStore> OpenAsync(string path, TimeProvider time, ILogger logger, CancellationToken cancellationToken) =>
        Task.Run(() => new SqliteMemoryStore(path, OpenForWriting(path), time, logger), cancellationToken);

    public ValueTask AddAsync(IReadOnlyList<PreparedMessage> messages, CancellationToken cancellationToken) => _queue.AddAsync(messages, cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken) => _queue.FlushAsync(cancellationToken);

    public Task<CandidateSet> FindAsync(CandidateQuery query, CancellationToken cancellationToken) =>
        ReadAsync(database =>
        {
            using var search = new CandidateSearch(database, _statistics, query);
            return search.Run();
        }, cancellationToken);

    public Task<IReadOnlyList<MemoryMessage>> GetAsync(MemoryScope scope, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<MemoryMessage>>(database =>
        {
            var found = new List<MemoryMessage>();
            foreach (string id in ids)
            {
                var rows = database.Prepare($"SELECT {MessageReader.Columns} FROM conversation c CROSS JOIN message m ON m.conversation=c.id "
                    + "JOIN partition p ON p.id=c.partition JOIN scope s ON s.id=c.scope WHERE s.tenant=?1 AND s.user=?2 AND m.key=?3");
                rows.Bind(1, scope.Tenant).Bind(2, scope.User);
                MessageKeys.Bind(rows, 3, id);
                while (rows.Step())
                    found.Add(MessageReader.Current(rows).Message);
            }

            return found;
        }, cancellationToken);

    public Task<ConversationPage> LoadAsync(MemoryScope scope, string conversation, int limit, string? before, CancellationToken cancellationToken) =>
        ReadAsync(database =>
        {
            var find = database.Prepare("SELECT c.id, c.messages FROM conversation c JOIN scope s ON s.id=c.scope WHERE s.tenant=?1 AND s.user=?2 AND c.key=?3")
                .Bind(1, scope.Tenant).Bind(2, scope.User).Bind(3, conversation);
            if (!find.Step())
                return new ConversationPage([], 0, -1, null);
            var (id, count) = (find.Long(0), find.Int(1));
            find.Reset();

            // By the place of the last one, not by a number of messages to skip: what is added meanwhile shifts nothing.
            long end = before is null ? long.MaxValue : ParseCursor(before);
            var messages = new List<MemoryMessage>();
            var rows = database.Prepare($"SELECT {MessageReader.Columns} FROM {MessageReader.Tables} WHERE m.id IN "
                + "(SELECT id FROM message WHERE conversation=?1 AND id<?2 ORDER BY id DESC LIMIT ?3) ORDER BY m.id DESC")
                .Bind(1, id).Bind(2, end).Bind(3, limit + 1);
            long oldest = 0;
            bool more = false;
            while (rows.Step())
            {
                if (messages.Count == limit)
                {
                    more = true;
                    continue;
                }

                oldest = rows.Long(0);
                messages.Add(MessageReader.Current(rows).Message);
            }

            messages.Reverse();
            int last = (int)(database.Prepare("SELECT coalesce(max(turn), -1) FROM message WHERE conversation=?1").Bind(1, id).Scalar() ?? -1);
            return new ConversationPage(messages, count, last, more ? oldest.ToString(CultureInfo.InvariantCulture) : null);
        }, cancellationToken);

    public Task<IReadOnlyList<MemoryConversation>> ListAsync(MemoryScope scope, string? project, int limit, int offset, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<MemoryConversation>>(database =>
        {
            var list = new List<MemoryConversation>();
            var rows = database.Prepare(
                "SELECT c.key, c.preview, p.project, c.cwd, c.created_at, c.updated_at, c.messages FROM conversation c JOIN scope s ON s.id=c.scope "
                + "JOIN partition p ON p.id=c.partition WHERE s.tenant=?1 AND s.user=?2 AND (?3 IS NULL OR p.project=?3) "
                + "ORDER BY c.updated_at DESC, c.id DESC LIMIT ?4 OFFSET ?5")
                .Bind(1, scope.Tenant).Bind(2, scope.User).Bind(3, project).Bind(4, limit).Bind(5, offset);
            while (rows.Step())
            {
                list.Add(new MemoryConversation(rows.Text(0), rows.Text(1), rows.Text(2), rows.TextOrNull(3),
                    DateTimeOffset.FromUnixTimeMilliseconds(rows.Long(4)), DateTimeOffset.FromUnixTimeMilliseconds(rows.Long(5)), rows.Int(6)));
            }

            return list;
        }, cancellationToken);

    public Task<long> CountAsync(MemoryScope scope, string? conversation, CancellationToken cancellationToken) =>
        ReadAsync(database => database.Prepare(
            "SELECT coalesce(sum(c.messages), 0) FROM conversation c JOIN scope s ON s.id=c.scope WHERE s.tenant=?1 AND s.user=?2 AND (?3 IS NULL OR c.key=?3)")
            .Bind(1, scope.Tenant).Bind(2, scope.User).Bind(3, conversation).Scalar() ?? 0, cancellationToken);

    public async IAsyncEnumerable<MemoryMessage> ReadAsync(
        MemoryScope scope, MemoryFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Page by page: a reader that holds one state of the file for minutes lets the log of the others grow.
        for (long after = 0; ;)
        {
            var page = await ReadAsync(database => FilteredRows.Page(database, scope, filter, after, PageOfExport), cancellationToken).ConfigureAwait(false);
            foreach (var (_, message) in page.Matching)
                yield return message;
            if (page.Last is not { } last)
                yield break;
            after = last;
        }
    }

    public async Task<ForgetResult> ForgetAsync(MemoryScope scope, MemoryFilter filter, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return await Task.Run(() =>
        {
            using var database = Database.Open(_path, create: false);
            return new Erasure(database).Forget(scope, filter, cancellationToken);
        }, cancellationToken).ConfigureAwait(false);
    }

    public Task<int> SaveVectorsAsync(VectorModel model, IReadOnlyList<(EmbeddableMessage Message, float[] Unit)> vectors, CancellationToken cancellationToken) =>
        Task.Run(() =>
        {
            using var database = Database.Open(_path, create: false);
            return VectorTable.Save(database, model, vectors);
        }, cancellationToken);

    public Task<MessagesWithoutVector> WithoutVectorAsync(
        MemoryScope scope, VectorModel model, long? from, int limit, CancellationToken cancellationToken) =>
        ReadAsync(database => VectorTable.Missing(database, scope, model, from, limit), cancellationToken);

    public Task<List<EmbeddableMessage>> WithoutVectorAsync(
        IReadOnlyList<EmbeddableMessage> messages, VectorModel model, CancellationToken cancellationToken) =>
        ReadAsync(database => VectorTable.Missing(database, messages, model), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _queue.DisposeAsync().ConfigureAwait(false);
        Task counting;
        lock (_ownedLock)
            counting = _counting;
        await counting.ConfigureAwait(false);
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        _writerDatabase.Dispose();
    }

    private static Database OpenForWriting(string path)
    {
        StoreFile.Prepare(path);
        var database = Database.Open(path, create: true);
        try
        {
            Schema.Migrate(database);
            Tune(database);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static void Tune(Database database)
    {
        database.UseWriteAheadLog();
        // Four times the usual log: a page that is written again and again is copied into the file once, and the disk is waited for less often.
        database.Execute("PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456; PRAGMA cache_size=-16384; PRAGMA secure_delete=FAST");
    }

    private static long ParseCursor(string cursor) => long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out long row)
        ? row
        : throw new ArgumentException($"'{cursor}' is no place in a conversation: give back what ConversationPage.Next said.", nameof(cursor));

    private void Write(IReadOnlyList<PreparedMessage> batch)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                _writer.Write(batch);
                break;
            }
            catch (MemoryStoreException failure) when (failure.Failure == MemoryStoreFailure.Busy && attempt < BusyAttempts)
            {
                // Each attempt has waited five seconds for its turn already.
            }
        }

        foreach (long partition in _writer.Partitions)
            _merge.Add(partition);
        CountIfGrown(batch[0].Scope);
    }

    private bool MergeStep()
    {
        try
        {
            return _merge.Step();
        }
        catch (MemoryStoreException failure)
        {
            _logger.IndexNotMerged(failure);
            _merge.GiveUp();
            return false;
        }
    }

    // Frequencies of common terms are counted beside the writing, by whoever sees first that they are out of date.
    private void CountIfGrown(MemoryScope scope)
    {
        if (_disposed)
            return;
        var stale = Partition.Of(_writerDatabase, scope, static _ => true).Where(TermStatistics.IsStale).ToList();
        if (stale.Count == 0)
            return;
        lock (_ownedLock)
        {
            if (_counting.IsCompleted)
                _counting = Task.Run(() => Recount(stale));
        }
    }

    private void Recount(List<Partition> stale)
    {
        try
        {
            using var database = Database.Open(_path, create: false);
            foreach (var partition in stale)
                TermStatistics.Refresh(database, work => database.Write(() => work(database)), partition);
        }
        catch (MemoryStoreException failure)
        {
            _logger.StatisticsNotRefreshed(failure);
        }
    }

    private Task<T> ReadAsync<T>(Func<Database, T> work, CancellationToken cancellationToken) => Task.Run(() => Read(work), cancellationToken);

    private T Read<T>(Func<Database, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(ClaudeMemory));
        if (!_readers.TryTake(out var database))
        {
            database = Database.Open(_path, create: false);
            Tune(database);
        }

        T result;
        try
        {
            result = database.Read(() => work(database));
        }
        catch
        {
            // A statement may stand in the middle of its rows.
            database.Dispose();
            throw;
        }

        if (_disposed)
            database.Dispose();
        else
            _readers.Add(database);
        return result;
    }
}
