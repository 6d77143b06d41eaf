namespace Nexus.Claude.Memory.Store;

/// <summary>Deletes messages so that nothing of them is left: not in the rows, not in the index, not in the free space, not in the log.</summary>
internal sealed class Erasure(Database database)
{
    private const int RowsAtOnce = 1_000;

    private readonly HashSet<long> _partitions = [];

    public ForgetResult Forget(MemoryScope scope, MemoryFilter filter, CancellationToken cancellationToken)
    {
        database.Execute("PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY");
        int deleted = 0;
        for (long after = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long? last = null;
            database.Write(() =>
            {
                var page = FilteredRows.Page(database, scope, filter, after, RowsAtOnce);
                foreach (var (row, _) in page.Matching)
                    Delete(row);
                deleted += page.Matching.Count;
                last = page.Last;
            });
            if (last is null)
                break;
            after = last.Value;
        }

        database.Write(() =>
        {
            Sweep();
            foreach (long partition in _partitions)
                Shrink(partition);
            database.Execute("DELETE FROM scope WHERE id NOT IN (SELECT scope FROM partition)");
        });
        return new ForgetResult(deleted, Erase());
    }

    private void Delete(long row)
    {
        var find = database.Prepare("SELECT c.partition, c.id, m.tokens FROM message m JOIN conversation c ON c.id=m.conversation WHERE m.id=?1").Bind(1, row);
        if (!find.Step())
            return;
        var (partition, conversation, tokens) = (find.Long(0), find.Long(1), find.Long(2));
        find.Reset();

        _partitions.Add(partition);
        database.Prepare($"DELETE FROM {Schema.Index(partition)} WHERE rowid=?1").Bind(1, row).Run();
        database.Prepare("DELETE FROM message WHERE id=?1").Bind(1, row).Run();
        database.Prepare("DELETE FROM vector WHERE id=?1").Bind(1, row).Run();
        database.Prepare("UPDATE segment SET messages=messages-1, tokens=tokens-?2 WHERE id=?1").Bind(1, RowIds.Segment(row)).Bind(2, tokens).Run();
        database.Prepare("UPDATE conversation SET messages=messages-1, preview='' WHERE id=?1").Bind(1, conversation).Run();
        database.Prepare("UPDATE partition SET messages=messages-1, tokens=tokens-?2 WHERE id=?1").Bind(1, partition).Bind(2, tokens).Run();
    }

    // What is left of conversations: their first words are those of the first message that is still there.
    private void Sweep()
    {
        database.Execute(
            """
            DELETE FROM conversation WHERE messages<=0;
            UPDATE conversation SET preview=coalesce((SELECT substr(content, 1, 120) FROM message WHERE conversation=conversation.id ORDER BY id LIMIT 1), '')
              WHERE preview='';
            """);
        foreach (long partition in _partitions)
        {
            long empty = database.Prepare(
                "SELECT count(*) FROM segment WHERE messages<=0").Scalar() ?? 0;
            if (empty > 0)
                database.Execute("DELETE FROM segment WHERE messages<=0 AND id NOT IN (SELECT max(id) FROM segment GROUP BY conversation)");
            database.Prepare("UPDATE partition SET segments=(SELECT count(*) FROM segment g JOIN conversation c ON c.id=g.conversation WHERE c.partition=?1) WHERE id=?1")
                .Bind(1, partition).Run();
        }

        database.Execute("DELETE FROM segment WHERE conversation NOT IN (SELECT id FROM conversation)");
        // A process of the version before, which knows no vectors, may have deleted messages.
        database.Execute("DELETE FROM vector WHERE id NOT IN (SELECT id FROM message)");
    }

    // The index keeps the terms of a deleted row until it is merged, and the counts of common terms are terms as well.
    private void Shrink(long partition)
    {
        string index = Schema.Index(partition);
        if (database.Prepare("SELECT count(*) FROM conversation WHERE partition=?1").Bind(1, partition).Scalar() == 0)
        {
            // The name of a project is as private as what was said in it.
            database.Execute($"DROP TABLE {Schema.Vocabulary(partition)}; DROP TABLE {index}");
            database.Prepare("DELETE FROM term_df WHERE partition=?1").Bind(1, partition).Run();
            database.Prepare("DELETE FROM partition WHERE id=?1").Bind(1, partition).Run();
            database.Prepare("DELETE FROM setting WHERE name=?1").Bind(1, Schema.MergedAt(partition)).Run();
            return;
        }

        database.Execute($"INSERT INTO {index}({index}) VALUES('optimize')");
        database.Prepare("DELETE FROM term_df WHERE partition=?1").Bind(1, partition).Run();
        database.Prepare("UPDATE partition SET counted_at=0 WHERE id=?1").Bind(1, partition).Run();
    }

    // Pages that once held a row may lie between the others until the file is written anew.
    private bool Erase()
    {
        try
        {
            database.Execute("VACUUM");
        }
        catch (MemoryStoreException busy) when (busy.Failure == MemoryStoreFailure.Busy)
        {
            return false;
        }

        var checkpoint = database.Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
        bool done = checkpoint.Step() && checkpoint.Long(0) == 0;
        checkpoint.Reset();
        return done;
    }
}
