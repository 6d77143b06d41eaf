using System.Security.Cryptography;
using System.Text.Json;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>
/// What waits to be sent to the server, in order and on the disk. Any number of processes write into one file. Each call holds the file for as
/// long as a few rows take; none waits for a network.
/// </summary>
internal sealed class Outbox : IDisposable
{
    private const int MostBytesAtOnce = 8 * 1024 * 1024;
    private const int MessagesPerSegment = 40;
    private const int SegmentBits = 12;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(30);
    private static readonly DateTimeOffset SegmentsBegin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();

    private Outbox(Database database, TimeProvider time)
    {
        _database = database;
        _time = time;
        var key = database.Prepare("SELECT value FROM setting WHERE name='key'");
        Key = key.Step() ? key.Bytes(0).ToArray() : throw new MemoryStoreException(MemoryStoreFailure.Corrupt, $"The outbox '{database.Path}' has lost its key.");
        key.Reset();
    }

    public byte[] Key { get; }

    public string Path => _database.Path;

    public static Outbox Open(string path, TimeProvider time) => new(OutboxFile.Open(path), time);

    /// <summary>Takes messages. One that waits already is replaced, at its place when only its files are new.</summary>
    public void Add(IReadOnlyList<PreparedMessage> messages) => Write(() =>
    {
        foreach (var prepared in messages)
        {
            var document = MessageDocument.Of(prepared);
            string files = FilesOf(document);
            var (id, sequence, same, knownFiles) = Find(document);
            if (same && (files.Length == 0 || files == knownFiles))
                continue;
            if (id != 0)
                Delete(id);
            Insert(document with { Sequence = same ? sequence : Tick() }, files);
        }
    });

    /// <summary>Takes an order to forget: what is stored before it is meant, what is stored after it is not.</summary>
    public void Add(ForgetOrder order) => Write(() =>
    {
        long sequence = Tick();
        Insert(OutboxKind.Forget, sequence, DocumentKeys.Scope(order.Scope), "", null, null,
            JsonSerializer.SerializeToUtf8Bytes(order with { Before = sequence }, MeilisearchJson.Default.ForgetOrder));
    });

    /// <summary>The entries that come next, of one kind.</summary>
    public List<OutboxEntry> Next(int count) => Read(() =>
    {
        var entries = new List<OutboxEntry>();
        int bytes = 0;
        var rows = _database.Prepare("SELECT id, seq, kind, body, segment, slot, attempts FROM entry WHERE parked IS NULL ORDER BY seq LIMIT ?1").Bind(1, count);
        while (rows.Step())
        {
            var entry = new OutboxEntry(rows.Long(0), rows.Long(1), (OutboxKind)rows.Int(2), rows.Bytes(3).ToArray(), rows.Long(4), rows.Int(5), rows.Int(6));
            bytes += entry.Body.Length;
            if (entries.Count > 0 && (entry.Kind != entries[0].Kind || bytes > MostBytesAtOnce))
            {
                rows.Reset();
                break;
            }

            entries.Add(entry);
        }

        return entries;
    });

    /// <summary>
    /// Gives messages their places in their sittings and writes them down, so that sending them again after a crash gives them the same. Only
    /// one process at a time does so.
    /// </summary>
    public List<MessageDocument> Place(IReadOnlyList<(OutboxEntry Entry, MessageDocument Document)> messages)
    {
        var placed = new List<MessageDocument>(messages.Count);
        Write(() =>
        {
            foreach (var (entry, document) in messages)
            {
                var (segment, slot) = entry.Segment != 0 ? (entry.Segment, entry.Slot) : NextPlace(document);
                _database.Prepare("UPDATE entry SET segment=?2, slot=?3 WHERE id=?1").Bind(1, entry.Id).Bind(2, segment).Bind(3, slot).Run();
                placed.Add(document with { Segment = segment, Slot = slot });
            }
        });
        return placed;
    }

    public void Remove(IEnumerable<OutboxEntry> sent) => Write(() =>
    {
        foreach (var entry in sent)
            Delete(entry.Id);
    });

