namespace Nexus.Claude.Diagnostics;

/// <summary>What the telemetry of a session must know of its options.</summary>
/// <param name="Model">The model asked for; null for the CLI's default.</param>
/// <param name="Agent">The agent of the main conversation; null for the usual one.</param>
/// <param name="IncludeContent">Whether prompts, answers and tool data may be told.</param>
/// <param name="IsTyped">Whether the answer follows a schema.</param>
internal sealed record TelemetrySettings(string? Model, string? Agent, bool IncludeContent, bool IsTyped)
{
    /// <summary>Nothing is known, no content is told.</summary>
    public static TelemetrySettings None { get; } = new(null, null, false, false);

    /// <summary>Takes it from options.</summary>
    /// <param name="options">The session's options.</param>
    /// <returns>The settings.</returns>
    public static TelemetrySettings Of(ClaudeOptions options) =>
        new(options.Model, options.Agent, options.IncludeContentInTelemetry, options.OutputSchema is not null);
}
