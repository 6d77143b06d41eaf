using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Sessions;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Responses;

/// <summary>The routes of responses.</summary>
/// <param name="reader">Reads requests.</param>
/// <param name="turns">Runs them.</param>
/// <param name="sessions">Interrupts them.</param>
/// <param name="archive">Keeps responses.</param>
/// <param name="options">How often a silent stream is heard of.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ResponseRoutes(
    ResponseReader reader,
    ITurnRunner turns,
    ISessionTurns sessions,
    ResponseArchive archive,
    IOptions<NexusClaudeServerOptions> options,
    TimeProvider time,
    ILogger<ResponseRoutes> logger)
{
    private readonly ConcurrentDictionary<(string Owner, string Id), ResponseState> _running = [];

    /// <summary><c>POST /v1/responses</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task CreateAsync(HttpContext context)
    {
        var request = await reader.ReadAsync(context).ConfigureAwait(false);
        var state = new ResponseState(request, time.GetUtcNow());
        var key = (request.Turn.Caller.KeyId, state.Id);
        _running[key] = state;
        try
        {
            var heartbeat = options.Value.Requests.HeartbeatInterval;
            var stream = await TurnStream.OpenAsync(turns, request.Turn, heartbeat, time, context.RequestAborted).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                if (request.IsStreamed)
                {
                    var encoder = new ResponseEncoder(context.Response.BodyWriter, state, KeepAsync);
                    await StreamedReply.SendAsync(context, stream, encoder, logger).ConfigureAwait(false);
                    return;
                }

                var run = new ResponseRun(state, events: null);
                while (state.IsRunning)
                {
                    if (await stream.NextAsync().ConfigureAwait(false) is { } happening)
                        run.Take(happening);
                }
            }

            await KeepAsync(state).ConfigureAwait(false);
            await SendAsync(context, state.ToUtf8()).ConfigureAwait(false);
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }

    /// <summary><c>GET /v1/responses/{id}</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task GetAsync(HttpContext context)
    {
        if (context.Request.Query["stream"] == "true")
            throw GatewayException.Invalid("stream", "A response that is complete cannot be streamed. Leave 'stream' out.", "unsupported_parameter");
        await SendAsync(context, Running(context)?.ToUtf8() ?? (await FindAsync(context).ConfigureAwait(false)).Response).ConfigureAwait(false);
    }

    /// <summary><c>DELETE /v1/responses/{id}</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task DeleteAsync(HttpContext context)
    {
        var found = await FindAsync(context).ConfigureAwait(false);
        await archive.DeleteAsync(context.Caller().KeyId, found, context.RequestAborted).ConfigureAwait(false);
        await JsonReply.WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, found.Id);
            writer.WriteString("object"u8, "response"u8);
            writer.WriteBoolean("deleted"u8, true);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/responses/{id}/cancel</c>: interrupts one that is being written; does nothing to one that is complete.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task CancelAsync(HttpContext context)
    {
        if (Running(context) is { } state && sessions.TryInterrupt(context.Caller(), state.Request.Turn.RequestId))
            await SendAsync(context, state.ToUtf8("cancelled")).ConfigureAwait(false);
        else
            await SendAsync(context, (await FindAsync(context).ConfigureAwait(false)).Response).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/responses/{id}/input_items</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task ListInputAsync(HttpContext context)
    {
        var page = PageQuery.Read(context.Request);
        var (items, hasMore) = page.Of((await FindAsync(context).ConfigureAwait(false)).Input);
        var includeEncrypted = ConversationItemRoutes.IncludesEncrypted(context);
        await JsonReply.WriteAsync(context, writer => ConversationWriter.WriteItems(writer, items, hasMore, includeEncrypted)).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
    }

    private ResponseState? Running(HttpContext context) =>
        _running.GetValueOrDefault((context.Caller().KeyId, (string)context.Request.RouteValues["id"]!));

    private async ValueTask<StoredResponse> FindAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        return await archive.FindAsync(context.Caller().KeyId, id, context.RequestAborted).ConfigureAwait(false) ?? throw GatewayException.NotFound(
            $"Response with id '{id}' not found. It was made with store false, was deleted, has expired, or belongs to another key.", "response_not_found");
    }

    private async ValueTask KeepAsync(ResponseState state)
    {
        var request = state.Request;
        if (!request.IsStored)
            return;
        try
        {
            await archive.KeepAsync(
                request.Turn.Caller.KeyId, new StoredResponse(state.Id, request.PreviousId, state.ToUtf8(), request.Input, state.KeptOutput())).ConfigureAwait(false);
        }
        catch (GatewayException failure) when (failure.Status == 503)
        {
            // The reply was paid for; it is worth more than that it can be asked for again.
            LogNotKept(logger, state.Id, failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The response {Id} could not be kept; it was sent, but cannot be asked for again or gone on from.")]
    private static partial void LogNotKept(ILogger logger, string id, Exception failure);
}
