using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Nexus.Claude.Diagnostics;

/// <summary>The trace that a CLI is to go on with, as the environment variables that the W3C's context has for it.</summary>
internal static class TraceContext
{
    /// <summary>No trace.</summary>
    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    /// <summary>The context of the current activity.</summary>
    /// <returns>The variables; none when there is no activity.</returns>
    public static IReadOnlyDictionary<string, string> OfCaller() => Listeners.ArePossible ? OfCurrent() : None;

    /// <summary>The context of an activity.</summary>
    /// <param name="activity">The activity; may be null.</param>
    /// <returns>The variables; none when it has no W3C id.</returns>
    public static IReadOnlyDictionary<string, string> Of(Activity? activity)
    {
        if (activity is not { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            return None;
        var variables = new Dictionary<string, string> { ["TRACEPARENT"] = id };
        if (!string.IsNullOrEmpty(activity.TraceStateString))
            variables["TRACESTATE"] = activity.TraceStateString;
        var baggage = new StringBuilder();
        foreach (var (key, value) in activity.Baggage)
        {
            if (baggage.Length > 0)
                baggage.Append(',');
            baggage.Append(Uri.EscapeDataString(key)).Append('=').Append(Uri.EscapeDataString(value ?? ""));
        }

        if (baggage.Length > 0)
            variables["BAGGAGE"] = baggage.ToString();
        return variables;
    }

    // Apart, so that the library of activities is not loaded for the question whether there can be one.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IReadOnlyDictionary<string, string> OfCurrent() => Of(Activity.Current);
}
