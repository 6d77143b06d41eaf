using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nexus.Claude.Server.Caching;
using Nexus.Claude.Server.ChatCompletions;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Messages;
using Nexus.Claude.Server.Models;
using Nexus.Claude.Server.Operations;
using Nexus.Claude.Server.Responses;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Sessions;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude;

/// <summary>Registers the gateway with a container.</summary>
public static class NexusClaudeServerServices
{
    /// <summary>Registers the gateway. <see cref="NexusClaudeServerEndpoints.MapNexusClaude"/> gives it its routes.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">The options; null for the defaults.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddNexusClaudeServer(this IServiceCollection services, Action<NexusClaudeServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<NexusClaudeServerOptions>();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services
            .AddErrors()
            .AddSecurity()
            .AddSessions()
            .AddModels()
            .AddConversations()
            .AddCaching()
            .AddChatCompletions()
            .AddResponses()
            .AddMessages()
            .AddOperations();
        services.TryAddSingleton<ITurnRunner, TurnPipeline>();
        return services;
    }
}
