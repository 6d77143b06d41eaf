using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Nexus.Claude.Server.Messages;

/// <summary>Anthropic's own messages route.</summary>
internal static class MessageSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddMessages(this IServiceCollection services)
    {
        services.TryAddSingleton<MessageRoutes>();
        return services;
    }

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void MapMessages(this WebApplication app)
    {
        var routes = app.Services.GetRequiredService<MessageRoutes>();
        app.MapPost("/v1/messages", routes.CreateAsync);
        app.MapPost("/v1/messages/count_tokens", routes.CountTokensAsync);
    }
}
