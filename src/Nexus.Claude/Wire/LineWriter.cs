namespace Nexus.Claude.Wire;

/// <summary>
/// The one writer of the CLI's stdin. Whole lines go out in the order of the calls; a line that was begun is always finished,
/// because half a line on stdin ends the CLI (protocol.md 3).
/// </summary>
/// <param name="stream">The CLI's stdin.</param>
internal sealed class LineWriter(Stream stream)
{
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _waiting = new(capacity: 4);
    private TaskCompletionSource? _drain;
    private Exception? _failure;
    private bool _closed;

    /// <summary>Queues one line.</summary>
    /// <param name="line">The line with its line feed. Must not be changed afterwards.</param>
    /// <returns>A task that ends when the line has been handed to the operating system.</returns>
    /// <exception cref="IOException">The CLI no longer reads.</exception>
    public Task WriteAsync(ReadOnlyMemory<byte> line)
    {
        var entry = new Entry(line, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            if (_failure is not null)
                return Failed(_failure);
            if (_closed)
                return Failed(new IOException("The input of the CLI has been closed."));
            _waiting.Enqueue(entry);
            if (_drain is not null)
                return entry.Written.Task;
            _drain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // The first caller writes for all who come while it writes; CloseAsync waits for it. It never fails: every line carries its own outcome.
        _ = DrainAsync();
        return entry.Written.Task;
    }

    /// <summary>Writes what was queued, then closes stdin, which tells the CLI that no more input comes.</summary>
    /// <param name="cancellationToken">Gives up waiting for a CLI that does not read; stdin is closed all the same.</param>
    /// <returns>A task that ends when stdin is closed.</returns>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        Task drain;
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            drain = _drain?.Task ?? Task.CompletedTask;
        }

        try
        {
            await drain.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A CLI that does not read its input must not keep us from closing it.
        }

        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The other end is gone already, which is what closing is for.
        }
    }

    /// <summary>A failed write that nobody is obliged to await: the session reports its end by itself.</summary>
    private static Task Failed(Exception failure)
    {
        var task = Task.FromException(failure);
        _ = task.Exception;
        return task;
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            Entry entry;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _drain!.SetResult();
                    _drain = null;
                    return;
                }

                entry = _waiting.Dequeue();
            }

            try
            {
                await stream.WriteAsync(entry.Line).ConfigureAwait(false);
                await stream.FlushAsync().ConfigureAwait(false);
                entry.Written.TrySetResult();
            }
            catch (Exception failure)
            {
                // A stream that is closed in the middle of a write fails in a way of its own on each system; to the caller it is all one.
                Fail(entry, failure as IOException ?? new IOException("The input of the CLI has been closed.", failure));
                return;
            }
        }
    }

    private void Fail(Entry entry, IOException failure)
    {
        List<Entry> abandoned = [entry];
        lock (_gate)
        {
            _failure = failure;
            _drain!.SetResult();
            _drain = null;
            abandoned.AddRange(_waiting);
            _waiting.Clear();
        }

        foreach (var each in abandoned)
        {
            each.Written.TrySetException(failure);
            _ = each.Written.Task.Exception;
        }
    }

    private readonly record struct Entry(ReadOnlyMemory<byte> Line, TaskCompletionSource Written);
}
