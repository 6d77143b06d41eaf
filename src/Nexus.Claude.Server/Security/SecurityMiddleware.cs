using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Security;

/// <summary>Decides who sends a request before any route sees it. What is not public by its metadata needs a key, also what does not exist.</summary>
/// <param name="next">The rest of the application.</param>
/// <param name="keys">The keys.</param>
/// <param name="hosts">The host names and origins.</param>
/// <param name="options">The options.</param>
/// <param name="logger">Told about refusals, without keys.</param>
internal sealed class SecurityMiddleware(
    RequestDelegate next, ApiKeys keys, HostFilter hosts, IOptions<NexusClaudeServerOptions> options, ILogger<SecurityMiddleware> logger)
{
    private readonly GatewaySecurityOptions _options = options.Value.Security;

    /// <summary>Lets a request through or refuses it.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completes with the request.</returns>
    /// <exception cref="GatewayException">It is refused.</exception>
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
            body.MaxRequestBodySize = _options.MaxRequestBodyBytes;
        var length = context.Request.ContentLength;
        if (length > _options.MaxRequestBodyBytes || (length is null && HttpMethods.IsPost(context.Request.Method)))
            context.Response.OnStarting(SayThatItCloses, context.Response);
        if (length > _options.MaxRequestBodyBytes)
        {
            throw new GatewayException(
                413, "invalid_request_error", "request_too_large", $"The request has {length} bytes; the most is {_options.MaxRequestBodyBytes}.");
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<PublicEndpoint>() is null)
            context.SetCaller(FindCaller(context));
        return next(context);
    }

    /// <summary>The server does not read the rest of what is too large, so the client must not send its next request on the same connection.</summary>
    private static Task SayThatItCloses(object response)
    {
        if (((HttpResponse)response).StatusCode == StatusCodes.Status413PayloadTooLarge)
            ((HttpResponse)response).Headers.Connection = "close";
        return Task.CompletedTask;
    }

    private Caller FindCaller(HttpContext context)
    {
        if (!hosts.AllowsOrigin(context.Request))
        {
            throw new GatewayException(
                403, "invalid_request_error", "origin_not_allowed",
                "This server does not answer web pages of this origin. Let its operator allow the origin.");
        }

        if (Presented(context.Request) is { } presented)
        {
            if (keys.Find(presented) is { } caller)
                return caller;

            // Clients insist on sending some key; a server that has none takes any.
            if (keys.AreRequired)
                throw Refuse(context, "Incorrect API key provided: there is no such key, or it has expired. Ask the operator of this server for a key.");
        }
        else if (keys.AreRequired)
        {
            throw Refuse(context, "You didn't provide an API key. Send it in the header Authorization: Bearer KEY, or x-api-key: KEY.");
        }

        if (!_options.AllowAnonymousBeyondLoopback && !IsLocal(context.Connection.RemoteIpAddress))
            throw Refuse(context, "This server has no API keys and therefore answers on its own machine only. Its operator can make a key with: nexus-claude keys add");
        return keys.Anonymous;
    }

    private GatewayException Refuse(HttpContext context, string message)
    {
        logger.KeyRefused(context.Connection.RemoteIpAddress);
        context.Response.OnStarting(
            static response =>
            {
                ((HttpResponse)response).Headers.WWWAuthenticate = "Bearer";
                return Task.CompletedTask;
            },
            context.Response);
        return new GatewayException(401, "invalid_request_error", "invalid_api_key", message);
    }

    private static string? Presented(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && authorization[Scheme.Length..].Trim() is { Length: > 0 } token)
            return token;
        return request.Headers["x-api-key"].ToString() is { Length: > 0 } key ? key.Trim() : null;
    }

    /// <summary>A connection without an address comes from inside: a socket of the file system, or a test.</summary>
    private static bool IsLocal(IPAddress? remote) =>
        remote is null || IPAddress.IsLoopback(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote);
}
