using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>Starts processes with the server, so that its first request finds one.</summary>
/// <param name="services">The container.</param>
/// <param name="options">The options.</param>
internal sealed class SessionStart(IServiceProvider services, IOptions<NexusClaudeServerOptions> options) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Where something else runs the turns, as in a test, no process is of use.
        if (options.Value.Sessions.StartAhead && services.GetService<ITurnRunner>() is TurnPipeline && services.GetService<ISessionTurns>() is SessionTurns)
            services.GetRequiredService<SessionPool>().Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
