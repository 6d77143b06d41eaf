using Microsoft.Extensions.Logging;
using Nexus.Claude.Memory.Diagnostics;
using Nexus.Claude.Memory.Record;

namespace Nexus.Claude.Memory.Store;

/// <summary>What the memories of all scopes of one file have in common.</summary>
internal sealed class SharedStore(IMemoryStore store, byte[] key, MessagePreparation preparation) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private Task _expiry = Task.CompletedTask;
    private int _disposed;

    public IMemoryStore Store => store;

    /// <summary>A secret of this store: what is stored in it cannot tell what is derived from it.</summary>
    public byte[] Key => key;

    public MessagePreparation Preparation => preparation;

    /// <summary>Forgets what is too old, beside everything else.</summary>
    public void StartExpiry(MemoryScope scope, DateTimeOffset before, ILogger logger) => _expiry = Task.Run(async () =>
    {
        try
        {
            await store.ForgetAsync(scope, new MemoryFilter { Until = before }, _ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The next start goes on with it.
        }
        catch (MemoryStoreException failure)
        {
            logger.ExpiryFailed(failure);
        }
    });

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _ending.CancelAsync().ConfigureAwait(false);
        await _expiry.ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }
}
