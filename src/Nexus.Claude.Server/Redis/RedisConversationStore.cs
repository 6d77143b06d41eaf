using System.Globalization;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Conversations;
using StackExchange.Redis;

namespace Nexus.Claude.Server.Redis;

/// <summary>
/// Keeps conversations in Redis. A conversation is a hash (<c>body</c>, <c>version</c>, <c>metadata</c>, <c>updated</c>) and a list of items, both on
/// one node of a cluster; each change is one script. The sorted set of an owner's conversations is an index that mends itself.
/// </summary>
/// <param name="redis">The connection.</param>
/// <param name="options">How long they are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class RedisConversationStore(RedisConnection redis, IOptions<NexusClaudeServerOptions> options, TimeProvider time) : IConversationStore
{
    private const string CreateScript = """
        for i = 5, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
        redis.call('HSET', KEYS[1], 'body', ARGV[2], 'version', '0', 'metadata', ARGV[3], 'updated', ARGV[4])
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        redis.call('PEXPIRE', KEYS[2], ARGV[1])
        return 1
        """;

    private const string ReadScript = """
        local head = redis.call('HMGET', KEYS[1], 'body', 'metadata', 'updated')
        if not head[1] then return nil end
        return {head[1], head[2], head[3], redis.call('LRANGE', KEYS[2], 0, -1)}
        """;

    private const string ChangeScript = """
        if redis.call('HGET', KEYS[1], 'version') ~= ARGV[2] then return 0 end
        local keep = tonumber(ARGV[6])
        if keep == 0 then redis.call('DEL', KEYS[2]) elseif keep > 0 then redis.call('LTRIM', KEYS[2], 0, keep - 1) end
        for i = 7, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
        redis.call('HSET', KEYS[1], 'body', ARGV[4], 'version', ARGV[3], 'updated', ARGV[5])
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        redis.call('PEXPIRE', KEYS[2], ARGV[1])
        return 1
        """;

    private const string UpdateScript = """
        if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
        redis.call('HSET', KEYS[1], 'metadata', ARGV[2], 'updated', ARGV[3])
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        redis.call('PEXPIRE', KEYS[2], ARGV[1])
        return 1
        """;

    private readonly long _lifetime = (long)options.Value.Conversations.Lifetime.TotalMilliseconds;

    /// <inheritdoc/>
    public async ValueTask CreateAsync(Conversation conversation, IReadOnlyList<ConversationItem> items, CancellationToken cancellationToken)
    {
        RedisValue[] arguments =
        [
            _lifetime,
            ConversationJson.Write(conversation),
            Metadata(conversation.Metadata),
            Milliseconds(conversation.UpdatedAt),
            .. items.Select(static item => (RedisValue)ItemJson.Write(item)),
        ];
        await EvaluateAsync(CreateScript, conversation.Owner, conversation.Id, arguments, cancellationToken).ConfigureAwait(false);
        await IndexAsync(conversation, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<Conversation?> FindAsync(string owner, string id, CancellationToken cancellationToken) =>
        redis.RunAsync(async database => Parse(await database.HashGetAsync(Keys(owner, id)[0], Head).ConfigureAwait(false)), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<ConversationLog?> ReadAsync(string owner, string id, CancellationToken cancellationToken)
    {
        var result = await EvaluateAsync(ReadScript, owner, id, [], cancellationToken).ConfigureAwait(false);
        if (result.IsNull)
            return null;
        var conversation = Parse([(RedisValue)result[0], (RedisValue)result[1], (RedisValue)result[2]])!;
        return new ConversationLog(conversation, [.. ((RedisValue[])result[3]!).Select(static item => ItemJson.Read((ReadOnlyMemory<byte>)item))]);
    }

    /// <inheritdoc/>
    public async ValueTask<ConversationPage> ListAsync(
        string owner, string? after, int limit, bool newestFirst, CancellationToken cancellationToken)
    {
        var index = IndexKey(owner);
        var order = newestFirst ? Order.Descending : Order.Ascending;
        var start = 0L;
        if (after is not null)
        {
            var rank = await redis.RunAsync(database => database.SortedSetRankAsync(index, after, order), cancellationToken).ConfigureAwait(false);
            if (rank is null)
                return new ConversationPage([], false);
            start = rank.Value + 1;
        }

        var page = new List<Conversation>(limit + 1);
        while (page.Count <= limit)
        {
            var ids = await redis.RunAsync(
                database => database.SortedSetRangeByRankAsync(index, start, start + limit, order), cancellationToken).ConfigureAwait(false);
            if (ids.Length == 0)
                break;
            foreach (var id in ids)
            {
                if (await FindAsync(owner, id!, cancellationToken).ConfigureAwait(false) is { } found)
                {
                    page.Add(found);
                    start++;
                }
                else
                {
                    // It has expired; the places behind it move up.
                    await redis.RunAsync(database => database.SortedSetRemoveAsync(index, id), cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return new ConversationPage([.. page.Take(limit)], page.Count > limit);
    }

    /// <inheritdoc/>
    public async ValueTask<Conversation?> UpdateAsync(
        string owner, string id, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        RedisValue[] arguments = [_lifetime, Metadata(metadata), Milliseconds(time.GetUtcNow())];
        var done = (int)await EvaluateAsync(UpdateScript, owner, id, arguments, cancellationToken).ConfigureAwait(false);
        return done == 0 ? null : await FindAsync(owner, id, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<Conversation?> ChangeAsync(string owner, string id, ConversationChange change, CancellationToken cancellationToken)
    {
        if (await FindAsync(owner, id, cancellationToken).ConfigureAwait(false) is not { } found || found.Version != change.ExpectedVersion)
            return null;
        var changed = found.With(change, time.GetUtcNow());
        RedisValue[] arguments =
        [
            _lifetime,
            change.ExpectedVersion,
            changed.Version,
            ConversationJson.Write(changed),
            Milliseconds(changed.UpdatedAt),
            change.Keep ?? -1,
            .. change.Items.Select(static item => (RedisValue)ItemJson.Write(item)),
        ];
        if ((int)await EvaluateAsync(ChangeScript, owner, id, arguments, cancellationToken).ConfigureAwait(false) == 0)
            return null;
        await IndexAsync(changed, cancellationToken).ConfigureAwait(false);
        return changed;
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken) => redis.RunAsync(
        async database =>
        {
            var keys = Keys(owner, id);

            // The items first: whoever reads meanwhile sees the conversation without them or not at all, never items without it.
            await database.SortedSetRemoveAsync(IndexKey(owner), id).ConfigureAwait(false);
            await database.KeyDeleteAsync(keys[1]).ConfigureAwait(false);
            return await database.KeyDeleteAsync(keys[0]).ConfigureAwait(false);
        },
        cancellationToken);

    private static RedisValue[] Head => ["body", "metadata", "updated"];

    private static Conversation? Parse(RedisValue[] head)
    {
        if (head[0].IsNull)
            return null;

        // The two that change apart from the log are kept apart from it, so that neither change undoes the other.
        using var metadata = System.Text.Json.JsonDocument.Parse((ReadOnlyMemory<byte>)head[1]);
        return ConversationJson.Read((ReadOnlyMemory<byte>)head[0]) with
        {
            Metadata = metadata.RootElement.EnumerateObject().ToDictionary(static pair => pair.Name, static pair => pair.Value.GetString()!),
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds((long)head[2]),
        };
    }

    private static RedisValue Metadata(IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new System.Text.Json.Utf8JsonWriter(buffer))
            ConversationJson.WriteMetadata(writer, metadata);
        return buffer.WrittenSpan.ToArray();
    }

    private static RedisValue Milliseconds(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private RedisKey IndexKey(string owner) => redis.Key($"conversations:{owner}");

    // Between braces is what decides about the node of a cluster, which both keys must share.
    private RedisKey[] Keys(string owner, string id) =>
        [redis.Key($"conversation:{{{owner}/{id}}}"), redis.Key($"conversation-items:{{{owner}/{id}}}")];

    private ValueTask<RedisResult> EvaluateAsync(
        string script, string owner, string id, RedisValue[] arguments, CancellationToken cancellationToken) =>
        redis.RunAsync(database => database.ScriptEvaluateAsync(script, Keys(owner, id), arguments), cancellationToken);

    private ValueTask<bool> IndexAsync(Conversation conversation, CancellationToken cancellationToken) => redis.RunAsync(
        async database =>
        {
            var index = IndexKey(conversation.Owner);
            await database.SortedSetAddAsync(index, conversation.Id, conversation.CreatedAt.ToUnixTimeMilliseconds()).ConfigureAwait(false);
            return await database.KeyExpireAsync(index, TimeSpan.FromMilliseconds(_lifetime)).ConfigureAwait(false);
        },
        cancellationToken);
}
