using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Nexus.Claude.Server.Sessions;

/// <summary>Sessions of the CLI: their processes, and the route that interrupts one.</summary>
internal static class SessionSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSessions(this IServiceCollection services) => services;

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void MapSessions(this WebApplication app)
    {
        app.MapInterrupt();
    }
}
