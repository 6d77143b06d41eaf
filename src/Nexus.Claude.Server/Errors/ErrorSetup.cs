using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Server.Errors;

/// <summary>Every error leaves the server as OpenAI's error object.</summary>
internal static class ErrorSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddErrors(this IServiceCollection services) => services;

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void UseErrors(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILogger<ErrorMiddleware>>();
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use(next => new ErrorMiddleware(next, time, logger).InvokeAsync);
    }
}
