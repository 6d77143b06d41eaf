using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Redis;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Caching;

/// <summary>Replies kept for equal requests, and for requests that come twice.</summary>
internal static class CacheSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCaching(this IServiceCollection services)
    {
        services.AddRedis();
        services.TryAddKeyedSingleton<ITurnStep, CacheStep>(TurnStepOrder.Cache);
        services.TryAddKeyedSingleton<IDistributedCache>(AnsweredRequests.Key, static (provider, _) => provider.UsesRedis()
            ? new RedisCache(provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<TimeProvider>())
            : new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions
            {
                SizeLimit = provider.GetRequiredService<IOptions<NexusClaudeServerOptions>>().Value.Idempotency.MaxBytesInMemory,
            })));
        services.TryAddSingleton<AnsweredRequests>();
        services.AddOptions<NexusClaudeServerOptions>()
            .Validate(
                static options => options.Cache is { Lifetime.Ticks: > 0, MaxReplyBytes: > 0, MaxBytesInMemory: > 0 },
                "NexusClaudeServerOptions.Cache: Lifetime, MaxReplyBytes and MaxBytesInMemory are more than nothing. To keep no replies set Enabled to false.")
            .Validate(
                static options => options.Idempotency is { Lifetime.Ticks: > 0, MaxAnswerBytes: > 0, MaxBytesInMemory: > 0 },
                "NexusClaudeServerOptions.Idempotency: Lifetime, MaxAnswerBytes and MaxBytesInMemory are more than nothing.");
        return services;
    }

    /// <summary>Answers requests with an <c>Idempotency-Key</c> once. Comes after what finds out who sends a request.</summary>
    /// <param name="app">The application.</param>
    public static void UseIdempotency(this WebApplication app)
    {
        var answered = app.Services.GetRequiredService<AnsweredRequests>();
        app.Use(next => context => answered.RunAsync(context, next));
    }
}
