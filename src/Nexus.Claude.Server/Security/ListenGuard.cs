using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Nexus.Claude.Server.Security;

/// <summary>
/// Stops a server that listens beyond loopback without keys. It looks at the addresses that the server really has; until then, and on
/// addresses it does not see, the middleware refuses foreign callers one by one.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="keys">The keys.</param>
/// <param name="options">The options.</param>
internal sealed class ListenGuard(IServer server, ApiKeys keys, IOptions<NexusClaudeServerOptions> options) : IHostedLifecycleService
{
    /// <summary>Says what is wrong with listening on an address.</summary>
    /// <param name="address">The address, such as <c>http://0.0.0.0:8080</c>.</param>
    /// <param name="hasKeys">Whether callers have to show a key.</param>
    /// <param name="security">The options.</param>
    /// <returns>A sentence; null when nothing is wrong.</returns>
    public static string? FindTrouble(string address, bool hasKeys, GatewaySecurityOptions security) =>
        hasKeys || security.AllowAnonymousBeyondLoopback || IsLoopback(address)
            ? null
            : $"The server would listen on {address}, beyond this machine, without any API key: whoever reaches it could spend this account's money. " +
              "Make a key with `nexus-claude keys add`, listen on localhost, or, if the network itself is guarded, allow it with Security.AllowAnonymousBeyondLoopback.";

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            if (FindTrouble(address, keys.AreRequired, options.Value.Security) is { } trouble)
                throw new OptionsValidationException([trouble]);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool IsLoopback(string address)
    {
        var binding = BindingAddress.Parse(address);
        if (binding.IsUnixPipe || binding.IsNamedPipe)
            return true;
        return binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(binding.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}
