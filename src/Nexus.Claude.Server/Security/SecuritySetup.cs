using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Nexus.Claude.Server.Security;

/// <summary>Who may use the server, and how much.</summary>
internal static class SecuritySetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSecurity(this IServiceCollection services) => services;

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void UseSecurity(this WebApplication app)
    {
    }
}
