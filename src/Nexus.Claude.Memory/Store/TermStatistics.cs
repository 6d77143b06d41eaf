using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace Nexus.Claude.Memory.Store;

/// <summary>
/// How often terms occur. A small partition is asked term by term; for a large one the common terms stand in a table that is counted
/// anew when the partition has grown by half, because counting a common term means reading all its entries.
/// </summary>
internal sealed class TermStatistics
{
    /// <summary>Up to this many messages, counting is cheaper than keeping.</summary>
    public const int SmallPartition = 20_000;

    // A term in fewer than one of 500 messages is rare: its entries are read anyway.
    private const int CommonShare = 500;

    private readonly ConcurrentDictionary<long, (long CountedAt, FrozenDictionary<string, long> Terms)> _common = new();

    /// <summary>In how many messages the term stands; null when it is too rare to have been counted.</summary>
    public long? Frequency(Database database, Partition partition, string term)
    {
        if (partition.Messages <= SmallPartition || partition.CountedAt == 0)
            return database.Prepare(partition.Count).Bind(1, term).Scalar() ?? 0;

        var (countedAt, terms) = _common.GetOrAdd(partition.Id, static (id, database) => (0, FrozenDictionary<string, long>.Empty), database);
        if (countedAt != partition.CountedAt)
        {
            terms = Load(database, partition.Id);
            _common[partition.Id] = (partition.CountedAt, terms);
        }

        return terms.TryGetValue(term, out long frequency) ? frequency * partition.Messages / partition.CountedAt : null;
    }

    /// <summary>In how many messages a term stands that may be in none.</summary>
    public long FrequencyOfName(Database database, Partition partition, string term) =>
        Frequency(database, partition, term) ?? database.Prepare(partition.Count).Bind(1, term).Scalar() ?? 0;

    /// <summary>True when the partition has outgrown what is known of it.</summary>
    public static bool IsStale(Partition partition) =>
        partition.Messages > SmallPartition && partition.Messages > partition.CountedAt + partition.CountedAt / 2;

    /// <summary>Counts the terms of a partition. Reading takes seconds for a million messages; only the end is a write.</summary>
    public static void Refresh(Database reader, Action<Action<Database>> write, Partition partition)
    {
        long least = Math.Max(2, partition.Messages / CommonShare);
        var common = new List<(string Term, long Frequency)>();
        var all = reader.Prepare($"SELECT term, doc FROM {Schema.Vocabulary(partition.Id)}");
        while (all.Step())
        {
            if (all.Long(1) > least)
                common.Add((all.Text(0), all.Long(1)));
        }

        write(database =>
        {
            database.Prepare("DELETE FROM term_df WHERE partition=?1").Bind(1, partition.Id).Run();
            foreach (var (term, frequency) in common)
                database.Prepare("INSERT INTO term_df(partition, term, df) VALUES(?1, ?2, ?3)").Bind(1, partition.Id).Bind(2, term).Bind(3, frequency).Run();
            database.Prepare("UPDATE partition SET counted_at=?2 WHERE id=?1").Bind(1, partition.Id).Bind(2, partition.Messages).Run();
        });
    }

    private static FrozenDictionary<string, long> Load(Database database, long partition)
    {
        var terms = new Dictionary<string, long>(StringComparer.Ordinal);
        var rows = database.Prepare("SELECT term, df FROM term_df WHERE partition=?1").Bind(1, partition);
        while (rows.Step())
            terms[rows.Text(0)] = rows.Long(1);
        return terms.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <summary>One project of a scope, with the counts that ranking needs.</summary>
internal sealed record Partition(long Id, string Project, long Messages, long Tokens, long Segments, long CountedAt)
{
    public string Count { get; } = $"SELECT doc FROM {Schema.Vocabulary(Id)} WHERE term=?1";

    /// <summary>The newest rows that hold a term, as one text: a call for each row would cost more than reading it.</summary>
    public string Postings { get; } =
        $"SELECT group_concat(rowid) FROM (SELECT rowid FROM {Schema.Index(Id)} WHERE {Schema.Index(Id)} MATCH ?1 ORDER BY rowid DESC LIMIT ?2)";

    public static List<Partition> Of(Database database, MemoryScope scope, Func<string, bool> includesProject)
    {
        var partitions = new List<Partition>();
        var rows = database.Prepare(
            "SELECT p.id, p.project, p.messages, p.tokens, p.segments, p.counted_at FROM partition p JOIN scope s ON s.id=p.scope "
            + "WHERE s.tenant=?1 AND s.user=?2").Bind(1, scope.Tenant).Bind(2, scope.User);
        while (rows.Step())
        {
            if (includesProject(rows.Text(1)) && rows.Long(2) > 0)
                partitions.Add(new Partition(rows.Long(0), rows.Text(1), rows.Long(2), rows.Long(3), rows.Long(4), rows.Long(5)));
        }

        return partitions;
    }
}
