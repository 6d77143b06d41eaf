namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>
/// Who may send: one at a time among the threads of this process and among all processes of one outbox, so that the order is kept. The system
/// takes the lock from a process that dies.
/// </summary>
internal sealed class OutboxLock(string path, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _threads = new(1, 1);

    /// <summary>Takes the lock; null when it is not free in time.</summary>
    /// <param name="patience">How long to wait for other processes.</param>
    /// <param name="isInVain">Ends the wait when there is nothing left to do.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Held?> TakeAsync(TimeSpan patience, Func<bool> isInVain, CancellationToken cancellationToken)
    {
        await _threads.WaitAsync(cancellationToken).ConfigureAwait(false);
        Held? held = null;
        try
        {
            long started = time.GetTimestamp();
            while ((held = TryOpen()) is null && !isInVain() && time.GetElapsedTime(started) < patience)
                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
            return held;
        }
        finally
        {
            if (held is null)
                _threads.Release();
        }
    }

    public void Dispose() => _threads.Dispose();

    private Held? TryOpen()
    {
        try
        {
            return new Held(this, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MemoryStoreException(MemoryStoreFailure.ReadOnly, $"The lock '{path}' of the outbox cannot be made: {failure.Message}", failure);
        }
    }

    public sealed class Held(OutboxLock owner, FileStream file) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            owner._threads.Release();
        }
    }
}
