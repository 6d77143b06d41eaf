using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Models;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.ChatCompletions;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
/// <param name="turns">Runs the turns.</param>
/// <param name="models">The models.</param>
/// <param name="options">What requests may be like.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class ChatCompletionRoute(
    ITurnRunner turns, IModelCatalog models, IOptions<NexusClaudeServerOptions> options, TimeProvider time, ILogger<ChatCompletionRoute> logger)
{
    /// <summary>The response header with the conversation's id.</summary>
    public const string ConversationHeader = "X-Nexus-Conversation-Id";

    private readonly GatewayRequestOptions _options = options.Value.Requests;

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completes when the answer is sent.</returns>
    /// <exception cref="GatewayException">It is refused, or failed before the first piece of the reply.</exception>
    public async Task HandleAsync(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var request = await new ChatRequestReader(models, _options).ReadAsync(body, context).ConfigureAwait(false);
        var response = context.Response;
        request.Ignored.WriteTo(response);
        var stream = await TurnStream.OpenAsync(turns, request.Turn, _options.HeartbeatInterval, time, context.RequestAborted).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var id = RequestIds.New("chatcmpl-");
            var created = time.GetUtcNow().ToUnixTimeSeconds();
            if (request.Turn.ConversationId is { } conversation)
                response.Headers[ConversationHeader] = conversation;
            if (request.IsStream)
            {
                var encoder = new ChatChunkEncoder(response.BodyWriter, request, stream.Began.Model, id, created);
                await StreamedReply.SendAsync(context, stream, encoder, logger).ConfigureAwait(false);
                return;
            }

            var reply = await stream.ReadAllAsync().ConfigureAwait(false);
            var output = new ArrayBufferWriter<byte>(1024);
            ChatCompletionWriter.Write(output, request, reply, id, created);
            response.ContentType = "application/json";
            response.ContentLength = output.WrittenCount;
            await response.Body.WriteAsync(output.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
