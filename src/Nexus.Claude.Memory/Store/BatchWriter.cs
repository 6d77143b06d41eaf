using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Memory.Store;

/// <summary>Writes messages in one transaction: rows, index, and the counts that ranking needs.</summary>
internal sealed class BatchWriter(Database database)
{
    private const int MessagesPerSegment = 40;
    private const int PreviewLength = 120;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(30);

    private readonly Dictionary<MemoryScope, ScopeState> _scopes = [];
    private readonly List<Conversation> _conversations = [];
    private readonly List<Partition> _partitions = [];
    private readonly List<IndexEntry> _index = [];

    // Used for each message: to look them up by their text would cost more than binding them.
    private Statement? _find;
    private Statement? _insert;

    /// <summary>The partitions of the last batch.</summary>
    public IEnumerable<long> Partitions => _partitions.Select(static partition => partition.Id);

    /// <summary>Writes the batch, all of it or nothing.</summary>
    public void Write(IReadOnlyList<PreparedMessage> batch)
    {
        // What was read in the last transaction may have been changed by others since.
        Forget();
        database.Write(() =>
        {
            foreach (var message in batch)
                Add(message);
            WriteIndex();
            WriteCounts();
        });
    }

    private void Forget()
    {
        _conversations.Clear();
        _scopes.Clear();
        _partitions.Clear();
        _index.Clear();
    }

    private void Add(PreparedMessage prepared)
    {
        var message = prepared.Message;
        long time = message.CreatedAt.ToUnixTimeMilliseconds();
        var conversation = ConversationOf(prepared, time);
        string? files = message.Files.Count == 0 ? null : JsonSerializer.Serialize([.. message.Files], MemoryJson.Default.StringArray);
        if (Existing(conversation, message.Id!) is var (row, hash, knownFiles))
        {
            if (hash == prepared.Hash)
            {
                if (files is not null && files != knownFiles)
                    UpdateFiles(conversation, row, files, prepared.IndexText);
                return;
            }

            Remove(conversation, row);
        }

        var segment = SegmentFor(conversation, message, time);
        row = RowIds.Of(segment.Id, segment.Slots++);
        Insert(row, conversation, prepared, files, time);
        _index.Add(new IndexEntry(conversation.Partition, row, prepared.IndexText));

        segment.Messages++;
        segment.Tokens += prepared.TokenCount;
        segment.FirstAt = Math.Min(segment.FirstAt, time);
        segment.LastAt = Math.Max(segment.LastAt, time);
        conversation.Messages++;
        conversation.UpdatedAt = Math.Max(conversation.UpdatedAt, time);
        conversation.Partition.Messages++;
        conversation.Partition.Tokens += prepared.TokenCount;
    }

    private (long Row, long Hash, string? Files)? Existing(Conversation conversation, string id)
    {
        // Nothing was in a conversation before it began.
        if (conversation.Begun?.Add(id) == true)
            return null;
        var find = (_find ??= database.Prepare("SELECT id, hash, files FROM message WHERE conversation=?1 AND key=?2")).Bind(1, conversation.Id);
        MessageKeys.Bind(find, 2, id);
        if (!find.Step())
            return null;
        var found = (find.Long(0), find.Long(1), find.TextOrNull(2));
        find.Reset();
        return found;
    }

    // A prompt is known before the files that its turn touches.
    private void UpdateFiles(Conversation conversation, long row, string files, byte[] indexText)
    {
        database.Prepare("UPDATE message SET files=?2 WHERE id=?1").Bind(1, row).Bind(2, files).Run();
        int pending = _index.FindIndex(entry => entry.Row == row);
        if (pending >= 0)
            _index.RemoveAt(pending);
        else
            database.Prepare($"DELETE FROM {Schema.Index(conversation.Partition.Id)} WHERE rowid=?1").Bind(1, row).Run();
        _index.Add(new IndexEntry(conversation.Partition, row, indexText));
    }

    // A message that is sent again with another text takes the place of the old one: at the end, where it was said last.
    private void Remove(Conversation conversation, long row)
    {
        int pending = _index.FindIndex(entry => entry.Row == row);
        if (pending >= 0)
            _index.RemoveAt(pending);
        else
            database.Prepare($"DELETE FROM {Schema.Index(conversation.Partition.Id)} WHERE rowid=?1").Bind(1, row).Run();

        long tokens = database.Prepare("SELECT tokens FROM message WHERE id=?1").Bind(1, row).Scalar() ?? 0;
        database.Prepare("DELETE FROM message WHERE id=?1").Bind(1, row).Run();
        database.Prepare("DELETE FROM vector WHERE id=?1").Bind(1, row).Run();
        conversation.Messages--;
        conversation.Partition.Messages--;
        conversation.Partition.Tokens -= tokens;
        if (conversation.Segment is { } open && open.Id == RowIds.Segment(row))
        {
            open.Messages--;
            open.Tokens -= tokens;
        }
        else
        {
            database.Prepare("UPDATE segment SET messages=messages-1, tokens=tokens-?2 WHERE id=?1").Bind(1, RowIds.Segment(row)).Bind(2, tokens).Run();
        }
    }

