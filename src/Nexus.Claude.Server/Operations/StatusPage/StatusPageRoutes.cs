using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Operations;

/// <summary>
/// The status page at <c>/</c>. The page itself is the same for everybody and needs no key; what it shows comes from <c>/stats</c>, which does
/// when there are keys.
/// </summary>
internal static class StatusPageRoutes
{
    // Nothing but our own two files runs or loads, and nobody frames it.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds the routes.</summary>
    /// <param name="routes">The application.</param>
    public static void MapStatusPage(this IEndpointRouteBuilder routes)
    {
        Map(routes, "/", "status.html", "text/html; charset=utf-8");
        Map(routes, "/status.css", "status.css", "text/css; charset=utf-8");
        Map(routes, "/status.js", "status.js", "text/javascript; charset=utf-8");
    }

    private static void Map(IEndpointRouteBuilder routes, string path, string file, string contentType)
    {
        var content = EmbeddedFile.Read(file);
        routes.MapGet(path, (RequestDelegate)(context =>
        {
            var headers = context.Response.Headers;
            context.Response.ContentType = contentType;
            context.Response.ContentLength = content.Length;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.CacheControl = "no-cache";
            return context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
        })).WithMetadata(PublicEndpoint.Instance);
    }
}

/// <summary>Files that lie inside of the assembly.</summary>
internal static class EmbeddedFile
{
    /// <summary>Reads one.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>What it holds.</returns>
    public static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly has no file '{name}'.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
