using Microsoft.AspNetCore.Http;

namespace Nexus.Claude.Server.Security;

/// <summary>Where routes learn who sends a request.</summary>
internal static class CallerFeature
{
    /// <summary>Who sends the request, as the security middleware found out.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The caller.</returns>
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>()
        ?? throw new InvalidOperationException("Nobody has found out who sends this request: UseSecurity() has to come before the routes, and the route must not be public.");

    /// <summary>Says who sends the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">Who.</param>
    public static void SetCaller(this HttpContext context, Caller caller) => context.Features.Set(caller);
}

/// <summary>Metadata of an endpoint that needs no key.</summary>
internal sealed class PublicEndpoint
{
    private PublicEndpoint()
    {
    }

    /// <summary>The metadata.</summary>
    public static PublicEndpoint Instance { get; } = new();
}
