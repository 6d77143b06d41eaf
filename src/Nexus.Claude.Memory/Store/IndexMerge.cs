namespace Nexus.Claude.Memory.Store;

/// <summary>
/// Puts the index of a small partition together when it has grown by an eighth: a word is looked up in each of its pieces, and each batch adds
/// one. SQLite itself does this while it writes, but rarely. In steps, because nobody else can write meanwhile.
/// </summary>
internal sealed class IndexMerge(Database database)
{
    // Of about four kilobytes each, which takes about ten milliseconds. In large steps the file would grow.
    private const int PagesOfStep = 64;
    private const int Share = 8;
    private const int LeastGrowth = 50;

    private readonly HashSet<long> _written = [];
    private long? _current;

    /// <summary>Notes that a partition was written to.</summary>
    public void Add(long partition) => _written.Add(partition);

    /// <summary>Does the next step.</summary>
    /// <returns>True when there may be more to do.</returns>
    public bool Step()
    {
        bool begins = _current is null;
        if ((_current ??= Next()) is not { } partition)
            return false;

        string index = Schema.Index(partition);
        int before = database.TotalChanges;
        // The negative number makes one task of all pieces, a positive one goes on with it.
        database.Prepare($"INSERT INTO {index}({index}, rank) VALUES('merge', ?1)").Bind(1, begins ? -PagesOfStep : PagesOfStep).Run();
        if (database.TotalChanges - before >= 2)
            return true;

        // Nothing is left to do.
        _current = null;
        database.Prepare("INSERT OR REPLACE INTO setting(name, value) SELECT ?1, messages FROM partition WHERE id=?2")
            .Bind(1, Schema.MergedAt(partition)).Bind(2, partition).Run();
        return true;
    }

    /// <summary>Leaves everything as it is until more is written.</summary>
    public void GiveUp()
    {
        _written.Clear();
        _current = null;
    }

    private long? Next()
    {
        foreach (long partition in _written)
        {
            _written.Remove(partition);
            if (HasGrown(partition))
                return partition;
        }

        return null;
    }

    private bool HasGrown(long partition)
    {
        var sizes = database.Prepare("SELECT p.messages, coalesce(s.value, 0) FROM partition p LEFT JOIN setting s ON s.name=?1 WHERE p.id=?2")
            .Bind(1, Schema.MergedAt(partition)).Bind(2, partition);
        if (!sizes.Step())
            return false;
        var (messages, merged) = (sizes.Long(0), sizes.Long(1));
        sizes.Reset();
        return messages <= TermStatistics.SmallPartition && messages - merged >= Math.Max(LeastGrowth, messages / Share);
    }
}
