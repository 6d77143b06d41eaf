using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Sessions;
using Nexus.Claude.Server.Turns;
using StackExchange.Redis;

namespace Nexus.Claude.Server.Redis;

/// <summary>
/// Interrupts turns on all gateways of one Redis: asks the others over a channel, and does what they ask. Whoever has the turn answers; nobody
/// answers for one that does not run.
/// </summary>
/// <param name="sessions">The turns of this gateway.</param>
/// <param name="redis">The connection.</param>
/// <param name="options">Whether there is a Redis, and how long the others have to answer.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class RedisInterrupts(
    ISessionTurns sessions, RedisConnection redis, IOptions<NexusClaudeServerOptions> options, TimeProvider time, ILogger<RedisInterrupts> logger)
    : BackgroundService, IInterrupts
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(2);

    private readonly GatewayRedisOptions _options = options.Value.Redis;

    private RedisChannel Asked => RedisChannel.Literal((string)redis.Key("interrupt")!);

    /// <inheritdoc/>
    public async ValueTask<bool> InterruptAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        if (sessions.TryInterrupt(caller, id))
            return true;
        var token = Guid.NewGuid().ToString("N");
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var channel = Answered(token);
        try
        {
            var subscriber = await redis.SubscriberAsync(cancellationToken).ConfigureAwait(false);
            await subscriber.SubscribeAsync(channel, (_, _) => answered.TrySetResult()).WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var listeners = await subscriber.PublishAsync(Asked, Write(token, caller, id)).WaitAsync(cancellationToken).ConfigureAwait(false);

                // Nobody but this gateway, which has looked already.
                if (listeners <= 1)
                    return false;
                await answered.Task.WaitAsync(_options.Timeout, time, cancellationToken).ConfigureAwait(false);
                return true;
            }
            finally
            {
                await subscriber.UnsubscribeAsync(channel).ConfigureAwait(false);
            }
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (Exception failure) when (RedisConnection.IsFailure(failure))
        {
            LogUnreachable(logger, failure);
            return false;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.ConnectionString is null)
            return;
        while (true)
        {
            try
            {
                // Once it stands the connection sees to it itself, also after Redis was away.
                var subscriber = await redis.SubscriberAsync(stoppingToken).ConfigureAwait(false);
                await subscriber.SubscribeAsync(Asked, (_, message) => Handle(subscriber, message)).WaitAsync(stoppingToken).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (RedisConnection.IsFailure(failure))
            {
                LogUnreachable(logger, failure);
                await Task.Delay(RetryPause, time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private void Handle(ISubscriber subscriber, RedisValue message)
    {
        try
        {
            using var document = JsonDocument.Parse((ReadOnlyMemory<byte>)message);
            var (token, key, id) = (document.RootElement[0].GetString()!, document.RootElement[1].GetString()!, document.RootElement[2].GetString()!);
            if (sessions.TryInterrupt(new Caller(key, KeyPolicy.Open), id))
                subscriber.Publish(Answered(token), "1", CommandFlags.FireAndForget);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or IndexOutOfRangeException || RedisConnection.IsFailure(failure))
        {
            LogUnreachable(logger, failure);
        }
    }

    private RedisChannel Answered(string token) => RedisChannel.Literal((string)redis.Key($"interrupted:{token}")!);

    private static RedisValue Write(string token, Caller caller, string id) => JsonReply.ToUtf8(writer =>
    {
        writer.WriteStartArray();
        writer.WriteStringValue(token);
        writer.WriteStringValue(caller.KeyId);
        writer.WriteStringValue(id);
        writer.WriteEndArray();
    });

    [LoggerMessage(Level = LogLevel.Warning, Message = "Other gateways cannot be asked to interrupt a turn, or cannot ask this one.")]
    private static partial void LogUnreachable(ILogger logger, Exception failure);
}
