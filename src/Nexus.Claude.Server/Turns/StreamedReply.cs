using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Turns;

/// <summary>Writes the server-sent events of a route into the response's buffer.</summary>
internal interface IStreamEncoder
{
    /// <summary>Writes what comes before the first event of the turn.</summary>
    void Begin();

    /// <summary>Writes an event of the turn, or nothing when the route has no form for it.</summary>
    /// <param name="happening">The event; after <see cref="TurnEvent.Ended"/> nothing more comes.</param>
    void Write(TurnEvent happening);

    /// <summary>Does what has to be done before the client learns that the reply is complete; then <see cref="Write"/> gets the event.</summary>
    /// <param name="ended">How it ended.</param>
    /// <returns>Completes when it is done.</returns>
    ValueTask CompleteAsync(TurnEvent.Ended ended) => ValueTask.CompletedTask;

    /// <summary>Writes that the turn failed. Nothing more comes.</summary>
    /// <param name="error">Why.</param>
    void Fail(GatewayException error);
}

/// <summary>Answers with a turn as server-sent events.</summary>
internal static class StreamedReply
{
    private const int FlushBytes = 16 * 1024;

    /// <summary>
    /// Sends a turn. Its headers wait for its first piece, at most one heartbeat long, so that a failure before is a status of HTTP. Each piece is
    /// sent as soon as the next one is not there yet.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="stream">The turn.</param>
    /// <param name="encoder">The route's form, writing to the response's <see cref="HttpResponse.BodyWriter"/>.</param>
    /// <param name="logger">Told about a failure in the middle.</param>
    /// <returns>Completes when all is sent.</returns>
    /// <exception cref="GatewayException">The turn failed before its first piece.</exception>
    public static async Task SendAsync(HttpContext context, TurnStream stream, IStreamEncoder encoder, ILogger logger)
    {
        var next = await stream.NextAsync().ConfigureAwait(false);
        var response = context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["x-accel-buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        var output = response.BodyWriter;
        encoder.Begin();
        try
        {
            while (true)
            {
                if (next is TurnEvent.Ended ended)
                    await encoder.CompleteAsync(ended).ConfigureAwait(false);
                if (next is null)
                    output.Write(": keep-alive\n\n"u8);
                else
                    encoder.Write(next);
                if (next is TurnEvent.Ended)
                    break;
                if (output.UnflushedBytes > 0 && (!stream.IsNextReady() || output.UnflushedBytes > FlushBytes))
                {
                    await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
                    stream.Sent();
                }

                next = await stream.NextAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            // The status is sent; the route's own form of an error is all that is left.
            var error = ErrorTranslation.Of(exception);
            logger.StreamFailed(error.Code ?? error.Type, error.InnerException ?? exception);
            encoder.Fail(error);
        }

        await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
