using System.Globalization;
using Nexus.Claude.Memory.Record;

namespace Nexus.Claude.Memory.Store;

/// <summary>Reads what can be read of a damaged file and writes it into a new one. Vectors are made anew by whoever opens it with a generator.</summary>
internal sealed class Salvage(string path, TimeProvider time)
{
    private const int BatchSize = 200;

    public int Run(CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            throw new MemoryStoreException(MemoryStoreFailure.Unavailable, $"There is no memory '{path}' to repair.");

        string target = path + ".repaired";
        DeleteWithLogs(target);
        int saved;
        try
        {
            saved = CopyReadable(target, cancellationToken);
        }
        catch
        {
            DeleteWithLogs(target);
            throw;
        }

        string stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
        foreach (string part in (string[])["", "-wal", "-shm"])
        {
            if (File.Exists(path + part))
                File.Move(path + part, $"{path}.damaged-{stamp}{part}", overwrite: true);
        }

        File.Move(target, path);
        return saved;
    }

    private static void DeleteWithLogs(string file)
    {
        foreach (string part in (string[])["", "-wal", "-shm"])
            File.Delete(file + part);
    }

    private int CopyReadable(string target, CancellationToken cancellationToken)
    {
        StoreFile.Prepare(target);
        using var output = Database.Open(target, create: true);
        Schema.Migrate(output);
        // No preparation again: what is in the file went through it.
        var preparation = new MessagePreparation(null);
        var writer = new BatchWriter(output);
        int saved = 0;
        var batch = new List<PreparedMessage>();
        foreach (var (scope, message) in Readable(cancellationToken))
        {
            if (preparation.Prepare(message, scope) is not { } prepared)
                continue;
            batch.Add(prepared);
            saved++;
            if (batch.Count == BatchSize)
            {
                writer.Write(batch);
                batch.Clear();
            }
        }

        if (batch.Count > 0)
            writer.Write(batch);
        output.Execute("PRAGMA journal_mode=DELETE");
        return saved;
    }

    // Forward from the beginning and backward from the end, until each meets damage or they meet each other.
    private List<(MemoryScope Scope, MemoryMessage Message)> Readable(CancellationToken cancellationToken)
    {
        var first = new SortedDictionary<long, (MemoryScope, MemoryMessage)>();
        foreach (bool forward in (bool[])[true, false])
        {
            try
            {
                using var input = Database.Open(path, create: false);
                Schema.RefuseForeign(input);
                string order = forward ? "m.id" : "m.id DESC";
                using var rows = input.PrepareOnce(
                    $"SELECT {MessageReader.Columns}, s.tenant, s.user FROM {MessageReader.Tables} JOIN scope s ON s.id=c.scope ORDER BY {order}");
                while (rows.Step())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!first.TryAdd(rows.Long(0), (new MemoryScope(rows.Text(16), rows.Text(17)), MessageReader.Current(rows).Message)))
                        break;
                }

                // Read to its end: nothing is left for the other direction.
                break;
            }
            catch (MemoryStoreException failure) when (failure.Failure is MemoryStoreFailure.Corrupt or MemoryStoreFailure.Other)
            {
                // As far as it goes.
            }
        }

        return [.. first.Values];
    }
}
