using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Nexus.Claude.Server.Operations;

/// <summary>Health, statistics, metrics, the API description and the status page.</summary>
internal static class OperationSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddOperations(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton<RequestStatistics>();
        services.TryAddSingleton<TurnStatistics>();
        services.TryAddSingleton<MetricsCollector>();
        services.TryAddSingleton<CliProbe>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IReadinessCheck, CliProbe>(static provider => provider.GetRequiredService<CliProbe>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IReadinessCheck, WarmProcessCheck>());
        services.TryAddSingleton<HealthRoutes>();
        services.TryAddSingleton<StatsRoute>();
        services.TryAddSingleton<MetricsRoute>();
        return services;
    }

    /// <summary>Counts requests. Comes before everything else, so that it sees the statuses that errors become.</summary>
    /// <param name="app">The application.</param>
    public static void UseOperations(this WebApplication app)
    {
        // Listens from the first request on, not from the first scrape.
        app.Services.GetRequiredService<MetricsCollector>();
        var requests = app.Services.GetRequiredService<RequestStatistics>();
        app.Use(next => context => requests.WatchAsync(context, next));
    }

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void MapOperations(this WebApplication app)
    {
        app.Services.GetRequiredService<HealthRoutes>().Map(app);
        app.Services.GetRequiredService<StatsRoute>().Map(app);
        app.Services.GetRequiredService<MetricsRoute>().Map(app);
        app.MapOpenApiDocument();
        app.MapStatusPage();
    }
}
