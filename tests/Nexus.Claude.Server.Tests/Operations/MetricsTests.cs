using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Operations;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 40)]
internal sealed partial class MetricsTests
{
    [Test]
    public async Task Metrics_of_the_server_and_of_HTTP_are_told_in_the_text_format_of_Prometheus()
    {
        await using var host = await GatewayHost.StartAsync(map: TurnRoute.Map);
        for (var number = 0; number < 3; number++)
            (await host.PostAsync(TurnRoute.Path, "Hello")).Dispose();
        using var response = await host.Client.GetAsync(new Uri("/metrics", UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        using (Assert.EnterMultipleScope())
        {
            foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Assert.That(Line().IsMatch(line), line);
            Assert.That(text, Does.Contain("""nexus_claude_server_turns_total{gen_ai_request_model="sonnet",outcome="completed"} 3"""));
            Assert.That(text, Does.Contain("""nexus_claude_server_tokens_total{gen_ai_request_model="sonnet",gen_ai_token_type="output"} 21"""));
            Assert.That(text, Does.Contain("""nexus_claude_server_cost_usd_total{gen_ai_request_model="sonnet"} 0.0375"""));
            Assert.That(text, Does.Contain("""nexus_claude_server_turn_duration_seconds_count{gen_ai_request_model="sonnet"} 3"""));
            Assert.That(text, Does.Contain("nexus_claude_server_queue_length 0"));
            Assert.That(text, Does.Contain("http_server_request_duration_seconds_bucket{"));
            Assert.That(text, Does.Not.Contain("Hello"));
        }
    }

    [Test]
    public async Task A_histogram_counts_upwards_and_ends_with_all()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var meter = services.GetRequiredService<IMeterFactory>().Create(TurnStatistics.MeterName);
        using var collector = new MetricsCollector(services.GetRequiredService<IMeterFactory>());
        var histogram = meter.CreateHistogram<double>("a.b", "s", "What \\ is\nit?", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2] });
        foreach (var value in new[] { 0.5, 1, 1.5, 9 })
            histogram.Record(value, new KeyValuePair<string, object?>("path", "a\"b\\c\nd"));
        var text = MetricsRoute.Format([.. collector.Collect().Where(static family => family.Name == "a_b_seconds")]);

        const string Label = """path="a\"b\\c\nd""";
        Assert.That(text, Is.EqualTo(
            $$"""
            # HELP a_b_seconds What \\ is\nit?
            # TYPE a_b_seconds histogram
            a_b_seconds_bucket{{{Label}}",le="1"} 2
            a_b_seconds_bucket{{{Label}}",le="2"} 3
            a_b_seconds_bucket{{{Label}}",le="+Inf"} 4
            a_b_seconds_sum{{{Label}}"} 12
            a_b_seconds_count{{{Label}}"} 4

            """));
    }

    [Test]
    public async Task Sums_gauges_and_observed_values_are_what_they_are_and_labels_cannot_grow_without_end()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var meter = services.GetRequiredService<IMeterFactory>().Create(TurnStatistics.MeterName);
        using var foreign = new Meter("Somebody.Else");
        using var collector = new MetricsCollector(services.GetRequiredService<IMeterFactory>());
        var counter = meter.CreateCounter<long>("counter");
        var upDown = meter.CreateUpDownCounter<int>("updown");
        var total = 5L;
        meter.CreateObservableCounter("observed", () => total);
        foreign.CreateCounter<long>("foreign").Add(1);
        for (var number = 0; number < 3000; number++)
            counter.Add(1, new KeyValuePair<string, object?>("n", number.ToString(CultureInfo.InvariantCulture)));
        upDown.Add(5);
        upDown.Add(-2);
        collector.Collect();
        total = 7;
        var families = collector.Collect().ToDictionary(static family => family.Name);

        Assert.That(families["updown"].Capture().Single().Sum, Is.EqualTo(3));
        Assert.That(families["observed_total"].Capture().Single().Sum, Is.EqualTo(7));
        Assert.That(families["counter_total"].Capture(), Has.Count.EqualTo(1000));
        Assert.That(families.Keys, Has.None.Contains("foreign"));
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)*\})? [-+.eE0-9]+|[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? (NaN|[+-]Inf))$""")]
    private static partial Regex Line();
}
