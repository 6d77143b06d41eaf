using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Turns;

/// <summary>JSON in and out of a route.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Lenient = new() { MaxDepth = 64, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads the body of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mayBeEmpty">Whether no body at all counts as <c>{}</c>.</param>
    /// <returns>A JSON object; the caller disposes it.</returns>
    /// <exception cref="GatewayException">It is no JSON object.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext context, bool mayBeEmpty = false)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted).ConfigureAwait(false);
        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (bytes.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return mayBeEmpty
                ? JsonDocument.Parse("{}")
                : throw GatewayException.Invalid(null, "The request has no body; a JSON object was expected.");
        }

        try
        {
            // Of bytes of its own: the buffer goes when this returns.
            var document = JsonDocument.Parse(bytes.ToArray(), Lenient);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        catch (JsonException failure)
        {
            throw GatewayException.Invalid(
                null, $"The request's body is not valid JSON (line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}).", "invalid_json");
        }

        throw GatewayException.Invalid(null, "The request's body must be a JSON object.");
    }

    /// <summary>Sends a JSON response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="write">Writes the value.</param>
    /// <returns>A task that ends when it is sent.</returns>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        await using (writer.ConfigureAwait(false))
            write(writer);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>A member that is a text.</summary>
    /// <param name="json">The object.</param>
    /// <param name="name">The member.</param>
    /// <param name="param">What errors call it; null for its name.</param>
    /// <returns>The text; null when it is missing or null.</returns>
    /// <exception cref="GatewayException">It is something else.</exception>
    public static string? Text(this JsonElement json, string name, string? param = null) => json.Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw GatewayException.Invalid(param ?? name, $"'{param ?? name}' must be a string."),
    };

    /// <summary>A member that is not null.</summary>
    /// <param name="json">The object.</param>
    /// <param name="name">The member.</param>
    /// <returns>The member; null when it is missing or null.</returns>
    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;
}
