using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Operations;

/// <summary>Writes a JSON object as a response that nobody keeps.</summary>
internal static class JsonResponse
{
    /// <summary>Writes it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="members">Writes the members.</param>
    /// <returns>Completes when it is on its way.</returns>
    public static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> members)
    {
        context.Response.Headers.CacheControl = "no-store";
        return JsonReply.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        });
    }
}
