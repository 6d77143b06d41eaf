using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Operations;
using Nexus.Claude.Server.Sessions;

namespace Nexus.Claude.Server.Redis;

/// <summary>What several gateways share.</summary>
internal static class RedisSetup
{
    /// <summary>Registers the connection. What uses it asks <see cref="UsesRedis"/> first.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddRedis(this IServiceCollection services)
    {
        services.TryAddSingleton<RedisConnection>();
        services.TryAddSingleton<RedisTranscripts>();
        services.TryAddSingleton<ITranscripts>(static provider => provider.UsesRedis() ? provider.GetRequiredService<RedisTranscripts>() : new NoTranscripts());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IReadinessCheck, RedisCheck>());
        services.TryAddSingleton<RedisInterrupts>();
        services.TryAddSingleton<IInterrupts>(static provider => provider.UsesRedis()
            ? provider.GetRequiredService<RedisInterrupts>()
            : new LocalInterrupts(provider.GetRequiredService<ISessionTurns>()));
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, RedisInterrupts>(static provider => provider.GetRequiredService<RedisInterrupts>()));
        services.AddOptions<NexusClaudeServerOptions>().Validate(
            static options => options.Redis is { Timeout.Ticks: > 0, LeaseTime.TotalMilliseconds: >= 1000 } redis
                && redis.Timeout < TimeSpan.FromDays(1)
                && (redis.ConnectionString is null || !string.IsNullOrWhiteSpace(redis.ConnectionString)),
            "NexusClaudeServerOptions.Redis: ConnectionString is null or names a Redis, Timeout is more than nothing and less than a day, LeaseTime at least one second.");
        return services;
    }

    /// <summary>Whether there is a Redis.</summary>
    /// <param name="services">The services.</param>
    /// <returns>True when the options name one.</returns>
    public static bool UsesRedis(this IServiceProvider services) =>
        services.GetRequiredService<IOptions<NexusClaudeServerOptions>>().Value.Redis.ConnectionString is not null;
}
