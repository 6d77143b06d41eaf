using System.Text.Json;
using CsCheck;
using Nexus.Claude.Server.Operations;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 40)]
[Property("seed-row", 123)]
internal sealed class StatsTests
{
    [Test]
    public async Task Requests_turns_tokens_cost_and_times_are_counted()
    {
        await using var host = await GatewayHost.StartAsync(map: TurnRoute.Map);
        for (var number = 0; number < 3; number++)
            (await host.PostAsync(TurnRoute.Path, "Hello")).Dispose();
        (await host.Client.GetAsync(new Uri("/v1/nowhere", UriKind.Relative))).Dispose();
        var stats = await StatsAsync(host);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(stats.GetProperty("requests").GetProperty("total").GetInt64(), Is.EqualTo(4));
            Assert.That(stats.GetProperty("requests").GetProperty("by_status").GetProperty("200").GetInt64(), Is.EqualTo(3));
            Assert.That(stats.GetProperty("requests").GetProperty("by_status").GetProperty("404").GetInt64(), Is.EqualTo(1));
            Assert.That(stats.GetProperty("requests").GetProperty("by_route").GetProperty($"POST {TurnRoute.Path}").GetInt64(), Is.EqualTo(3));
            Assert.That(stats.GetProperty("turns").GetProperty("by_outcome").GetProperty("completed").GetInt64(), Is.EqualTo(3));
            Assert.That(stats.GetProperty("turns").GetProperty("time_to_first_token_ms").GetProperty("count").GetInt64(), Is.EqualTo(3));
            Assert.That(stats.GetProperty("turns").GetProperty("duration_ms").GetProperty("p99").GetDouble(), Is.GreaterThan(0));
            Assert.That(stats.GetProperty("tokens").GetProperty("prompt").GetInt64(), Is.EqualTo(3 * 35));
            Assert.That(stats.GetProperty("tokens").GetProperty("completion").GetInt64(), Is.EqualTo(3 * 7));
            Assert.That(stats.GetProperty("cost_usd").GetDecimal(), Is.EqualTo(3 * 0.0125m));
            Assert.That(stats.GetProperty("models").GetProperty("sonnet").GetProperty("turns").GetInt64(), Is.EqualTo(3));
            Assert.That(stats.GetProperty("key").GetProperty("id").GetString(), Is.EqualTo("anonymous"));

            // What clients of the older gateway read.
            Assert.That(stats.GetProperty("version").GetString(), Is.Not.Empty);
            Assert.That(stats.GetProperty("cache").GetProperty("total_hits").GetInt64(), Is.Zero);
            Assert.That(stats.GetProperty("cache").TryGetProperty("enabled", out _));
        }
    }

    [Test]
    [Property("gateway-row", 27)]
    public async Task The_place_in_the_queue_is_told_to_whom_it_belongs()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await GatewayHost.StartAsync(
            new ScriptedTurns(new ScriptedTurn().Text("x").Wait(gate).End()),
            static options =>
            {
                options.Limits.MaxConcurrentTurns = 1;
                options.Security.Keys.Add(new GatewayKeyOptions { Id = "a", Key = "key-a" });
                options.Security.Keys.Add(new GatewayKeyOptions { Id = "b", Key = "key-b" });
            },
            map: TurnRoute.Map);
        Task<HttpResponseMessage>[] turns = [.. new[] { "key-a", "key-b" }.Select(key => host.PostAsync(TurnRoute.Path, "Hello", request => request.Headers.Add("x-api-key", key)))];
        JsonElement stats;
        do
            stats = await StatsAsync(host, "key-b");
        while (stats.GetProperty("queue").GetProperty("length").GetInt32() == 0);
        var waiter = host.Turns.Requests[0].Caller.KeyId == "a" ? "b" : "a";
        var own = (await StatsAsync(host, $"key-{waiter}")).GetProperty("queue");
        var other = (await StatsAsync(host, waiter == "a" ? "key-b" : "key-a")).GetProperty("queue");
        gate.SetResult();
        foreach (var turn in turns)
            (await turn).Dispose();

        Assert.That((own.GetProperty("running").GetInt32(), own.GetProperty("yours")[0].GetProperty("position").GetInt32()), Is.EqualTo((1, 1)));
        Assert.That(other.GetProperty("yours").GetArrayLength(), Is.Zero);
    }

    [Test]
    public void Percentiles_are_values_that_were_seen_and_grow()
    {
        Gen.Double[0, 1e6].List[1, 3000].Sample(
            values =>
            {
                var samples = new RecentSamples(1024);
                values.ForEach(samples.Add);
                var last = values.TakeLast(1024).Order().ToList();
                var seen = samples.Capture();
                return seen.Count == last.Count && seen.Max == last[^1] && last.Contains(seen.P50) && last.Contains(seen.P99)
                    && seen.P50 <= seen.P90 && seen.P90 <= seen.P95 && seen.P95 <= seen.P99 && seen.P99 <= seen.Max
                    && last.Count(value => value <= seen.P50) * 2 >= last.Count;
            },
            iter: 100,
            threads: 1);
    }

    private static async Task<JsonElement> StatsAsync(GatewayHost host, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/stats");
        if (key is not null)
            request.Headers.Add("x-api-key", key);
        using var response = await host.Client.SendAsync(request);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }
}
