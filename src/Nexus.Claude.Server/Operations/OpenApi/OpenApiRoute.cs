using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Operations;

/// <summary>
/// <c>GET /openapi/v1.json</c>: the description of all routes. It is kept by hand, because the routes read and write their JSON by hand and
/// no generator could see it; a test holds it against the routes that there are.
/// </summary>
internal static class OpenApiRoute
{
    /// <summary>The name of the document inside of the assembly.</summary>
    public const string File = "openapi.json";

    /// <summary>Adds the route.</summary>
    /// <param name="routes">The application.</param>
    public static void MapOpenApiDocument(this IEndpointRouteBuilder routes)
    {
        var content = EmbeddedFile.Read(File);
        routes.MapGet("/openapi/v1.json", (RequestDelegate)(context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = content.Length;
            context.Response.Headers.CacheControl = "no-cache";
            return context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
        })).WithMetadata(PublicEndpoint.Instance);
    }
}
