using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Nexus.Claude.Server.Turns;

/// <summary>JSON that a route answers with.</summary>
internal static class JsonReply
{
    /// <summary>How it is written: Chinese and emoji as they are.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Sends a JSON response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="write">Writes the value.</param>
    /// <returns>A task that ends when it is sent.</returns>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var body = ToUtf8(write);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Writes JSON into memory.</summary>
    /// <param name="write">Writes the value.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static ReadOnlyMemory<byte> ToUtf8(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);
        return buffer.WrittenMemory;
    }
}
