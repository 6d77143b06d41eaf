using System.Collections.Concurrent;
using System.Collections.Frozen;
using Nexus.Claude.Memory.Recall;

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

    /// <summary>In how many messages of the partition the terms stand: 1 for one that is too rare to have been counted.</summary>
    public long[] Frequencies(Database database, Partition partition, IReadOnlyList<QueryTerm> terms)
    {
        if (CommonTerms(database, partition) is not { } common)
            return Count(database, partition, terms);
        long[] frequencies = new long[terms.Count];
        for (int i = 0; i < frequencies.Length; i++)
            frequencies[i] = common.TryGetValue(terms[i].Token, out long frequency) ? Grown(frequency, partition) : 1;
        return frequencies;
    }

    /// <summary>In how many messages of the partition the names stand, which may be in none.</summary>
    public long[] FrequenciesOfNames(Database database, Partition partition, IReadOnlyList<QueryTerm> names)
    {
        long[] frequencies = new long[names.Count];
        var common = CommonTerms(database, partition);
        var known = Begun(database, partition, names);
        // To count a common one is to read all its entries.
        var rare = common is null ? known : known.Where(name => !common.ContainsKey(name.Token)).ToList();
        long[] counted = Count(database, partition, rare);
        for (int i = 0, next = 0; i < frequencies.Length; i++)
        {
            if (next < rare.Count && ReferenceEquals(names[i], rare[next]))
                frequencies[i] = counted[next++];
            else if (common is not null && common.TryGetValue(names[i].Token, out long frequency))
                frequencies[i] = Grown(frequency, partition);
        }

        return frequencies;
    }

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

    private static long Grown(long frequency, Partition partition) => frequency * partition.Messages / partition.CountedAt;

    // In one statement: the index is opened anew for each.
    private static long[] Count(Database database, Partition partition, IReadOnlyList<QueryTerm> terms)
    {
        long[] frequencies = new long[terms.Count];
        if (terms.Count == 0)
            return frequencies;
        var counts = database.Prepare(partition.Counts).Bind(1, JsonArray(terms.Select(term => term.Token)));
        while (counts.Step())
            frequencies[counts.Int(0)] = counts.Long(1);
        return frequencies;
    }

    // Of two to four words that follow each other the first two begin each name: where no token of the index begins with them, the longer
    // names need not be looked for.
    private static List<QueryTerm> Begun(Database database, Partition partition, IReadOnlyList<QueryTerm> names)
    {
        var begun = new List<QueryTerm>();
        if (names.Count == 0)
            return begun;
        string[] tokens = new string[names.Count];
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = names[i].Token;
        Array.Sort(tokens, StringComparer.Ordinal);
        var beginnings = new List<string>();
        foreach (string token in tokens)
        {
            if (beginnings.Count == 0 || !token.StartsWith(beginnings[^1], StringComparison.Ordinal))
                beginnings.Add(token);
        }

        var found = new List<string>();
        var rows = database.Prepare(partition.Beginnings).Bind(1, JsonArray(beginnings));
        while (rows.Step())
            found.Add(beginnings[rows.Int(0)]);
        if (found.Count == 0)
            return begun;
        foreach (var name in names)
        {
            if (found.Exists(beginning => name.Token.StartsWith(beginning, StringComparison.Ordinal)))
                begun.Add(name);
        }

        return begun;
    }

    // No token holds a quote, a backslash or a control character.
    private static string JsonArray(IEnumerable<string> tokens) => string.Concat("[\"", string.Join("\",\"", tokens), "\"]");

    // Null where each term is counted when it is asked for.
    private FrozenDictionary<string, long>? CommonTerms(Database database, Partition partition)
    {
        if (partition.IsCountedExactly)
            return null;
        var (countedAt, terms) = _common.GetOrAdd(partition.Id, static _ => (0, FrozenDictionary<string, long>.Empty));
        if (countedAt == partition.CountedAt)
            return terms;
        terms = Load(database, partition.Id);
        _common[partition.Id] = (partition.CountedAt, terms);
        return terms;
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
    /// <summary>In how many messages the terms of a JSON array stand, each with its place in the array; nothing for those in none.</summary>
    public string Counts { get; } = $"SELECT j.key, v.doc FROM json_each(?1) j CROSS JOIN {Schema.Vocabulary(Id)} v WHERE v.term=j.value";

    /// <summary>
    /// The places of those texts of a JSON array that a term begins with. The largest character of all ends the range: only the first term in it is
    /// looked at.
    /// </summary>
    public string Beginnings { get; } =
        $"SELECT j.key FROM json_each(?1) j WHERE EXISTS(SELECT 1 FROM {Schema.Vocabulary(Id)} v WHERE v.term>=j.value AND v.term<=j.value||char(1114111))";

    /// <summary>True when the frequencies of its terms are not estimates.</summary>
    public bool IsCountedExactly => Messages <= TermStatistics.SmallPartition || CountedAt == 0;

    /// <summary>All rows that hold a term, as one text, the oldest first: the order in which the index reads fastest.</summary>
    public string AllPostings { get; } = $"SELECT group_concat(rowid) FROM {Schema.Index(Id)} WHERE {Schema.Index(Id)} MATCH ?1";

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
