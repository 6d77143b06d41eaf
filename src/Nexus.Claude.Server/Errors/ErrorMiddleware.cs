using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Server.Errors;

/// <summary>Gives every request its id, and every failure its form, whatever threw it.</summary>
/// <param name="next">The rest of the application.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told about failures of the server's side.</param>
internal sealed class ErrorMiddleware(RequestDelegate next, TimeProvider time, ILogger<ErrorMiddleware> logger)
{
    private const long DrainBytes = 256L * 1024 * 1024;

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    /// <summary>Handles a request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completes with the request.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        var id = RequestIds.Assign(context);
        context.Response.Headers[RequestIds.Header] = id;
        using var scope = logger.RequestScope(id);
        try
        {
            await next(context).ConfigureAwait(false);
            if (IsUnanswered(context.Response))
                await ErrorBody.WriteAsync(context, OfStatus(context)).ConfigureAwait(false);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // The client has gone; nobody reads an answer. The status is what proxies log in this case.
            if (!context.Response.HasStarted)
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception exception)
        {
            var error = ErrorTranslation.Of(exception);
            Log(exception, error);
            if (context.Response.HasStarted)
            {
                // Half an answer must not look like a whole one.
                context.Abort();
                return;
            }

            // What the steps said about themselves (limits, cross-origin rules) stays; what describes the lost body goes.
            context.Response.ContentLength = null;
            context.Response.Headers.ContentEncoding = default;
            await ErrorBody.WriteAsync(context, error).ConfigureAwait(false);
            if (error.Status == StatusCodes.Status413PayloadTooLarge)
                await DrainAsync(context).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Takes in what the client is still sending, within bounds: most read no answer before they have sent everything, and would see a broken
    /// connection instead of the error.
    /// </summary>
    private async Task DrainAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } limit)
            return;
        limit.MaxRequestBodySize = DrainBytes;
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), bounded, DrainTime, Timeout.InfiniteTimeSpan);
        try
        {
            await context.Response.Body.FlushAsync(bounded.Token).ConfigureAwait(false);
            await context.Request.Body.CopyToAsync(Stream.Null, bounded.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // More than is reasonable to wait for; the answer is sent, and the connection ends here.
            logger.BodyNotDrained(exception);
        }
    }

    private void Log(Exception exception, GatewayException error)
    {
        if (error.Status < 500)
            logger.RequestRefused(error.Status, error.Code ?? error.Type);
        else if (ReferenceEquals(exception, error) && error.InnerException is null)
            logger.RequestFailed(error.Status, error.Code ?? error.Type, null);
        else
            logger.RequestFailed(error.Status, error.Code ?? error.Type, error.InnerException ?? exception);
    }

    private static bool IsUnanswered(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= 400, ContentLength: null or 0, ContentType: null };

    private static GatewayException OfStatus(HttpContext context)
    {
        var url = $"{context.Request.Method} {context.Request.PathBase}{context.Request.Path}";
        return context.Response.StatusCode switch
        {
            404 => GatewayException.NotFound($"Unknown request URL: {url}. {Lacks(context.Request.Path)}", "unknown_url"),
            405 => new(
                405, "invalid_request_error", "method_not_allowed", $"Not allowed to {url}. Allowed: {context.Response.Headers.Allow}."),
            415 => new(415, "invalid_request_error", "unsupported_media_type", "Send JSON with 'Content-Type: application/json'."),
            var status => new(
                status, status >= 500 ? "server_error" : "invalid_request_error", null, $"The server answered {url} with the status {status}."),
        };
    }

    private static string Lacks(PathString path)
    {
        foreach (var (prefix, what) in Lacking)
        {
            if (path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
                return $"This server has no {what}: Claude Code offers none. Use what is named here, or another service.";
        }

        return "Please check the URL for typos; the routes are listed at /openapi/v1.json.";
    }

    private static readonly (string Prefix, string What)[] Lacking =
    [
        ("/v1/embeddings", "embeddings"),
        ("/v1/audio", "audio"),
        ("/v1/images", "image generation"),
        ("/v1/videos", "video generation"),
        ("/v1/files", "files (put them into the request)"),
        ("/v1/uploads", "uploads (put files into the request)"),
        ("/v1/fine_tuning", "fine-tuning"),
        ("/v1/batches", "batches"),
        ("/v1/moderations", "moderations"),
        ("/v1/vector_stores", "vector stores"),
        ("/v1/assistants", "assistants"),
        ("/v1/threads", "threads"),
        ("/v1/realtime", "realtime sessions"),
        ("/ws", "WebSocket sessions (stream the reply of /v1/chat/completions or /v1/responses)"),
        ("/v1/completions", "legacy completions (use /v1/chat/completions)"),
    ];
}
