using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Models;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Messages;

/// <summary><c>POST /v1/messages</c> and <c>POST /v1/messages/count_tokens</c>.</summary>
/// <param name="turns">Runs the turns.</param>
/// <param name="models">The models.</param>
/// <param name="options">What requests may be like.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class MessageRoutes(
    ITurnRunner turns, IModelCatalog models, IOptions<NexusClaudeServerOptions> options, TimeProvider time, ILogger<MessageRoutes> logger)
{
    /// <summary>The response header of a count that is an estimate.</summary>
    public const string EstimateHeader = "X-Nexus-Estimate";

    private readonly GatewayRequestOptions _options = options.Value.Requests;

    /// <summary>Answers with a message.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completes when the answer is sent.</returns>
    /// <exception cref="GatewayException">It is refused, or failed before the first piece of the reply.</exception>
    public async Task CreateAsync(HttpContext context)
    {
        var request = await ReadAsync(context).ConfigureAwait(false);
        request.Ignored.WriteTo(context.Response);
        var stream = await TurnStream.OpenAsync(turns, request.Turn, _options.HeartbeatInterval, time, context.RequestAborted).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var id = RequestIds.New("msg_");
            if (request.IsStream)
            {
                var encoder = new MessageEventEncoder(context.Response.BodyWriter, request, stream.Began, id);
                await StreamedReply.SendAsync(context, stream, encoder, logger).ConfigureAwait(false);
                return;
            }

            var reply = await stream.ReadAllAsync().ConfigureAwait(false);
            var output = new ArrayBufferWriter<byte>(1024);
            MessageWriter.Write(output, request, reply, id);
            await SendAsync(context, output).ConfigureAwait(false);
        }
    }

    /// <summary>Answers with an estimate of a prompt's tokens.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completes when the answer is sent.</returns>
    /// <exception cref="GatewayException">It is refused.</exception>
    public async Task CountTokensAsync(HttpContext context)
    {
        var request = await ReadAsync(context, isCount: true).ConfigureAwait(false);
        context.Response.Headers[EstimateHeader] = "true";
        var output = new ArrayBufferWriter<byte>(64);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("input_tokens"u8, TokenEstimate.Of(request.Turn));
            json.WriteEndObject();
        }

        await SendAsync(context, output).ConfigureAwait(false);
    }

    private async ValueTask<MessageRequest> ReadAsync(HttpContext context, bool isCount = false)
    {
        var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        return await new MessageRequestReader(models, _options).ReadAsync(body, context, isCount).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext context, ArrayBufferWriter<byte> output)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = output.WrittenCount;
        await context.Response.Body.WriteAsync(output.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }
}
