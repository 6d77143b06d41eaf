using System.Runtime.InteropServices;
using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Vectors;

/// <summary>The vectors in the file: one a message, under the number of its row.</summary>
internal static class VectorTable
{
    // Brute force over more would take longer than a prompt may wait; what is older is found by its words.
    private const int MostCompared = 250_000;

    // The rows of a segment lie side by side, so those of a project are read in runs and not one by one.
    private static readonly string OfPartition =
        "SELECT v.id, v.scale, v.data FROM conversation c CROSS JOIN segment g ON g.conversation=c.id "
        + $"CROSS JOIN vector v ON v.id>=g.id*{RowIds.SlotsPerSegment} AND v.id<(g.id+1)*{RowIds.SlotsPerSegment} "
        + "WHERE c.partition=?1 AND v.model=?2 AND (?3 IS NULL OR c.key=?3) AND (?4 IS NULL OR c.key<>?4) ORDER BY c.id DESC, g.id DESC LIMIT ?5";

    private const string OfMessage =
        "scope s JOIN conversation c ON c.scope=s.id JOIN message m ON m.conversation=c.id "
        + "WHERE s.tenant=?1 AND s.user=?2 AND c.key=?3 AND m.key=?4 AND m.hash=?5";

    private const string HasNone =
        "NOT EXISTS (SELECT 1 FROM vector v JOIN vector_model o ON o.id=v.model WHERE v.id=m.id AND o.name=?6 AND (?7=0 OR o.dimensions=?7))";

    /// <summary>The rows whose vectors are nearest to that of the query, the nearest first.</summary>
    public static List<(long Row, float Similarity)> Nearest(Database database, IReadOnlyList<Partition> partitions, CandidateQuery query)
    {
        if (query.Vector is not { } vector || ModelId(database, vector.Model) is not { } model)
            return [];
        var heap = new PriorityQueue<long, (float Similarity, long Row)>();
        float[] room = new float[vector.Unit.Length];
        int left = MostCompared;
        foreach (var partition in partitions)
        {
            var rows = database.Prepare(OfPartition).Bind(1, partition.Id).Bind(2, model)
                .Bind(3, query.OnlyConversation).Bind(4, query.ExceptConversation).Bind(5, left);
            while (rows.Step())
            {
                left--;
                var steps = MemoryMarshal.Cast<byte, sbyte>(rows.Bytes(2));
                if (steps.Length != vector.Unit.Length)
                    continue;
                long row = rows.Long(0);
                float similarity = QuantizedVector.Cosine(vector.Unit, (float)rows.Double(1), steps, room);
                if (similarity <= 0)
                    continue;
                if (heap.Count < query.Limit)
                    heap.Enqueue(row, (similarity, row));
                else
                    heap.EnqueueDequeue(row, (similarity, row));
            }
        }

        return [.. heap.UnorderedItems.Select(item => (item.Element, item.Priority.Similarity)).OrderByDescending(item => item.Similarity).ThenByDescending(item => item.Element)];
    }

    /// <summary>Writes vectors in one transaction. A message that is gone, or says something else by now, gets none.</summary>
    /// <returns>How many were written.</returns>
    public static int Save(Database database, VectorModel model, IReadOnlyList<(EmbeddableMessage Message, float[] Unit)> vectors)
    {
        int saved = 0;
        database.Write(() =>
        {
            long id = ModelId(database, model) ?? AddModel(database, model);
            foreach (var (message, unit) in vectors)
            {
                var (scale, steps) = QuantizedVector.Of(unit);
                var insert = database.Prepare("INSERT OR REPLACE INTO vector(id, model, scale, data) SELECT m.id, ?6, ?7, ?8 FROM " + OfMessage);
                BindMessage(insert, message).Bind(6, id).Bind(7, (double)scale).BindBlob(8, MemoryMarshal.AsBytes(steps.AsSpan())).Run();
                saved += database.Changes;
            }
        });
        return saved;
    }

    /// <summary>Those of the messages that are there as they were and have no vector of the model.</summary>
    public static List<EmbeddableMessage> Missing(Database database, IReadOnlyList<EmbeddableMessage> messages, VectorModel model)
    {
        var missing = new List<EmbeddableMessage>();
        foreach (var message in messages)
        {
            var found = BindMessage(database.Prepare($"SELECT 1 FROM {OfMessage} AND {HasNone}"), message)
                .Bind(6, model.Name).Bind(7, (long)model.Dimensions).Scalar();
            if (found is not null)
                missing.Add(message);
        }

        return missing;
    }

    /// <summary>Messages without a vector of the model.</summary>
    public static MessagesWithoutVector Missing(Database database, MemoryScope scope, VectorModel model, long? from, int limit)
    {
        if (database.Prepare("SELECT id FROM scope WHERE tenant=?1 AND user=?2").Bind(1, scope.Tenant).Bind(2, scope.User).Scalar() is not { } owner)
            return new MessagesWithoutVector([], null);
        // In the order of the table, so that a page costs what it gives and not what is left.
        var rows = database.Prepare(
            "SELECT c.key, m.key, m.hash, m.content, c.id FROM conversation c NOT INDEXED CROSS JOIN message m ON m.conversation=c.id "
            + $"WHERE c.id<=?1 AND c.scope=?2 AND m.content<>'' AND {HasNone} ORDER BY c.id DESC LIMIT ?5")
            .Bind(1, from ?? long.MaxValue).Bind(2, owner).Bind(6, model.Name).Bind(7, (long)model.Dimensions).Bind(5, (long)limit);
        var missing = new List<EmbeddableMessage>();
        long? next = from;
        while (rows.Step())
        {
            missing.Add(new EmbeddableMessage(scope, rows.Text(0), MessageKeys.Read(rows, 1), rows.Long(2), Embedder.Shorten(rows.Text(3))));
            next = rows.Long(4);
        }

        return new MessagesWithoutVector(missing, next);
    }

    private static Statement BindMessage(Statement statement, EmbeddableMessage message)
    {
        statement.Bind(1, message.Scope.Tenant).Bind(2, message.Scope.User).Bind(3, message.Conversation);
        MessageKeys.Bind(statement, 4, message.Id);
        return statement.Bind(5, message.Hash);
    }

    private static long? ModelId(Database database, VectorModel model) =>
        database.Prepare("SELECT id FROM vector_model WHERE name=?1 AND dimensions=?2").Bind(1, model.Name).Bind(2, (long)model.Dimensions).Scalar();

    private static long AddModel(Database database, VectorModel model)
    {
        database.Prepare("INSERT INTO vector_model(name, dimensions) VALUES(?1, ?2)").Bind(1, model.Name).Bind(2, (long)model.Dimensions).Run();
        return database.LastRowId;
    }
}
