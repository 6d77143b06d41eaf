using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Conversations;
using StackExchange.Redis;

namespace Nexus.Claude.Server.Redis;

/// <summary>Keeps documents in Redis, each under a key of its own that goes by itself.</summary>
/// <param name="redis">The connection.</param>
/// <param name="options">How long they are kept.</param>
internal sealed class RedisDocumentStore(RedisConnection redis, IOptions<NexusClaudeServerOptions> options) : IDocumentStore
{
    private readonly TimeSpan _lifetime = options.Value.Conversations.Lifetime;

    /// <inheritdoc/>
    public async ValueTask PutAsync(string owner, IReadOnlyList<(string Id, byte[] Body)> documents, CancellationToken cancellationToken) =>
        await redis.RunAsync(
            async database =>
            {
                // The keys of one owner share a node of a cluster, where all of them are set or none.
                var transaction = database.CreateTransaction();
                var set = documents.Select(document => transaction.StringSetAsync(Key(owner, document.Id), document.Body, _lifetime)).ToArray();
                await transaction.ExecuteAsync().ConfigureAwait(false);
                return await Task.WhenAll(set).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<byte[]?> FindAsync(string owner, string id, CancellationToken cancellationToken) =>
        await redis.RunAsync(database => database.StringGetAsync(Key(owner, id)), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string owner, IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        await redis.RunAsync(
            database => database.KeyDeleteAsync([.. ids.Select(id => Key(owner, id))]), cancellationToken).ConfigureAwait(false);

    private RedisKey Key(string owner, string id) => redis.Key($"document:{{{owner}}}:{id}");
}
