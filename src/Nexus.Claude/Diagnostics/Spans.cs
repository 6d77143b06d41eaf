using System.Diagnostics;

namespace Nexus.Claude.Diagnostics;

/// <summary>
/// The one activity source. Apart from the instruments: a span is begun before the CLI is started, when making them would keep it waiting.
/// </summary>
internal static class Spans
{
    public static readonly ActivitySource Source = new(ClaudeTelemetry.ActivitySourceName, SdkVersion.Text);

    /// <summary>Starts a span without making it the current one: where it is started is not where its work is done.</summary>
    /// <param name="name">The name.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="parent">The parent.</param>
    /// <param name="tags">What a sampler may want to know.</param>
    /// <returns>The span; null when nobody wants it.</returns>
    public static Activity? StartAside(string name, ActivityKind kind, ActivityContext parent, IEnumerable<KeyValuePair<string, object?>> tags)
    {
        var current = Activity.Current;
        try
        {
            return Source.StartActivity(name, kind, parent, tags);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Ends a span that <see cref="StartAside"/> began.</summary>
    /// <param name="activity">The span.</param>
    public static void StopAside(this Activity activity)
    {
        var current = Activity.Current;
        activity.Stop();
        Activity.Current = current;
    }

    /// <summary>Marks a span as failed.</summary>
    /// <param name="activity">The span.</param>
    /// <param name="type">The value of <c>error.type</c>, of few values.</param>
    /// <param name="description">For people; null for none. No content.</param>
    public static void Fail(this Activity activity, string type, string? description)
    {
        activity.SetTag(GenAi.ErrorType, type);
        activity.SetStatus(ActivityStatusCode.Error, description);
    }
}
