using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Nexus.Claude.Server.Operations;

/// <summary><c>GET /metrics</c>: the metrics in the text format of Prometheus (version 0.0.4).</summary>
/// <param name="collector">Has them.</param>
internal sealed class MetricsRoute(MetricsCollector collector)
{
    /// <summary>Adds the route.</summary>
    /// <param name="routes">The application.</param>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", (RequestDelegate)(context =>
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(Format(collector.Collect()), Encoding.UTF8, context.RequestAborted);
    }));

    /// <summary>Writes families as Prometheus reads them.</summary>
    /// <param name="families">The families.</param>
    /// <returns>The text.</returns>
    internal static string Format(IReadOnlyList<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            var series = family.Capture();
            if (series.Count == 0)
                continue;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Name} {family.Description.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {family.Name} {TypeOf(family.Kind)}\n");
            foreach (var (labels, sum, count, buckets) in series)
            {
                if (buckets is not null)
                    AppendHistogram(text, family, labels, sum, count, buckets);
                else
                    AppendLine(text, family.Name, labels, Number(sum));
            }
        }

        return text.ToString();
    }

    private static void AppendHistogram(StringBuilder text, MetricFamily family, string labels, double sum, long count, long[] buckets)
    {
        var below = 0L;
        for (var index = 0; index < buckets.Length; index++)
        {
            below += buckets[index];
            var bound = index < family.Bounds.Count ? Number(family.Bounds[index]) : "+Inf";
            AppendLine(text, family.Name + "_bucket", labels.Length == 0 ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"", below.ToString(CultureInfo.InvariantCulture));
        }

        AppendLine(text, family.Name + "_sum", labels, Number(sum));
        AppendLine(text, family.Name + "_count", labels, count.ToString(CultureInfo.InvariantCulture));
    }

    private static void AppendLine(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value).Append('\n');
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
