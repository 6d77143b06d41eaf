using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>
/// The connection: a request that a busy server turned away is sent again a few times, when the server wants it so. A server that is not
/// there is not asked again here: reads go to the outbox at once, and the outbox has its own times.
/// </summary>
internal static class MeilisearchHttp
{
    private const int Attempts = 2;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    public static HttpClient Create(MeilisearchOptions options, TimeProvider time)
    {
        var retries = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        retries.AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = Attempts,
            Delay = FirstDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            // Every request may be sent twice: documents are replaced by their ids, and the rest changes nothing.
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { } response && IsBusy(response) && !(RetryAfter(response, time) > LongestDelay)),
        });
        var connections = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5), AutomaticDecompression = DecompressionMethods.All, AllowAutoRedirect = false,
        };
#pragma warning disable CA2000 // The client owns its handlers.
        var client = new HttpClient(new ResilienceHandler(retries.Build()) { InnerHandler = connections })
#pragma warning restore CA2000
        {
            BaseAddress = options.Address,
            // Each request has a limit of its own.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Nexus.Claude.Memory", typeof(ClaudeMemory).Assembly.GetName().Version?.ToString(3)));
        if (options.Key is { Length: > 0 } key)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>How long the server wants to be left alone.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > time.GetUtcNow() ? date - time.GetUtcNow() : TimeSpan.Zero,
        _ => null,
    };

    private static bool IsBusy(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;
}
