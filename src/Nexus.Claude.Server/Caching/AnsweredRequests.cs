using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Redis;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Caching;

/// <summary>
/// Answers a request with an <c>Idempotency-Key</c> once. When it comes again with the same body the finished answer is sent again, byte for byte;
/// with another body it is refused. Errors, and answers that broke off, are not kept: there the request runs again.
/// </summary>
/// <param name="cache">The answers.</param>
/// <param name="leases">Let one of several equal requests run, on all nodes.</param>
/// <param name="options">How long answers are kept.</param>
/// <param name="logger">The log.</param>
internal sealed partial class AnsweredRequests(
    [FromKeyedServices(AnsweredRequests.Key)] IDistributedCache cache, ILeases leases, IOptions<NexusClaudeServerOptions> options, ILogger<AnsweredRequests> logger)
{
    /// <summary>The service key of the cache that has the answers.</summary>
    public const string Key = "nexus-claude-answers";

    /// <summary>The header of a request.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The header of a response that is sent again.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    private const int LongestKey = 255;

    private readonly GatewayIdempotencyOptions _options = options.Value.Idempotency;

    /// <summary>Runs a request, or sends its answer again.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">Runs it.</param>
    /// <returns>A task that ends with the response.</returns>
    /// <exception cref="GatewayException">The key is of no use, or belongs to another request.</exception>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var key = context.Request.Headers[Header].ToString();
        if (key.Length == 0 || !HttpMethods.IsPost(context.Request.Method))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        if (key.Length > LongestKey)
            throw GatewayException.Invalid(null, $"The {Header} has {key.Length} characters; the most is {LongestKey}.", "invalid_idempotency_key");
        var body = await ReadBodyAsync(context).ConfigureAwait(false);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{context.Caller().KeyId}\n{key}")));
        var request = SHA256.HashData([.. Encoding.UTF8.GetBytes($"{context.Request.Path}{context.Request.QueryString}\n"), .. body]);
        var lease = await TakeAsync(name, context.RequestAborted).ConfigureAwait(false);
        if (lease is null)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        await using (lease.ConfigureAwait(false))
        {
            if (await FindAsync(name, context.RequestAborted).ConfigureAwait(false) is { } answer)
                await answer.SendAsync(context, request).ConfigureAwait(false);
            else
                await RunAsync(context, next, name, request).ConfigureAwait(false);
        }
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        // In memory and not in EnableBuffering's temporary file: prompts are not written to disk. The server's limit of the body bounds it.
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        var bytes = body.ToArray();
        context.Request.Body = new MemoryStream(bytes, writable: false);
        return bytes;
    }

    private async Task RunAsync(HttpContext context, RequestDelegate next, string name, byte[] request)
    {
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var copy = new CopyStream(original.Stream, _options.MaxAnswerBytes);
        var copying = new StreamResponseBodyFeature(copy, original);
        context.Features.Set<IHttpResponseBodyFeature>(copying);
        try
        {
            await next(context).ConfigureAwait(false);
            await copying.Writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            context.Features.Set(original);
        }

        var answer = new Answer(request, context.Response.StatusCode, context.Response.ContentType ?? "", copy.Copied);
        if (copy.IsWhole && answer.IsFinished && !context.RequestAborted.IsCancellationRequested)
            await KeepAsync(name, answer).ConfigureAwait(false);
    }

    // Without Redis nothing can be promised, but a request that could be answered is not refused for it.
    private async Task<IAsyncDisposable?> TakeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await leases.AcquireAsync($"request:{name}", wait: true, cancellationToken).ConfigureAwait(false);
        }
        catch (GatewayException failure) when (failure.Status == 503)
        {
            LogBypassed(logger, failure);
            return null;
        }
    }

    private async Task<Answer?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await cache.GetAsync($"answer:{name}", cancellationToken).ConfigureAwait(false) is { } bytes ? Answer.Read(bytes) : null;
        }
        catch (Exception failure) when (RedisConnection.IsFailure(failure) || failure is EndOfStreamException)
        {
            LogBypassed(logger, failure);
            return null;
        }
    }

    private async Task KeepAsync(string name, Answer answer)
    {
        try
        {
            var lifetime = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = _options.Lifetime };
            await cache.SetAsync($"answer:{name}", answer.Write(), lifetime, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (RedisConnection.IsFailure(failure))
        {
            LogBypassed(logger, failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request with an Idempotency-Key runs without its protection: the answers cannot be read or kept.")]
    private static partial void LogBypassed(ILogger logger, Exception failure);
}
