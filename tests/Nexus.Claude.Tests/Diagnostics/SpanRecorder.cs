using System.Collections.Concurrent;
using System.Diagnostics;

namespace Nexus.Claude.Tests.Diagnostics;

/// <summary>Keeps the ended spans of one trace; other tests have traces of their own.</summary>
internal sealed class SpanRecorder : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ActivitySource _source = new("caller-" + Guid.NewGuid());
    private readonly ConcurrentQueue<Activity> _ended = new();

    public SpanRecorder()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ClaudeTelemetry.ActivitySourceName || source.Name == _source.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        Caller = _source.StartActivity("caller")!;
    }

    /// <summary>The activity of the test; the current one until the recorder is disposed.</summary>
    public Activity Caller { get; }

    /// <summary>The SDK's spans that have ended, in that order.</summary>
    public IReadOnlyList<Activity> Ended => [.. _ended.Where(span => span.TraceId == Caller.TraceId && span.Source.Name == ClaudeTelemetry.ActivitySourceName)];

    public Activity this[string name] => Ended.Single(span => span.DisplayName == name);

    public void Dispose()
    {
        Caller.Dispose();
        _listener.Dispose();
        _source.Dispose();
    }
}
