using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Sessions;
using Nexus.Claude.Server.Turns;
using StackExchange.Redis;

namespace Nexus.Claude.Server.Redis;

/// <summary>Transcripts for all gateways of one Redis. They last as long as conversations do.</summary>
internal sealed partial class RedisTranscripts : ITranscripts
{
    private readonly RedisConnection _redis;
    private readonly RedisSessionStore _store;
    private readonly TimeSpan _lifetime;
    private readonly ILogger _logger;

    /// <summary>Makes them.</summary>
    /// <param name="redis">The connection.</param>
    /// <param name="options">How long conversations last.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public RedisTranscripts(RedisConnection redis, IOptions<NexusClaudeServerOptions> options, TimeProvider time, ILogger<RedisTranscripts> logger)
    {
        _redis = redis;
        _lifetime = options.Value.Conversations.Lifetime;
        _store = new RedisSessionStore(redis, time, _lifetime);
        _logger = logger;
    }

    /// <inheritdoc/>
    public ISessionStore Store => _store;

    /// <inheritdoc/>
    public async ValueTask<string?> FindAsync(TurnRequest request, string key, CancellationToken cancellationToken)
    {
        try
        {
            var (known, sessionId, _) = await ReadAsync(Key(request.Caller.KeyId, request.ConversationId!), cancellationToken).ConfigureAwait(false);
            return known == key ? sessionId : null;
        }
        catch (Exception failure) when (IsOfRedis(failure))
        {
            LogUnused(_logger, failure);
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask KeepAsync(TurnRequest request, string key, string sessionId)
    {
        // The client has the reply: that it has gone is no reason to leave this half done.
        var name = Key(request.Caller.KeyId, request.ConversationId!);
        try
        {
            var (_, before, folder) = await ReadAsync(name, CancellationToken.None).ConfigureAwait(false);
            await _redis.TryRunAsync(
                async database =>
                {
                    await database.HashSetAsync(name, [new("key", key), new("session", sessionId), new("folder", request.WorkingDirectory)]).ConfigureAwait(false);
                    return await database.KeyExpireAsync(name, _lifetime).ConfigureAwait(false);
                },
                CancellationToken.None).ConfigureAwait(false);
            if (before is not null && before != sessionId)
                await DeleteAsync(before, folder!, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsOfRedis(failure))
        {
            LogUnused(_logger, failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask ForgetAsync(string owner, string conversationId, CancellationToken cancellationToken)
    {
        var name = Key(owner, conversationId);
        var (_, sessionId, folder) = await ReadAsync(name, cancellationToken).ConfigureAwait(false);
        if (sessionId is null)
            return;
        await DeleteAsync(sessionId, folder!, cancellationToken).ConfigureAwait(false);
        await _redis.RunAsync(database => database.KeyDeleteAsync(name), cancellationToken).ConfigureAwait(false);
    }

    private async Task DeleteAsync(string sessionId, string folder, CancellationToken cancellationToken)
    {
        try
        {
            await new ClaudeSessions(_store, folder).DeleteAsync(sessionId, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionNotFoundException)
        {
            // Its time had come.
        }
    }

    private static bool IsOfRedis(Exception failure) => failure is GatewayException || RedisConnection.IsFailure(failure);

    private async ValueTask<(string? Key, string? SessionId, string? Folder)> ReadAsync(RedisKey name, CancellationToken cancellationToken)
    {
        var values = await _redis.RunAsync(database => database.HashGetAsync(name, ["key", "session", "folder"]), cancellationToken).ConfigureAwait(false);
        return (values[0], values[1], values[2]);
    }

    private RedisKey Key(string owner, string conversationId) => _redis.Key($"transcript:{owner.Length}.{owner}.{conversationId}");

    [LoggerMessage(Level = LogLevel.Warning, Message = "The transcript of a conversation could not be found or kept; another gateway would go on from the conversation's log.")]
    private static partial void LogUnused(ILogger logger, Exception failure);
}
