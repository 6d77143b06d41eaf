using Microsoft.Extensions.DependencyInjection;

namespace Nexus.Claude.Server.Caching;

/// <summary>Replies kept for equal requests.</summary>
internal static class CacheSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCaching(this IServiceCollection services) => services;
}
