using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Nexus.Claude.Server.Operations;

/// <summary>Counts requests by route and status. The route's pattern is counted, not the path, so that clients cannot make it grow.</summary>
/// <param name="time">The clock.</param>
internal sealed class RequestStatistics(TimeProvider time)
{
    private readonly ConcurrentDictionary<int, long> _statuses = new();
    private readonly ConcurrentDictionary<string, long> _routes = new(StringComparer.Ordinal);
    private readonly RecentSamples _durations = new();
    private long _total;
    private int _running;

    /// <summary>Requests so far.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Requests being answered.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Requests by status.</summary>
    public IReadOnlyDictionary<int, long> Statuses => _statuses;

    /// <summary>Requests by method and route.</summary>
    public IReadOnlyDictionary<string, long> Routes => _routes;

    /// <summary>Seconds of the last requests.</summary>
    public Percentiles Durations => _durations.Capture();

    /// <summary>Watches a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">Answers it.</param>
    /// <returns>Completes with the request.</returns>
    public async Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        var began = time.GetTimestamp();
        var route = $"{(context.GetEndpoint() is null ? "" : context.Request.Method + " ")}{(context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)"}";
        Interlocked.Increment(ref _running);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            Interlocked.Increment(ref _total);

            // As nginx counts a client that has gone before the answer.
            var status = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted ? 499 : context.Response.StatusCode;
            _statuses.AddOrUpdate(status, 1, static (_, count) => count + 1);
            _routes.AddOrUpdate(route, 1, static (_, count) => count + 1);
            _durations.Add(time.GetElapsedTime(began).TotalSeconds);
        }
    }
}
