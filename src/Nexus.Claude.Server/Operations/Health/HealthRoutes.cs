using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Sessions;

namespace Nexus.Claude.Server.Operations;

/// <summary>Whether the server lives, and whether it can answer. Needs no key, and therefore tells no paths and no credentials.</summary>
/// <param name="cli">The CLI.</param>
/// <param name="checks">What the server needs.</param>
/// <param name="drain">Whether it stops.</param>
/// <param name="services">Has the sessions.</param>
internal sealed class HealthRoutes(CliProbe cli, IEnumerable<IReadinessCheck> checks, ServerDrain drain, IServiceProvider services)
{
    /// <summary>The version of this server.</summary>
    public static string Version { get; } =
        typeof(HealthRoutes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Adds the routes.</summary>
    /// <param name="routes">The application.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", (RequestDelegate)HealthAsync).WithMetadata(PublicEndpoint.Instance);
        routes.MapGet("/health/live", (RequestDelegate)LiveAsync).WithMetadata(PublicEndpoint.Instance);
        routes.MapGet("/health/ready", (RequestDelegate)ReadyAsync).WithMetadata(PublicEndpoint.Instance);
    }

    private async Task HealthAsync(HttpContext context)
    {
        var found = await cli.FindAsync(context.RequestAborted).ConfigureAwait(false);
        var status = found.IsUsable ? "OK" : "unavailable";
        context.Response.StatusCode = found.IsUsable ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

        // Watchdogs of older gateways look for this one word.
        if (context.Request.Headers.Accept.ToString().StartsWith("text/plain", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(status, Encoding.UTF8, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteString("status"u8, status);
            json.WriteString("version"u8, Version);
            json.WriteStartObject("cli"u8);
            json.WriteBoolean("found"u8, found.Path is not null);
            json.WriteString("version"u8, found.Version);
            json.WriteString("pinned_version"u8, ClaudeCli.PinnedVersion);
            json.WriteEndObject();
            WriteCapabilities(json);
        }).ConfigureAwait(false);
    }

    private Task LiveAsync(HttpContext context) => JsonResponse.WriteAsync(context, static json => json.WriteString("status"u8, "live"));

    private async Task ReadyAsync(HttpContext context)
    {
        var results = new List<(string Name, Readiness Result)>();
        foreach (var check in checks)
        {
            if (await check.CheckAsync(context.RequestAborted).ConfigureAwait(false) is { } result)
                results.Add((check.Name, result));
        }

        if (drain.IsDraining)
            results.Add(("drain", Readiness.Trouble("The server is shutting down.", "Send requests to another instance.")));
        var isReady = results.TrueForAll(static each => each.Result.IsReady);
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteString("status"u8, isReady ? "ready" : "not_ready");
            json.WriteStartObject("checks"u8);
            foreach (var (name, result) in results)
            {
                json.WriteStartObject(name);
                json.WriteBoolean("ready"u8, result.IsReady);
                json.WriteString("detail"u8, result.Detail);
                if (result.Fix is not null)
                    json.WriteString("fix"u8, result.Fix);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>What the CLI says that it can do; empty before the first process has been asked.</summary>
    private void WriteCapabilities(Utf8JsonWriter json)
    {
        json.WriteStartArray("capabilities"u8);
        foreach (var capability in services.GetService<SessionPool>()?.Server?.Capabilities ?? [])
            json.WriteStringValue(capability);
        json.WriteEndArray();
    }
}
