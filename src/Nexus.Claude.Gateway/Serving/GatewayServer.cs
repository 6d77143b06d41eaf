using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Gateway;

/// <summary>Runs the server from the first look at the machine to the last turn.</summary>
/// <param name="builder">Makes the application.</param>
/// <param name="settings">The settings.</param>
/// <param name="surroundings">Where it runs.</param>
internal sealed class GatewayServer(WebApplicationBuilder builder, GatewaySettings settings, Surroundings surroundings)
{
    /// <summary>Serves until it is told to stop.</summary>
    /// <param name="offline">Whether a scripted model answers.</param>
    /// <param name="cancellationToken">Tells it to stop, as a signal does.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="ClaudeException">It cannot start; the message says what to do.</exception>
    public async Task<int> RunAsync(bool offline, CancellationToken cancellationToken)
    {
        var options = new NexusClaudeServerOptions();
        settings.ApplyTo(options);
        var keys = new ApiKeys(Options.Create(options), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<ApiKeys>.Instance);
        if (settings.AuthEnabled == true && !keys.AreRequired)
            throw new OptionsValidationException(["auth.enabled is true, but there is no key. Make one with `nexus-claude keys add`, or set auth.secret_key."]);
        if (ListenGuard.FindTrouble(settings.Url, keys.AreRequired, options.Security) is { } trouble)
            throw new OptionsValidationException([trouble]);

        var claude = await CliPreparation.FindAsync(options.Claude, surroundings, cancellationToken).ConfigureAwait(false);
        var isLocal = ListenGuard.FindTrouble(settings.Url, hasKeys: false, new GatewaySecurityOptions()) is null;
        var model = await OfflineServing.StartAsync(claude, offline, mayFallBack: isLocal && !keys.AreRequired, cancellationToken).ConfigureAwait(false);
        await using var stopping = (model as IAsyncDisposable ?? NoModel.Instance).ConfigureAwait(false);
        var app = GatewayApplication.Build(builder, settings, server =>
        {
            server.Claude.CliPath = claude.CliPath;
            if (model is null)
                return;
            server.Claude.InheritEnvironment = false;
            foreach (var (name, value) in model.Variables)
                server.Claude.Environment[name] = value;
        });
        await using (app.ConfigureAwait(false))
        {
            try
            {
                await app.StartAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception busy) when (busy is SocketException or IOException { InnerException: AddressInUseException })
            {
                throw new OptionsValidationException([$"Cannot listen on {settings.Url}: {busy.Message} Name another port with --port, or 0 for any that is free."]);
            }

            await Banner.WriteAsync(surroundings.Out, app.Urls, keys.AreRequired, model is not null, claude.CliPath).ConfigureAwait(false);
            await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        }

        return 0;
    }

    private sealed class NoModel : IAsyncDisposable
    {
        public static NoModel Instance { get; } = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
