namespace Nexus.Claude;

/// <content>What spans and logs may say.</content>
public sealed partial class ClaudeOptions
{
    /// <summary>
    /// True puts prompts, answers, and the input and output of tools into spans (<see cref="ClaudeTelemetry"/>), and the messages of a session
    /// into the log, there at Trace only. Default false: content is in neither.
    /// </summary>
    public bool IncludeContentInTelemetry { get; set; }
}
