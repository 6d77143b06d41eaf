using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Nexus.Claude.Server.ChatCompletions;

/// <summary>The chat completions route.</summary>
internal static class ChatCompletionSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddChatCompletions(this IServiceCollection services)
    {
        services.TryAddSingleton<ChatCompletionRoute>();
        return services;
    }

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void MapChatCompletions(this WebApplication app) =>
        app.MapPost("/v1/chat/completions", app.Services.GetRequiredService<ChatCompletionRoute>().HandleAsync);
}
