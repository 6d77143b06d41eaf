using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Nexus.Claude.Server.Sessions;

/// <summary>Sessions of the CLI: their processes, and the route that interrupts one.</summary>
internal static class SessionSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddLogging();
        services.TryAddSingleton<SessionPool>();
        services.TryAddSingleton<SessionTurns>();
        services.TryAddSingleton<ISessionTurns>(static provider => provider.GetRequiredService<SessionTurns>());
        services.TryAddSingleton<ISessionStatus>(static provider => provider.GetRequiredService<SessionTurns>());
        services.AddSingleton<IValidateOptions<NexusClaudeServerOptions>, SessionOptionsValidation>();
        services.AddHostedService<SessionStart>();
        return services;
    }

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void MapSessions(this WebApplication app)
    {
        app.MapInterrupt();
    }

    private sealed class SessionOptionsValidation : IValidateOptions<NexusClaudeServerOptions>
    {
        public ValidateOptionsResult Validate(string? name, NexusClaudeServerOptions options)
        {
            List<string> mistakes = [.. options.Sessions.Mistakes()];
            return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
        }
    }
}
