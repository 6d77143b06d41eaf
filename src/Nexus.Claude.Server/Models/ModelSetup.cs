using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Nexus.Claude.Server.Models;

/// <summary>The models and their routes.</summary>
internal static class ModelSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.TryAddSingleton<IModelCatalog, ModelCatalog>();
        services.TryAddSingleton<ModelRoutes>();
        return services;
    }

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void MapModels(this WebApplication app)
    {
        var routes = app.Services.GetRequiredService<ModelRoutes>();
        app.MapGet("/v1/models", (RequestDelegate)routes.ListAsync);
        app.MapGet("/v1/models/{*id}", (RequestDelegate)(context => routes.GetAsync(context, (string?)context.Request.RouteValues["id"] ?? "")));
    }
}
