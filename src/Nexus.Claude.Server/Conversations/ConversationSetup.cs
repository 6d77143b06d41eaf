using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Conversations kept by the server, and their routes.</summary>
internal static class ConversationSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddConversations(this IServiceCollection services) => services;

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void MapConversations(this WebApplication app)
    {
    }
}
