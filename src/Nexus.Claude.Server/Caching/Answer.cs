using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Caching;

/// <summary>A finished answer.</summary>
/// <param name="Request">The hash of the request it answers.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The media type.</param>
/// <param name="Body">The body.</param>
internal sealed record Answer(byte[] Request, int Status, string ContentType, byte[] Body)
{
    /// <summary>Whether it is a success, and whole: a stream says so itself by its last event, for one that fails has sent its status before.</summary>
    public bool IsFinished =>
        Status is >= 200 and < 300 && (!ContentType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) || EndsWell(Body));

    /// <summary>Reads an answer.</summary>
    /// <param name="bytes">As written by <see cref="Write"/>.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="EndOfStreamException">It is something else.</exception>
    public static Answer Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return new Answer(reader.ReadBytes(SHA256.HashSizeInBytes), reader.ReadInt32(), reader.ReadString(), reader.ReadBytes(reader.ReadInt32()));
    }

    /// <summary>Writes the answer.</summary>
    /// <returns>Its bytes.</returns>
    public byte[] Write()
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8))
        {
            writer.Write(Request);
            writer.Write(Status);
            writer.Write(ContentType);
            writer.Write(Body.Length);
            writer.Write(Body);
        }

        return buffer.ToArray();
    }

    /// <summary>Sends the answer again.</summary>
    /// <param name="context">The request that came again.</param>
    /// <param name="request">Its hash.</param>
    /// <returns>A task that ends with the response.</returns>
    /// <exception cref="GatewayException">It is another request; a 422.</exception>
    public async Task SendAsync(HttpContext context, byte[] request)
    {
        if (!request.AsSpan().SequenceEqual(Request))
        {
            throw new GatewayException(
                422, "invalid_request_error", "idempotency_key_reused",
                $"The {AnsweredRequests.Header} was used for another request before. Give each request a key of its own.");
        }

        context.Response.StatusCode = Status;
        context.Response.ContentType = ContentType.Length == 0 ? null : ContentType;
        context.Response.ContentLength = Body.Length;
        context.Response.Headers[AnsweredRequests.ReplayedHeader] = "true";
        await context.Response.Body.WriteAsync(Body, context.RequestAborted).ConfigureAwait(false);
    }

    private static bool EndsWell(ReadOnlySpan<byte> body)
    {
        var text = body.TrimEnd("\r\n"u8);
        var start = text.LastIndexOf("\n\n"u8);
        var last = text[(start < 0 ? 0 : start + 2)..];
        return last.SequenceEqual("data: [DONE]"u8)
            || last.StartsWith("event: message_stop"u8)
            || last.StartsWith("event: response.completed"u8)
            || last.StartsWith("event: response.incomplete"u8);
    }
}
