using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Nexus.Claude.Server.Operations;

/// <summary>Writes a JSON object as a response that nobody keeps.</summary>
internal static class JsonResponse
{
    /// <summary>Writes it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="members">Writes the members.</param>
    /// <returns>Completes when it is on its way.</returns>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> members)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        var json = new Utf8JsonWriter(context.Response.BodyWriter);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