    /// <summary>Removes what matches, and nothing of it is left in the file.</summary>
    public int Forget(ForgetOrder order) => Erase(() =>
    {
        var gone = Documents(order.Scope).Where(entry => order.Matches(entry.Document)).Select(entry => entry.Id).ToList();
        foreach (long id in gone)
            Delete(id);
        return gone.Count;
    });

    /// <summary>Notes that the server broke on these.</summary>
    public void CountAttempt(IEnumerable<OutboxEntry> entries) => Write(() =>
    {
        foreach (var entry in entries)
            _database.Prepare("UPDATE entry SET attempts=attempts+1 WHERE id=?1").Bind(1, entry.Id).Run();
    });

    /// <summary>Puts an entry aside that the server refuses, with the reason.</summary>
    public void Park(OutboxEntry entry, string reason) => Write(() =>
        _database.Prepare("UPDATE entry SET parked=?2 WHERE id=?1").Bind(1, entry.Id).Bind(2, reason).Run());

    /// <summary>Puts everything that was put aside back at its place.</summary>
    public int Unpark(MemoryScope scope)
    {
        int count = 0;
        Write(() =>
        {
            _database.Prepare("UPDATE entry SET parked=NULL, attempts=0 WHERE parked IS NOT NULL AND scope=?1").Bind(1, DocumentKeys.Scope(scope)).Run();
            count = _database.Changes;
        });
        return count;
    }

    /// <summary>Messages of a scope that wait, and those that were put aside with the reasons.</summary>
    public (int Waiting, List<ParkedMessage> Parked) Status(MemoryScope scope) => Read(() =>
    {
        int waiting = (int)(_database.Prepare("SELECT count(*) FROM entry WHERE scope=?1 AND parked IS NULL").Bind(1, DocumentKeys.Scope(scope)).Scalar() ?? 0);
        var parked = new List<ParkedMessage>();
        var rows = _database.Prepare("SELECT body, parked, kind FROM entry WHERE scope=?1 AND parked IS NOT NULL ORDER BY seq").Bind(1, DocumentKeys.Scope(scope));
        while (rows.Step())
        {
            var document = rows.Int(2) == (int)OutboxKind.Message ? Read(rows.Bytes(0)) : null;
            parked.Add(new ParkedMessage(document?.ToMessage(), rows.Text(1)));
        }

        return (waiting, parked);
    });

    /// <summary>Whether anything waits that was taken no later than this.</summary>
    public bool HasWaiting(long until = long.MaxValue) =>
        Read(() => _database.Prepare("SELECT 1 FROM entry WHERE parked IS NULL AND seq<=?1 LIMIT 1").Bind(1, until).Scalar() is not null);

    /// <summary>Whether something is to be forgotten that the server still has.</summary>
    public bool HasOrders => Read(() => _database.Prepare("SELECT 1 FROM entry WHERE kind=1 AND parked IS NULL LIMIT 1").Scalar() is not null);

    /// <summary>The last place that was given in the order.</summary>
    public long LastSequence => Read(() => _database.Prepare("SELECT value FROM clock WHERE name='sequence'").Scalar() ?? 0);

    /// <summary>The newest messages of a scope that wait or were put aside, in order.</summary>
    public List<MessageDocument> MessagesOf(MemoryScope scope, int limit = int.MaxValue) => Read(() => Documents(scope, limit).ConvertAll(entry => entry.Document));

    public void Dispose()
    {
        lock (_lock)
            _database.Dispose();
    }

    private List<(long Id, MessageDocument Document)> Documents(MemoryScope scope, int limit = int.MaxValue)
    {
        var documents = new List<(long, MessageDocument)>();
        var rows = _database.Prepare("SELECT id, body FROM entry WHERE scope=?1 AND kind=?2 ORDER BY seq DESC LIMIT ?3")
            .Bind(1, DocumentKeys.Scope(scope)).Bind(2, (long)OutboxKind.Message).Bind(3, limit);
        while (rows.Step())
        {
            if (Read(rows.Bytes(1)) is { } document && document.IsOf(scope))
                documents.Add((rows.Long(0), document));
        }

        documents.Reverse();
        return documents;
    }

