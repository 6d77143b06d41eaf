using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Operations;

namespace Nexus.Claude.Server.Redis;

/// <summary>Whether the Redis that gateways share answers.</summary>
/// <param name="redis">The connection.</param>
/// <param name="options">Whether there is one.</param>
internal sealed class RedisCheck(RedisConnection redis, IOptions<NexusClaudeServerOptions> options) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "redis";

    /// <inheritdoc/>
    public async ValueTask<Readiness?> CheckAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Redis.ConnectionString is null)
            return null;
        try
        {
            var latency = await redis.TryRunAsync(static database => database.PingAsync(), cancellationToken).ConfigureAwait(false);
            return Readiness.Ready($"Redis answers after {latency.TotalMilliseconds:0.0} ms.");
        }
        catch (Exception failure) when (RedisConnection.IsFailure(failure))
        {
            return Readiness.Trouble(
                $"Redis does not answer ({failure.GetType().Name}). Conversations answer with status 503 until it does; replies are not kept.",
                "See that Redis runs and that NexusClaudeServerOptions.Redis.ConnectionString names it, with its password where it has one.");
        }
    }
}
