using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Nexus.Claude.Server.Responses;

/// <summary>The responses routes.</summary>
internal static class ResponseSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddResponses(this IServiceCollection services)
    {
        services.TryAddSingleton<ResponseArchive>();
        services.TryAddSingleton<ResponseReader>();
        services.TryAddSingleton<ResponseRoutes>();
        return services;
    }

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void MapResponses(this WebApplication app)
    {
        var responses = app.Services.GetRequiredService<ResponseRoutes>();
        app.MapPost("/v1/responses", responses.CreateAsync);
        app.MapGet("/v1/responses/{id}", responses.GetAsync);
        app.MapDelete("/v1/responses/{id}", responses.DeleteAsync);
        app.MapPost("/v1/responses/{id}/cancel", responses.CancelAsync);
        app.MapGet("/v1/responses/{id}/input_items", responses.ListInputAsync);
    }
}