    // Null for what cannot be read: the sender puts it aside.
    private static MessageDocument? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, MeilisearchJson.Default.MessageDocument);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private (long Id, long Sequence, bool Same, string Files) Find(MessageDocument document)
    {
        var find = _database.Prepare("SELECT id, seq, hash, files FROM entry WHERE document=?1").Bind(1, document.Id);
        if (!find.Step())
            return (0, 0, false, "");
        var found = (find.Long(0), find.Long(1), find.Text(2) == document.Hash, find.Text(3));
        find.Reset();
        return found;
    }

    private void Insert(MessageDocument document, string files) => Insert(OutboxKind.Message, document.Sequence, document.ScopeKey, document.Id, document.Hash, files,
        JsonSerializer.SerializeToUtf8Bytes(document, MeilisearchJson.Default.MessageDocument));

    private void Insert(OutboxKind kind, long sequence, string scope, string document, string? hash, string? files, byte[] body) =>
        _database.Prepare("INSERT INTO entry(seq, kind, scope, document, hash, files, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .Bind(1, sequence).Bind(2, (long)kind).Bind(3, scope).Bind(4, document).Bind(5, hash).Bind(6, files).BindBlob(7, body).Run();

    private void Delete(long id) => _database.Prepare("DELETE FROM entry WHERE id=?1").Bind(1, id).Run();

    // Later than everything before it on this machine, and by the clock among machines.
    private long Tick() => Advance("sequence", (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    private long Advance(string name, long least)
    {
        long next = Math.Max(1, Math.Max(least, 1 + (_database.Prepare("SELECT value FROM clock WHERE name=?1").Bind(1, name).Scalar() ?? 0)));
        _database.Prepare("UPDATE clock SET value=?2 WHERE name=?1").Bind(1, name).Bind(2, next).Run();
        return next;
    }

    // A sitting belongs to this outbox alone, so no other machine gives away a place in it.
    private (long Segment, int Slot) NextPlace(MessageDocument document)
    {
        var last = _database.Prepare("SELECT segment, label, slots, last_at FROM sitting WHERE conversation=?1").Bind(1, document.ConversationKey);
        if (last.Step())
        {
            var (segment, label, slots, lastAt) = (last.Long(0), last.TextOrNull(1), last.Int(2), last.Long(3));
            last.Reset();
            bool continues = document.Session is { } own ? label == own && slots < RowIds.SlotsPerSegment
                : label is null && slots < MessagesPerSegment && document.CreatedAt - lastAt <= LongestSilence.TotalMilliseconds;
            if (continues)
            {
                _database.Prepare("UPDATE sitting SET slots=?2, last_at=?3 WHERE conversation=?1").Bind(1, document.ConversationKey).Bind(2, slots + 1)
                    .Bind(3, Math.Max(lastAt, document.CreatedAt)).Run();
                return (segment, slots);
            }
        }

        // 53 bits: milliseconds, and a random rest that tells machines apart.
        long begun = Advance("segment",
            ((long)Math.Max(0, (_time.GetUtcNow() - SegmentsBegin).TotalMilliseconds) << SegmentBits) + RandomNumberGenerator.GetInt32(1 << SegmentBits));
        _database.Prepare("INSERT OR REPLACE INTO sitting(conversation, segment, label, slots, last_at) VALUES(?1, ?2, ?3, 1, ?4)")
            .Bind(1, document.ConversationKey).Bind(2, begun).Bind(3, document.Session).Bind(4, document.CreatedAt).Run();
        return (begun, 0);
    }

    private static string FilesOf(MessageDocument document) => string.Join('\n', document.Files ?? []);

    private void Write(Action work)
    {
        lock (_lock)
            _database.Write(work);
    }

    private T Read<T>(Func<T> work)
    {
        lock (_lock)
            return _database.Read(work);
    }

    private int Erase(Func<int> work)
    {
        lock (_lock)
        {
            int count = 0;
            _database.Write(() => count = work());
            // What was sent long ago may still stand in the log.
            _database.Execute("VACUUM");
            _database.Pragma("wal_checkpoint(TRUNCATE)");
            return count;
        }
    }
}
