using System.Diagnostics.Metrics;

namespace Nexus.Claude.Diagnostics;

/// <summary>The one meter and every instrument. Nothing is measured that nobody listens to.</summary>
internal static class Instruments
{
    private static readonly Meter Meter = new(ClaudeTelemetry.MeterName, SdkVersion.Text);

    // The conventions' own advice on buckets; the default ones begin at 5 seconds.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68, 655.36],
    };

    private static readonly InstrumentAdvice<long> Tokens = new()
    {
        HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
    };

    public static readonly Histogram<double> OperationDuration = Meter.CreateHistogram(
        "gen_ai.client.operation.duration", "s", "How long a turn or a start took.", tags: null, Seconds);

    public static readonly Histogram<double> TimeToFirstChunk = Meter.CreateHistogram(
        "gen_ai.client.operation.time_to_first_chunk", "s", "From the prompt to the first piece of the answer.", tags: null, Seconds);

    public static readonly Histogram<long> TokenUsage = Meter.CreateHistogram(
        "gen_ai.client.token.usage", "{token}", "Tokens of a turn, by model and type.", tags: null, Tokens);

    public static readonly Counter<double> Cost = Meter.CreateCounter<double>(
        "nexus.claude.cost", "{USD}", "What turns cost, by model, as the CLI reckons it.");

    public static readonly Counter<long> ProcessesStarted = Meter.CreateCounter<long>(
        "nexus.claude.process.started", "{process}", "CLI processes started.");

    public static readonly Counter<long> ProcessesExited = Meter.CreateCounter<long>(
        "nexus.claude.process.exited", "{process}", "CLI processes ended, by exit code.");

    public static readonly UpDownCounter<long> ProcessesActive = Meter.CreateUpDownCounter<long>(
        "nexus.claude.process.active", "{process}", "CLI processes alive.");

    public static readonly Histogram<double> ControlDuration = Meter.CreateHistogram(
        "nexus.claude.control.duration", "s", "How long the CLI took to answer a control request, by subtype.", tags: null, Seconds);

    public static readonly Histogram<double> CallbackDuration = Meter.CreateHistogram(
        "nexus.claude.callback.duration", "s", "How long this program took to answer a request of the CLI, by subtype.", tags: null, Seconds);
}
