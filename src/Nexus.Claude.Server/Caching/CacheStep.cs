using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Redis;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Caching;

/// <summary>
/// Answers a request that asks for it with the reply to an equal one. Equal requests at the same time are answered by one turn: the first gets its
/// events as they come, the others all at once when it is complete. What cannot be kept, or fails, is nobody's but the first one's.
/// </summary>
internal sealed partial class CacheStep : ITurnStep, IAsyncDisposable
{
    private readonly GatewayCacheOptions _options;
    private readonly ILogger _logger;
    private readonly ServiceProvider _services;
    private readonly HybridCache _cache;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="options">What is kept, and for how long.</param>
    /// <param name="services">Has the Redis behind the memory, where there is one.</param>
    /// <param name="loggers">The log.</param>
    public CacheStep(IOptions<NexusClaudeServerOptions> options, IServiceProvider services, ILoggerFactory loggers)
    {
        _options = options.Value.Cache;
        _logger = loggers.CreateLogger<CacheStep>();

        // In a container of its own: the application's memory cache has other limits, its distributed cache other contents.
        var own = new ServiceCollection();
        own.AddSingleton(loggers);
        own.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        own.AddMemoryCache(memory => memory.SizeLimit = _options.MaxBytesInMemory);
        own.AddHybridCache(hybrid =>
        {
            hybrid.MaximumPayloadBytes = _options.MaxReplyBytes;
            hybrid.ReportTagMetrics = false;
        });
        if (services.UsesRedis())
            own.AddSingleton<IDistributedCache>(new RedisCache(services.GetRequiredService<RedisConnection>(), services.GetRequiredService<TimeProvider>()));
        _services = own.BuildServiceProvider();
        _cache = _services.GetRequiredService<HybridCache>();
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<TurnEvent> RunAsync(TurnRequest request, ITurnRunner next, CancellationToken cancellationToken) =>
        request.Cache is { MayWrite: true } use && Applies(request, use)
            ? RunAsync(request, use, next, cancellationToken)
            : next.RunAsync(request, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    // What an agent does has effects; to leave them out is no answer.
    private bool Applies(TurnRequest request, CacheUse use) =>
        _options.Enabled && !request.IsAgent && (use.IsWanted ?? (_options.IncludeDeterministic && request.Sampling.Temperature == 0));

    private async IAsyncEnumerable<TurnEvent> RunAsync(
        TurnRequest request, CacheUse use, ITurnRunner next, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var run = new SharedRun(request, next, _options.IncludeToolCalls);
        var kept = GetOrRunAsync(run, use, ended.Token);
        var isWhole = false;
        try
        {
            await Task.WhenAny(run.Begun, kept).ConfigureAwait(false);
            if (run.Begun.IsCompleted)
            {
                use.Outcome = CacheOutcome.Miss;
                await foreach (var turnEvent in run.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    isWhole = turnEvent is TurnEvent.Ended;
                    yield return turnEvent;
                }

                yield break;
            }

            if (await kept.ConfigureAwait(false) is { } events)
            {
                use.Outcome = CacheOutcome.Hit;
                foreach (var turnEvent in events)
                    yield return turnEvent;
                yield break;
            }
        }
        finally
        {
            // Whoever else waits for the same reply keeps the turn going; otherwise it is interrupted. A whole one is only being put away.
            if (!isWhole)
                await ended.CancelAsync().ConfigureAwait(false);
            await ((Task)kept).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // The one that was waited for has nothing to share.
        cancellationToken.ThrowIfCancellationRequested();
        use.Outcome = CacheOutcome.Miss;
        await foreach (var turnEvent in next.RunAsync(request, cancellationToken).ConfigureAwait(false))
            yield return turnEvent;
    }

    /// <summary>The kept events; null when there is nothing that may be shared.</summary>
    private async Task<IReadOnlyList<TurnEvent>?> GetOrRunAsync(SharedRun run, CacheUse use, CancellationToken cancellationToken)
    {
        var options = new HybridCacheEntryOptions
        {
            Expiration = _options.Lifetime,
            LocalCacheExpiration = _options.Lifetime,
            Flags = use.MayRead ? HybridCacheEntryFlags.None : HybridCacheEntryFlags.DisableLocalCacheRead | HybridCacheEntryFlags.DisableDistributedCacheRead,
        };
        try
        {
            var bytes = await _cache.GetOrCreateAsync(
                CacheKey.Of(run.Request), run, static (run, token) => run.RunAsync(token), options, cancellationToken: cancellationToken).ConfigureAwait(false);
            return run.Begun.IsCompleted ? null : Renamed(TurnEventJson.Read(bytes));
        }
        catch (NothingToShareException)
        {
            return null;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException || RedisConnection.IsFailure(failure))
        {
            // A cache is no reason to fail.
            LogUnreadable(_logger, failure);
            return null;
        }
    }

    // A kept call is made anew: no two replies have a call in common.
    private static List<TurnEvent> Renamed(IReadOnlyList<TurnEvent> events) =>
        [.. events.Select(static turnEvent => turnEvent is TurnEvent.ToolCall call ? call with { Id = $"toolu_{Guid.NewGuid():N}" } : turnEvent)];

    [LoggerMessage(Level = LogLevel.Warning, Message = "A kept reply could not be used; the request is answered by the model.")]
    private static partial void LogUnreadable(ILogger logger, Exception failure);
}
