using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Security;

/// <summary>Who may use the server, and how much.</summary>
internal static class SecuritySetup
{
    private static readonly string[] Methods = ["GET", "POST", "DELETE"];
    private static readonly string[] ShownHeaders = ["x-request-id", "retry-after", "x-nexus-cache", "x-nexus-ignored-params"];

    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.TryAddSingleton<ApiKeys>();
        services.TryAddSingleton<HostFilter>();
        services.TryAddSingleton<ServerDrain>();
        services.TryAddSingleton<TurnQueue>();
        services.TryAddSingleton<RateLimits>();
        services.TryAddSingleton<SpendLedger>();
        services.TryAddSingleton<ModelAccess>();
        services.TryAddSingleton<AgentAudit>();
        services.TryAddSingleton<IAgentAudit>(static provider => provider.GetRequiredService<AgentAudit>());
        services.TryAddSingleton<IAgentMode, AgentMode>();
        services.TryAddKeyedSingleton<ITurnStep, AdmissionStep>(TurnStepOrder.Admission);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ListenGuard>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DrainOnStop>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SpendWriter>());
        services.AddCors();
        services.AddOptions<HostOptions>().PostConfigure<IOptions<NexusClaudeServerOptions>>(static (host, options) =>
        {
            // The host counts its own time from the same moment; turns get theirs, and the processes some to end.
            var needed = options.Value.Limits.DrainTimeout + TimeSpan.FromSeconds(15);
            if (host.ShutdownTimeout < needed)
                host.ShutdownTimeout = needed;
        });
        return services;
    }

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void UseSecurity(this WebApplication app)
    {
        var services = app.Services;
        var options = services.GetRequiredService<IOptions<NexusClaudeServerOptions>>();
        var hosts = services.GetRequiredService<HostFilter>();
        app.Use(next => context =>
        {
            hosts.Check(context);
            return next(context);
        });
        var origins = options.Value.Security.CorsOrigins;
        if (origins.Count > 0)
        {
            app.UseCors(policy =>
            {
                if (origins.Contains("*"))
                    policy.AllowAnyOrigin();
                else
                    policy.WithOrigins([.. origins]);
                policy.WithMethods(Methods).AllowAnyHeader().WithExposedHeaders(ShownHeaders).SetPreflightMaxAge(TimeSpan.FromMinutes(10));
            });
        }

        var keys = services.GetRequiredService<ApiKeys>();
        var logger = services.GetRequiredService<ILogger<SecurityMiddleware>>();
        app.Use(next => new SecurityMiddleware(next, keys, hosts, options, logger).InvokeAsync);
    }
}
