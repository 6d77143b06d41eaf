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
            var events = turns.RunAsync(request.Turn, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
            await using (events.ConfigureAwait(false))
            {
                if (request.IsStreamed)
                {
                    await StreamAsync(context, state, events).ConfigureAwait(false);
                    return;
                }

                var run = new ResponseRun(state, events: null);
                while (await events.MoveNextAsync().ConfigureAwait(false))
                    run.Take(events.Current);
                await KeepAsync(state).ConfigureAwait(false);
            }

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

    private async Task StreamAsync(HttpContext context, ResponseState state, IAsyncEnumerator<TurnEvent> turn)
    {
        var heartbeat = options.Value.Requests.HeartbeatInterval;
        var cancellation = context.RequestAborted;

        // The model has begun, or the failure becomes an HTTP status.
        var more = await turn.MoveNextAsync().ConfigureAwait(false);
        var pending = more ? turn.MoveNextAsync().AsTask() : Task.FromResult(false);
        if (await IsSilentAsync(pending, heartbeat, cancellation).ConfigureAwait(false) is false)
            await pending.ConfigureAwait(false);

        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["x-accel-buffering"] = "no";
        var events = new ResponseEvents(context.Response.BodyWriter);
        var run = new ResponseRun(state, events);
        events.Response("created", state.ToUtf8());
        events.Response("in_progress", state.ToUtf8());
        await events.FlushAsync(cancellation).ConfigureAwait(false);
        try
        {
            while (true)
            {
                while (await IsSilentAsync(pending, heartbeat, cancellation).ConfigureAwait(false))
                {
                    events.KeepAlive();
                    await events.FlushAsync(cancellation).ConfigureAwait(false);
                }

                if (!await pending.ConfigureAwait(false))
                    break;
                run.Take(turn.Current);
                pending = turn.MoveNextAsync().AsTask();
                await events.FlushAsync(cancellation).ConfigureAwait(false);
            }

            await KeepAsync(state).ConfigureAwait(false);
        }
        catch (GatewayException error)
        {
            state.Fail(error);
            LogFailed(logger, state.Id, error);
        }

        events.Response(state.Status is "cancelled" ? "incomplete" : state.Status, state.ToUtf8());
        await events.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private async ValueTask<bool> IsSilentAsync(Task<bool> pending, TimeSpan heartbeat, CancellationToken cancellationToken)
    {
        if (pending.IsCompleted)
            return false;
        try
        {
            await pending.WaitAsync(heartbeat, time, cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (TimeoutException) when (!pending.IsCompleted)
        {
            return true;
        }
        catch (OperationCanceledException) when (!pending.IsCompleted)
        {
            // The turn sees it, too, and is waited for: an enumerator in the middle of a step cannot be disposed of.
            await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        catch (Exception) when (pending.IsCompleted)
        {
            // Whoever awaits it next is told.
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The response {Id} could not be kept; it was sent, but cannot be asked for again or gone on from.")]
    private static partial void LogNotKept(ILogger logger, string id, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The response {Id} failed while it was streamed.")]
    private static partial void LogFailed(ILogger logger, string id, Exception failure);
}
