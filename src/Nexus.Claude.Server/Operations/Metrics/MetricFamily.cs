using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Nexus.Claude.Server.Operations;

/// <summary>How an instrument's measurements add up.</summary>
internal enum MetricKind
{
    /// <summary>A sum that only grows.</summary>
    Counter,

    /// <summary>A value that goes up and down.</summary>
    Gauge,

    /// <summary>How often values fell into which range.</summary>
    Histogram,
}

/// <summary>One instrument and all its series, one for each set of labels.</summary>
internal sealed class MetricFamily
{
    // Labels that a client could choose must not fill the memory.
    private const int MostSeries = 1000;

    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly bool _isObservable;
    private readonly bool _isSum;

    /// <summary>Begins at zero.</summary>
    /// <param name="instrument">The instrument.</param>
    public MetricFamily(Instrument instrument)
    {
        var type = instrument.GetType().IsGenericType ? instrument.GetType().GetGenericTypeDefinition() : null;
        _isObservable = instrument.IsObservable;
        Kind = type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : type == typeof(Histogram<>) ? MetricKind.Histogram
            : MetricKind.Gauge;
        _isSum = !_isObservable && type != typeof(Gauge<>);
        Bounds = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
            _ => DefaultBounds,
        };
        Name = NameOf(instrument.Name, instrument.Unit, Kind);
        Description = instrument.Description ?? "";
    }

    /// <summary>The name as Prometheus writes it.</summary>
    public string Name { get; }

    /// <summary>What is measured.</summary>
    public string Description { get; }

    /// <summary>How measurements add up.</summary>
    public MetricKind Kind { get; }

    /// <summary>The upper bounds of the ranges of a histogram.</summary>
    public IReadOnlyList<double> Bounds { get; }

    /// <summary>Adds a measurement.</summary>
    /// <param name="value">The value.</param>
    /// <param name="tags">Its labels.</param>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelsOf(tags);
        lock (_gate)
        {
            if (!_series.TryGetValue(labels, out var series))
            {
                if (_series.Count >= MostSeries)
                    return;
                _series[labels] = series = new Series(Kind == MetricKind.Histogram ? new long[Bounds.Count + 1] : null);
            }

            series.Count++;
            series.Sum = _isSum || Kind == MetricKind.Histogram ? series.Sum + value : value;
            if (series.Buckets is { } buckets)
                buckets[BucketOf(value)]++;
        }
    }

    /// <summary>All series at this moment.</summary>
    /// <returns>Copies, by their labels.</returns>
    public IReadOnlyList<(string Labels, double Sum, long Count, long[]? Buckets)> Capture()
    {
        lock (_gate)
        {
            return
            [
                .. _series.OrderBy(static each => each.Key, StringComparer.Ordinal)
                    .Select(static each => (each.Key, each.Value.Sum, each.Value.Count, (long[]?)each.Value.Buckets?.Clone())),
            ];
        }
    }

    private int BucketOf(double value)
    {
        var index = 0;
        while (index < Bounds.Count && value > Bounds[index])
            index++;
        return index;
    }

    /// <summary>The labels as they stand in the text, which also tells one series from another.</summary>
    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        var sorted = tags.ToArray();
        Array.Sort(sorted, static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        var text = new StringBuilder();
        foreach (var (name, value) in sorted)
        {
            if (text.Length > 0)
                text.Append(',');
            AppendName(text, name);
            text.Append("=\"");
            foreach (var c in Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
                _ = c switch { '\\' => text.Append(@"\\"), '"' => text.Append("\\\""), '\n' => text.Append(@"\n"), _ => text.Append(c) };
            text.Append('"');
        }

        return text.ToString();
    }

    private static string NameOf(string name, string? unit, MetricKind kind)
    {
        var text = new StringBuilder();
        AppendName(text, name);
        var suffix = unit switch { "s" => "_seconds", "By" => "_bytes", "ms" => "_milliseconds", "{USD}" => "_usd", _ => "" };
        if (!text.ToString().EndsWith(suffix, StringComparison.Ordinal))
            text.Append(suffix);
        if (kind == MetricKind.Counter)
            text.Append("_total");
        return text.ToString();
    }

    private static void AppendName(StringBuilder text, string name)
    {
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
    }

    private sealed class Series(long[]? buckets)
    {
        public double Sum { get; set; }

        public long Count { get; set; }

        public long[]? Buckets => buckets;
    }
}
