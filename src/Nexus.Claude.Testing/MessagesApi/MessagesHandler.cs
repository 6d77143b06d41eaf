using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Nexus.Claude.Testing;

/// <summary>Serves the API's routes: records the request, asks the script, hands the reply to its writer.</summary>
internal sealed class MessagesHandler(RequestLog log, ReplyScript script, TimeProvider timeProvider, CancellationToken stopping)
    : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // The features belong to the server, and the context holds nothing else.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        RecordedRequest? request = null;
        try
        {
            request = await ReadAsync(context.Request, ending.Token).ConfigureAwait(false);
            log.Add(request);
            request.Finish(await AnswerAsync(context, request, ending.Token).ConfigureAwait(false));
        }
        catch (ConnectionCutException)
        {
            request?.Finish(ReplyOutcome.BrokenOff);
            if (context.Response.HasStarted)
                throw;

            // Before the first byte an exception would become a 500; there is nothing to lose by a reset.
            context.Abort();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            request?.Finish(stopping.IsCancellationRequested ? ReplyOutcome.Stopped : ReplyOutcome.ClientGone);
            context.Abort();
        }
    }

    private async Task<RecordedRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        JsonElement body = default;
        if (HttpMethods.IsPost(request.Method))
        {
            try
            {
                using var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken).ConfigureAwait(false);
                body = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                // Stays undefined: the answer below is the API's own complaint about it.
            }
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in request.Headers)
            headers[name] = value.ToString();
        return new RecordedRequest(log.NextNumber(), request.Method, request.Path, headers, body);
    }

    private async Task<ReplyOutcome> AnswerAsync(HttpContext context, RecordedRequest request, CancellationToken cancellationToken)
    {
        var response = context.Response;
        string requestId = string.Create(CultureInfo.InvariantCulture, $"req_scripted{request.Number:D6}");
        response.Headers["request-id"] = requestId;
        var writer = new ReplyWriter(context, requestId, timeProvider, cancellationToken);

        if (request.Kind is RequestKind.Other)
        {
            // The CLI asks HEAD (of "/" or a health path) whether there is a way to the API at all.
            bool reachable = HttpMethods.IsHead(request.Method) || request.Path is "/" or "/api/hello";
            if (reachable)
                await writer.WriteJsonAsync(200, "{}"u8.ToArray()).ConfigureAwait(false);
            else
                await writer.WriteErrorAsync(404, "not_found_error", $"The scripted Messages API has no {request.Method} {request.Path}.").ConfigureAwait(false);
            return ReplyOutcome.Sent;
        }

        if (request.Body.ValueKind is not JsonValueKind.Object)
        {
            await writer.WriteErrorAsync(400, "invalid_request_error", "The request body is not a JSON object.").ConfigureAwait(false);
            return ReplyOutcome.Sent;
        }

        try
        {
            if (request.Kind is RequestKind.TokenCount)
            {
                int tokens = script.TokenCount(request);
                await writer.WriteJsonAsync(200, ApiJson.Object(w => w.WriteNumber("input_tokens"u8, tokens))).ConfigureAwait(false);
                return ReplyOutcome.Sent;
            }

            var reply = script.ReplyTo(request) ?? throw new InvalidOperationException("The responder returned null instead of a reply.");
            return await writer.WriteAsync(new ReplyFrame(reply, request.Model, request.Number), request.IsStreaming).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or IOException or ConnectionCutException) && !response.HasStarted)
        {
            // The test's own code failed. A 400 is the one status the CLI reports at once and word by word.
            string message = $"The test's responder for {request} threw {e.GetType().Name}: {e.Message}";
            await writer.WriteErrorAsync(400, "invalid_request_error", message).ConfigureAwait(false);
            return ReplyOutcome.Sent;
        }
    }
}
