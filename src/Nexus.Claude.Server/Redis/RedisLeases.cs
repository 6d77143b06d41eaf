using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Conversations;
using StackExchange.Redis;

namespace Nexus.Claude.Server.Redis;

/// <summary>
/// Leases among all gateways of one Redis. Within a gateway the line is kept in memory; its first one asks Redis. A lease that is held is renewed;
/// when its gateway dies it runs out.
/// </summary>
internal sealed partial class RedisLeases : ILeases
{
    private const string RenewScript = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";

    private const string ReleaseScript = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly RedisConnection _redis;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LocalLeases _local = new();
    private readonly TimeSpan _leaseTime;

    /// <summary>Makes leases.</summary>
    /// <param name="redis">The connection.</param>
    /// <param name="options">How long a lease lasts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public RedisLeases(RedisConnection redis, IOptions<NexusClaudeServerOptions> options, TimeProvider time, ILogger<RedisLeases> logger) =>
        (_redis, _leaseTime, _time, _logger) = (redis, options.Value.Redis.LeaseTime, time, logger);

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable?> AcquireAsync(string name, bool wait, CancellationToken cancellationToken)
    {
        var local = await _local.AcquireAsync(name, wait, cancellationToken).ConfigureAwait(false);
        if (local is null)
            return null;
        try
        {
            var (key, token) = (_redis.Key($"lease:{name}"), Guid.NewGuid().ToString("N"));
            for (var pause = TimeSpan.FromMilliseconds(10); ; pause = Min(pause * 1.5, LongestPause))
            {
                var taken = await _redis.RunAsync(
                    database => database.StringSetAsync(key, token, _leaseTime, When.NotExists), cancellationToken).ConfigureAwait(false);
                if (taken)
                    return new Lease(this, local, key, token);
                if (!wait)
                    break;

                // Another gateway has it. Redis keeps no line, so each asks again.
                await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            await local.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await local.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    [LoggerMessage(Level = LogLevel.Warning, Message = "A lease in Redis could not be renewed or given back. It runs out by itself.")]
    private static partial void LogLeaseTrouble(ILogger logger, Exception failure);

    private sealed class Lease : IAsyncDisposable
    {
        private readonly RedisLeases _owner;
        private readonly IAsyncDisposable _local;
        private readonly RedisKey _key;
        private readonly string _token;
        private readonly CancellationTokenSource _ended = new();
        private readonly Task _renewing;

        public Lease(RedisLeases owner, IAsyncDisposable local, RedisKey key, string token)
        {
            (_owner, _local, _key, _token) = (owner, local, key, token);
            _renewing = RenewAsync();
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                await _ended.CancelAsync().ConfigureAwait(false);
                await _renewing.ConfigureAwait(false);
                await TryEvaluateAsync(ReleaseScript, [_token]).ConfigureAwait(false);
            }
            finally
            {
                _ended.Dispose();
                await _local.DisposeAsync().ConfigureAwait(false);
            }
        }

        private async Task RenewAsync()
        {
            using var timer = new PeriodicTimer(_owner._leaseTime / 3, _owner._time);
            try
            {
                while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
                    await TryEvaluateAsync(RenewScript, [_token, (long)_owner._leaseTime.TotalMilliseconds]).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_ended.IsCancellationRequested)
            {
                // The lease is given back.
            }
        }

        // A lease that is lost does no harm: the change that it protects names the version that it was made from.
        private async Task TryEvaluateAsync(string script, RedisValue[] arguments)
        {
            try
            {
                await _owner._redis.TryRunAsync(database => database.ScriptEvaluateAsync(script, [_key], arguments), CancellationToken.None)
                    .ConfigureAwait(false);
            }
            catch (Exception failure) when (RedisConnection.IsFailure(failure))
            {
                LogLeaseTrouble(_owner._logger, failure);
            }
        }
    }
}
