using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Sessions;

namespace Nexus.Claude.Server.Operations;

/// <summary>
/// <c>GET /stats</c>: what the server does and has done. <c>version</c> and <c>cache</c> have the form that clients of the older gateway read.
/// </summary>
/// <param name="requests">Requests.</param>
/// <param name="turns">Turns.</param>
/// <param name="queue">What runs and waits.</param>
/// <param name="spend">What keys have spent, from earlier starts too.</param>
/// <param name="time">The clock.</param>
/// <param name="options">Tells whether replies are kept.</param>
/// <param name="services">Has the sessions, unless something else runs the turns.</param>
internal sealed class StatsRoute(
    RequestStatistics requests,
    TurnStatistics turns,
    TurnQueue queue,
    SpendLedger spend,
    TimeProvider time,
    IOptions<NexusClaudeServerOptions> options,
    IServiceProvider services)
{
    /// <summary>Adds the route.</summary>
    /// <param name="routes">The application.</param>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/stats", (RequestDelegate)(context => JsonResponse.WriteAsync(context, json => Write(json, context.Caller()))));

    private void Write(Utf8JsonWriter json, Caller caller)
    {
        json.WriteString("version"u8, HealthRoutes.Version);
        json.WriteString("started_at"u8, turns.StartedAt);
        json.WriteNumber("uptime_seconds"u8, Math.Round((time.GetUtcNow() - turns.StartedAt).TotalSeconds, 1));
        WriteCache(json);
        WriteRequests(json);
        WriteTurns(json);
        WriteQueue(json, caller);
        WriteTotals(json);
        WriteKey(json, caller);
        WriteSessions(json);
    }

    private void WriteCache(Utf8JsonWriter json)
    {
        json.WriteStartObject("cache"u8);
        json.WriteBoolean("enabled"u8, options.Value.Cache.Enabled);

        // The store behind it may be shared, and does not count.
        json.WriteNull("total_entries"u8);
        json.WriteNumber("total_hits"u8, turns.CacheHits);
        json.WriteNumber("hits"u8, turns.CacheHits);
        json.WriteNumber("misses"u8, turns.CacheMisses);
        json.WriteEndObject();
    }

    private void WriteRequests(Utf8JsonWriter json)
    {
        json.WriteStartObject("requests"u8);
        json.WriteNumber("total"u8, requests.Total);
        json.WriteNumber("running"u8, requests.Running);
        json.WriteStartObject("by_status"u8);
        foreach (var (status, count) in requests.Statuses.OrderBy(static each => each.Key))
            json.WriteNumber(status.ToString(System.Globalization.CultureInfo.InvariantCulture), count);
        json.WriteEndObject();
        json.WriteStartObject("by_route"u8);
        foreach (var (route, count) in requests.Routes.OrderBy(static each => each.Key, StringComparer.Ordinal))
            json.WriteNumber(route, count);
        json.WriteEndObject();
        WriteMilliseconds(json, "latency_ms"u8, requests.Durations);
        json.WriteEndObject();
    }

    private void WriteTurns(Utf8JsonWriter json)
    {
        json.WriteStartObject("turns"u8);
        json.WriteStartObject("by_outcome"u8);
        foreach (var (outcome, count) in turns.Outcomes.OrderBy(static each => each.Key, StringComparer.Ordinal))
            json.WriteNumber(outcome, count);
        json.WriteEndObject();
        json.WriteStartObject("by_process"u8);
        foreach (var (origin, count) in turns.Origins.OrderBy(static each => each.Key))
            json.WriteNumber(NameOf(origin), count);
        json.WriteEndObject();
        WriteMilliseconds(json, "duration_ms"u8, turns.Durations);
        WriteMilliseconds(json, "time_to_first_token_ms"u8, turns.FirstTokens);
        json.WriteEndObject();
    }

    private void WriteQueue(Utf8JsonWriter json, Caller caller)
    {
        var now = queue.Capture();
        json.WriteStartObject("queue"u8);
        json.WriteNumber("running"u8, now.Running);
        json.WriteNumber("max_running"u8, now.MaxRunning);
        json.WriteNumber("length"u8, now.Waiting.Count);
        json.WriteNumber("max_length"u8, now.MaxWaiting);
        WriteMilliseconds(json, "wait_ms"u8, turns.Waits);
        json.WriteStartArray("yours"u8);
        for (var position = 0; position < now.Waiting.Count; position++)
        {
            // Where others stand is theirs to know.
            if (now.Waiting[position].KeyId != caller.KeyId)
                continue;
            json.WriteStartObject();
            json.WriteNumber("position"u8, position + 1);
            json.WriteNumber("waited_ms"u8, Math.Round(now.Waiting[position].Waited.TotalMilliseconds));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteTotals(Utf8JsonWriter json)
    {
        var models = turns.ByModel.Select(static each => (Model: each.Key, Sum: each.Value.Snapshot)).OrderBy(static each => each.Model, StringComparer.Ordinal).ToList();
        json.WriteStartObject("tokens"u8);
        json.WriteNumber("prompt"u8, models.Sum(static each => each.Sum.PromptTokens));
        json.WriteNumber("cached"u8, models.Sum(static each => each.Sum.CachedTokens));
        json.WriteNumber("completion"u8, models.Sum(static each => each.Sum.CompletionTokens));
        json.WriteEndObject();
        json.WriteNumber("cost_usd"u8, models.Sum(static each => each.Sum.CostUsd));
        json.WriteStartObject("models"u8);
        foreach (var (model, sum) in models)
            WriteSum(json, model, sum);
        json.WriteEndObject();
    }

    private void WriteKey(Utf8JsonWriter json, Caller caller)
    {
        json.WriteStartObject("key"u8);
        json.WriteString("id"u8, caller.KeyId);
        var sum = turns.ByKey.TryGetValue(caller.KeyId, out var totals) ? totals.Snapshot : default;
        WriteSum(json, "since_start", sum);
        json.WriteNumber("spent_usd"u8, spend.All.GetValueOrDefault(caller.KeyId));
        if (caller.Policy.BudgetUsd is { } budget)
            json.WriteNumber("budget_usd"u8, budget);
        json.WriteEndObject();
    }

    private void WriteSessions(Utf8JsonWriter json)
    {
        if (services.GetService<ISessionStatus>()?.Statistics is not { } sessions)
            return;
        var memory = sessions.Sessions.Sum(static session => session.MemoryBytes ?? 0);
        json.WriteStartObject("sessions"u8);
        json.WriteNumber("live"u8, sessions.Sessions.Count);
        json.WriteNumber("running"u8, sessions.Sessions.Count(static session => session.IsRunning));
        json.WriteNumber("idle"u8, sessions.Sessions.Count(static session => !session.IsRunning));
        json.WriteNumber("memory_bytes"u8, memory);
        json.WriteNumber("warm_hits"u8, sessions.WarmHits);
        json.WriteNumber("warm_misses"u8, sessions.WarmMisses);
        json.WriteNumber("rewinds"u8, sessions.Rewinds);
        json.WriteNumber("injected_messages"u8, sessions.InjectedMessages);
        json.WriteNumber("retries"u8, sessions.Retries);
        json.WriteEndObject();
        var processes = sessions.Processes;
        json.WriteStartObject("pool"u8);
        json.WriteNumber("processes"u8, processes.Processes);
        json.WriteNumber("warm"u8, processes.Idle);
        json.WriteNumber("starting"u8, processes.Starting);
        json.WriteNumber("leased"u8, processes.Leased);
        json.WriteNumber("kept"u8, processes.Kept);
        json.WriteNumber("waiting"u8, processes.Waiting);
        json.WriteNumber("warm_leases"u8, processes.WarmLeases);
        json.WriteNumber("cold_leases"u8, processes.ColdLeases);
        json.WriteNumber("failed_starts"u8, processes.FailedStarts);
        json.WriteEndObject();
    }

    private static void WriteSum(Utf8JsonWriter json, string name, TotalsSnapshot sum)
    {
        json.WriteStartObject(name);
        json.WriteNumber("turns"u8, sum.Turns);
        json.WriteNumber("prompt_tokens"u8, sum.PromptTokens);
        json.WriteNumber("cached_tokens"u8, sum.CachedTokens);
        json.WriteNumber("completion_tokens"u8, sum.CompletionTokens);
        json.WriteNumber("cost_usd"u8, sum.CostUsd);
        json.WriteEndObject();
    }

    private static void WriteMilliseconds(Utf8JsonWriter json, ReadOnlySpan<byte> name, Percentiles seconds)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count"u8, seconds.Count);
        json.WriteNumber("p50"u8, Milliseconds(seconds.P50));
        json.WriteNumber("p90"u8, Milliseconds(seconds.P90));
        json.WriteNumber("p95"u8, Milliseconds(seconds.P95));
        json.WriteNumber("p99"u8, Milliseconds(seconds.P99));
        json.WriteNumber("max"u8, Milliseconds(seconds.Max));
        json.WriteEndObject();

        static double Milliseconds(double value) => Math.Round(value * 1000, 1);
    }

    private static string NameOf(Turns.ProcessOrigin origin) => origin switch
    {
        Turns.ProcessOrigin.Live => "live",
        Turns.ProcessOrigin.Pool => "pool",
        Turns.ProcessOrigin.Cache => "cache",
        _ => "fresh",
    };
}
