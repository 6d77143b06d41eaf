using Microsoft.Extensions.Logging;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Protocol;

/// <summary>What a session takes from the caller's options.</summary>
internal sealed record SessionSettings
{
    /// <summary>The longest line that is kept, in bytes.</summary>
    public int MaxLineBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>What happens to messages that nobody reads.</summary>
    public MessageBuffering Buffering { get; init; } = MessageBuffering.Default;

    /// <summary>How long a control request may take.</summary>
    public TimeSpan ControlRequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long <c>initialize</c> may take.</summary>
    public TimeSpan InitializeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the CLI gets to end by itself after the end of its input.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest silence during a turn; null for no limit.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>The longest turn; null for no limit.</summary>
    public TimeSpan? TurnTimeout { get; init; }

    /// <summary>True when one reader wants every message in the order of the wire.</summary>
    public bool SingleStream { get; init; }

    /// <summary>True when prompts are to reach the model as they are (<c>client_composed</c>).</summary>
    public bool VerbatimPrompts { get; init; }

    /// <summary>Who takes part in the session.</summary>
    public IReadOnlyList<ISessionFeature> Features { get; init; } = [];

    /// <summary>What telemetry must know of the options.</summary>
    public TelemetrySettings Telemetry { get; init; } = TelemetrySettings.None;

    /// <summary>The context in which the session was asked for; null when its flow was suppressed.</summary>
    public ExecutionContext? CallerContext { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The log.</summary>
    public required ILogger Logger { get; init; }
}
