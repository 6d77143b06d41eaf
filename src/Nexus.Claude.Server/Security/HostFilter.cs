using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Security;

/// <summary>
/// Which host names a request may be addressed to, and which web pages may send one. A page of a foreign site can make a browser send requests
/// to loopback, under its own name (DNS rebinding) or as a form; neither must reach a model.
/// </summary>
/// <param name="options">The options.</param>
/// <param name="keys">Tells whether a key is needed anyway.</param>
/// <param name="logger">Told about refusals.</param>
internal sealed class HostFilter(IOptions<NexusClaudeServerOptions> options, ApiKeys keys, ILogger<HostFilter> logger)
{
    private readonly GatewaySecurityOptions _options = options.Value.Security;

    /// <summary>Refuses a request that is addressed to a foreign name. Comes before the answers to preflights.</summary>
    /// <param name="context">The request.</param>
    /// <exception cref="GatewayException">It is refused.</exception>
    public void Check(HttpContext context)
    {
        if (AllowsHost(context.Request.Host))
            return;
        logger.HostRefused(context.Connection.RemoteIpAddress);
        throw new GatewayException(
            403, "invalid_request_error", "host_not_allowed",
            "This server does not answer under the host name of the request. Use localhost or its address, or let its operator allow the name.");
    }

    /// <summary>Whether a request may be addressed to a host.</summary>
    /// <param name="host">The header <c>Host</c>.</param>
    /// <returns>False when it is to be refused.</returns>
    public bool AllowsHost(HostString host)
    {
        var name = host.Host.Trim('[', ']');
        if (_options.AllowedHosts.Count > 0)
            return _options.AllowedHosts.Any(allowed => Matches(allowed, name)) || IsLoopback(name);
        // An address is no name that somebody could have pointed here, and a foreign page knows no key.
        return IPAddress.TryParse(name, out _) || IsLoopback(name) || keys.AreRequired;
    }

    /// <summary>Whether the page that sends a request may do so.</summary>
    /// <param name="request">The request.</param>
    /// <returns>True for requests of programs, of our own pages, and of the configured origins.</returns>
    public bool AllowsOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();

        // Browsers send it with every request that can change something; programs do not.
        return origin.Length == 0
            || _options.CorsOrigins.Any(allowed => allowed == "*" || string.Equals(allowed.TrimEnd('/'), origin, StringComparison.OrdinalIgnoreCase))
            || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsLoopback(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));

    private static bool Matches(string allowed, string name) =>
        allowed == "*"
        || allowed.Equals(name, StringComparison.OrdinalIgnoreCase)
        || (allowed.StartsWith("*.", StringComparison.Ordinal) && name.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase));
}
