using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;
using StackExchange.Redis;

namespace Nexus.Claude.Server.Redis;

/// <summary>The connection to Redis. Made when it is first needed; it comes back by itself after Redis was away.</summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    private readonly GatewayRedisOptions _options;
    private readonly ILogger _logger;
    private readonly Lazy<Task<ConnectionMultiplexer>> _connection;

    /// <summary>Makes a connection that is not opened yet.</summary>
    /// <param name="options">Where Redis is.</param>
    /// <param name="logger">The log.</param>
    public RedisConnection(IOptions<NexusClaudeServerOptions> options, ILogger<RedisConnection> logger)
    {
        _options = options.Value.Redis;
        _logger = logger;
        _connection = new Lazy<Task<ConnectionMultiplexer>>(ConnectAsync);
    }

    /// <summary>A key with the prefix that all of ours have.</summary>
    /// <param name="name">The key's own name.</param>
    /// <returns>The key.</returns>
    public RedisKey Key(string name) => _options.KeyPrefix + name;

    /// <summary>Runs a command for something that cannot do without Redis.</summary>
    /// <typeparam name="T">What comes out.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives up; the command may still be carried out.</param>
    /// <returns>What the command returned.</returns>
    /// <exception cref="GatewayException">Redis cannot be reached or does not answer; a 503.</exception>
    public async ValueTask<T> RunAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        try
        {
            return await TryRunAsync(command, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            LogDown(_logger, failure);
            throw new GatewayException(
                503,
                "server_error",
                "conversation_store_unavailable",
                "The server's store of conversations cannot be reached at the moment. Try again; requests without a conversation work meanwhile.",
                innerException: failure);
        }
    }

    /// <summary>Runs a command whose failure the caller handles: <see cref="IsFailure"/> knows it.</summary>
    /// <typeparam name="T">What comes out.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives up; the command may still be carried out.</param>
    /// <returns>What the command returned.</returns>
    public async ValueTask<T> TryRunAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        var connection = await _connection.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await command(connection.GetDatabase()).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What sends and gets messages of channels.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The subscriber. Its failures are Redis's own, as those of <see cref="TryRunAsync"/>.</returns>
    public async ValueTask<ISubscriber> SubscriberAsync(CancellationToken cancellationToken) =>
        (await _connection.Value.WaitAsync(cancellationToken).ConfigureAwait(false)).GetSubscriber();

    /// <summary>Whether a command failed because of Redis and not because of the caller.</summary>
    /// <param name="failure">What the command threw.</param>
    /// <returns>True for Redis.</returns>
    public static bool IsFailure(Exception failure) => failure is RedisException or TimeoutException or ObjectDisposedException;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_connection.IsValueCreated)
            return;
        try
        {
            await (await _connection.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            LogDown(_logger, failure);
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var configuration = ConfigurationOptions.Parse(_options.ConnectionString!);

        // The gateway starts and answers what needs no conversation without Redis, too; what needs it fails at once instead of piling up.
        configuration.AbortOnConnectFail = false;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.AsyncTimeout = (int)_options.Timeout.TotalMilliseconds;
        configuration.ConnectTimeout = (int)_options.Timeout.TotalMilliseconds;
        configuration.ClientName ??= "nexus-claude";
        return await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis cannot be used; conversations answer with status 503 until it can.")]
    private static partial void LogDown(ILogger logger, Exception failure);
}
