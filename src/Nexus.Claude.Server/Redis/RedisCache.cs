using Microsoft.Extensions.Caching.Distributed;
using StackExchange.Redis;

namespace Nexus.Claude.Server.Redis;

/// <summary>Redis as a cache: bytes by key that go after a fixed time.</summary>
/// <param name="redis">The connection.</param>
/// <param name="time">The clock.</param>
/// <remarks>Its failures are Redis's own; <see cref="RedisConnection.IsFailure"/> knows them.</remarks>
internal sealed class RedisCache(RedisConnection redis, TimeProvider time) : IDistributedCache
{
    /// <inheritdoc/>
    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) =>
        await redis.TryRunAsync(database => database.StringGetAsync(Name(key)), token).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        var lifetime = options.AbsoluteExpirationRelativeToNow
            ?? (options.AbsoluteExpiration is { } moment ? moment - time.GetUtcNow() : options.SlidingExpiration)
            ?? throw new NotSupportedException("Entries without a lifetime would stay for ever.");
        await redis.TryRunAsync(database => database.StringSetAsync(Name(key), value, lifetime), token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string key, CancellationToken token = default) =>
        await redis.TryRunAsync(database => database.KeyDeleteAsync(Name(key)), token).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public byte[]? Get(string key) => throw Synchronous();

    /// <inheritdoc/>
    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw Synchronous();

    /// <inheritdoc/>
    public void Remove(string key) => throw Synchronous();

    /// <inheritdoc/>
    public void Refresh(string key)
    {
    }

    private static NotSupportedException Synchronous() => new("Redis is asked asynchronously only; a thread that waits for the network is lost to others.");

    private RedisKey Name(string key) => redis.Key($"cache:{key}");
}
