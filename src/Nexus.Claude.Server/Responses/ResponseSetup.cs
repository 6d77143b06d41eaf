using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Nexus.Claude.Server.Responses;

/// <summary>The responses routes.</summary>
internal static class ResponseSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddResponses(this IServiceCollection services) => services;

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void MapResponses(this WebApplication app)
    {
    }
}