    private void Insert(long row, Conversation conversation, PreparedMessage prepared, string? files, long time)
    {
        var message = prepared.Message;
        var insert = _insert ??= database.Prepare(
            "INSERT INTO message(id, conversation, key, role, turn, created_at, content, speaker, cwd, files, tool, flags, tokens, hash) "
            + "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
        insert.Bind(1, row).Bind(2, conversation.Id);
        MessageKeys.Bind(insert, 3, message.Id!);
        insert.Bind(4, message.Role.Value).Bind(5, message.Turn).Bind(6, time).Bind(7, message.Content).Bind(8, message.Speaker)
            .Bind(9, message.WorkingDirectory == conversation.WorkingDirectory ? null : message.WorkingDirectory ?? "")
            .Bind(10, files).Bind(11, message.ToolName).Bind(12, (long)prepared.Flags).Bind(13, prepared.TokenCount).Bind(14, prepared.Hash)
            .Run();
    }

    private Conversation ConversationOf(PreparedMessage prepared, long time)
    {
        var scope = ScopeOf(prepared.Scope);
        var message = prepared.Message;
        if (scope.Conversations.TryGetValue(message.ConversationId, out var known))
            return known;

        var find = database.Prepare(
            "SELECT c.id, c.cwd, c.messages, c.updated_at, p.project FROM conversation c JOIN partition p ON p.id=c.partition WHERE c.scope=?1 AND c.key=?2");
        Conversation conversation;
        if (find.Bind(1, scope.Id).Bind(2, message.ConversationId).Step())
        {
            // A conversation stays in the project it began in, wherever its commands go.
            var (id, directory, messages, updated, project) = (find.Long(0), find.TextOrNull(1), find.Long(2), find.Long(3), find.Text(4));
            find.Reset();
            conversation = new Conversation(id, PartitionOf(scope, project), directory) { Messages = messages, UpdatedAt = updated };
            conversation.Segment = LastSegment(id);
        }
        else
        {
            var partition = PartitionOf(scope, prepared.Project);
            database.Prepare("INSERT INTO conversation(scope, partition, key, cwd, preview, created_at, updated_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?6)")
                .Bind(1, scope.Id).Bind(2, partition.Id).Bind(3, message.ConversationId).Bind(4, message.WorkingDirectory)
                .Bind(5, Preview(message.Content)).Bind(6, time).Run();
            conversation = new Conversation(database.LastRowId, partition, message.WorkingDirectory) { UpdatedAt = time, Begun = new HashSet<string>(StringComparer.Ordinal) };
        }

        scope.Conversations.Add(message.ConversationId, conversation);
        _conversations.Add(conversation);
        return conversation;
    }

    private Segment? LastSegment(long conversation)
    {
        var last = database.Prepare(
            "SELECT id, label, slots, messages, tokens, first_at, last_at FROM segment WHERE conversation=?1 ORDER BY id DESC LIMIT 1").Bind(1, conversation);
        if (!last.Step())
            return null;
        var segment = new Segment(last.Long(0), last.TextOrNull(1))
        {
            Slots = last.Int(2), Messages = last.Int(3), Tokens = last.Long(4), FirstAt = last.Long(5), LastAt = last.Long(6),
        };
        last.Reset();
        return segment;
    }

    private Segment SegmentFor(Conversation conversation, MemoryMessage message, long time)
    {
        if (conversation.Segment is { } open)
        {
            // A clock that goes backwards is no silence.
            bool continues = message.Session is { } label
                ? open.Label == label && open.Slots < RowIds.SlotsPerSegment
                : open.Label is null && open.Slots < MessagesPerSegment && time - open.LastAt <= LongestSilence.TotalMilliseconds;
            if (continues)
                return open;
            Write(open);
        }

        database.Prepare("INSERT INTO segment(conversation, label, first_at, last_at) VALUES(?1, ?2, ?3, ?3)")
            .Bind(1, conversation.Id).Bind(2, message.Session).Bind(3, time).Run();
        conversation.Partition.Segments++;
        return conversation.Segment = new Segment(database.LastRowId, message.Session) { FirstAt = time, LastAt = time };
    }

    private ScopeState ScopeOf(MemoryScope scope)
    {
        if (_scopes.TryGetValue(scope, out var known))
            return known;

        long id = database.Prepare("SELECT id FROM scope WHERE tenant=?1 AND user=?2").Bind(1, scope.Tenant).Bind(2, scope.User).Scalar() ?? 0;
        if (id == 0)
        {
            database.Prepare("INSERT INTO scope(tenant, user) VALUES(?1, ?2)").Bind(1, scope.Tenant).Bind(2, scope.User).Run();
            id = database.LastRowId;
        }

        return _scopes[scope] = new ScopeState(id);
    }

    private Partition PartitionOf(ScopeState scope, string project)
    {
        if (scope.Partitions.TryGetValue(project, out var known))
            return known;

        long id = database.Prepare("SELECT id FROM partition WHERE scope=?1 AND project=?2").Bind(1, scope.Id).Bind(2, project).Scalar() ?? 0;
        if (id == 0)
        {
            database.Prepare("INSERT INTO partition(scope, project) VALUES(?1, ?2)").Bind(1, scope.Id).Bind(2, project).Run();
            id = database.LastRowId;
            Schema.CreateIndex(database, id);
        }

        var partition = new Partition(id);
        _partitions.Add(partition);
        return scope.Partitions[project] = partition;
    }

    // FTS5 writes out what it holds in memory whenever a row number goes down, so each table gets its rows in order.
    private void WriteIndex()
    {
        _index.Sort(static (a, b) => a.Partition.Id != b.Partition.Id ? a.Partition.Id.CompareTo(b.Partition.Id) : a.Row.CompareTo(b.Row));
        foreach (var (partition, row, text) in _index)
            (partition.Insert ??= database.Prepare($"INSERT INTO {Schema.Index(partition.Id)}(rowid, t) VALUES(?1, ?2)")).Bind(1, row).Bind(2, text).Run();
    }

    private void WriteCounts()
    {
        foreach (var conversation in _conversations)
        {
            if (conversation.Segment is { } segment)
                Write(segment);
            database.Prepare("UPDATE conversation SET messages=?2, updated_at=?3 WHERE id=?1")
                .Bind(1, conversation.Id).Bind(2, conversation.Messages).Bind(3, conversation.UpdatedAt).Run();
        }

        foreach (var partition in _partitions)
        {
            database.Prepare("UPDATE partition SET messages=messages+?2, tokens=tokens+?3, segments=segments+?4 WHERE id=?1")
                .Bind(1, partition.Id).Bind(2, partition.Messages).Bind(3, partition.Tokens).Bind(4, partition.Segments).Run();
        }
    }

    private void Write(Segment segment) =>
        database.Prepare("UPDATE segment SET slots=?2, messages=?3, tokens=?4, first_at=?5, last_at=?6 WHERE id=?1")
            .Bind(1, segment.Id).Bind(2, segment.Slots).Bind(3, segment.Messages).Bind(4, segment.Tokens)
            .Bind(5, segment.FirstAt).Bind(6, segment.LastAt).Run();

    /// <summary>The first words of a text, in one line.</summary>
    internal static string Preview(string content)
    {
        var line = new StringBuilder(PreviewLength);
        foreach (char c in content.AsSpan().Trim())
        {
            if (line.Length >= PreviewLength && !char.IsLowSurrogate(c))
                break;
            line.Append(char.IsControl(c) ? ' ' : c);
        }

        return line.ToString();
    }

    private sealed record IndexEntry(Partition Partition, long Row, byte[] IndexText);

    private sealed class ScopeState(long id)
    {
        public long Id => id;

        public Dictionary<string, Conversation> Conversations { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Partition> Partitions { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Partition(long id)
    {
        public long Id => id;

        public Statement? Insert { get; set; }

        // What this batch adds.
        public long Messages { get; set; }

        public long Tokens { get; set; }

        public long Segments { get; set; }
    }

    private sealed class Conversation(long id, Partition partition, string? workingDirectory)
    {
        public long Id => id;

        public Partition Partition => partition;

        public string? WorkingDirectory => workingDirectory;

        /// <summary>The messages so far of a conversation that begins in this batch; null for one that was there.</summary>
        public HashSet<string>? Begun { get; init; }

        public Segment? Segment { get; set; }

        public long Messages { get; set; }

        public long UpdatedAt { get; set; }
    }

    private sealed class Segment(long id, string? label)
    {
        public long Id => id;

        public string? Label => label;

        public int Slots { get; set; }

        public int Messages { get; set; }

        public long Tokens { get; set; }

        public long FirstAt { get; set; }

        public long LastAt { get; set; }
    }
}
