namespace Nexus.Claude;

/// <summary>
/// The names under which the SDK's spans and metrics are collected, for example
/// <c>tracing.AddSource(ClaudeTelemetry.ActivitySourceName)</c> and <c>metrics.AddMeter(ClaudeTelemetry.MeterName)</c>.
/// </summary>
/// <remarks>
/// Spans and metrics follow OpenTelemetry's conventions for generative AI (<c>gen_ai.*</c>); what they have no name for begins with
/// <c>nexus.claude.</c>. No prompt, answer or tool data is in them unless <see cref="ClaudeOptions.IncludeContentInTelemetry"/> is on.
/// </remarks>
public static class ClaudeTelemetry
{
    /// <summary>The name of the activity source.</summary>
    public const string ActivitySourceName = "Nexus.Claude";

    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Nexus.Claude";
}
