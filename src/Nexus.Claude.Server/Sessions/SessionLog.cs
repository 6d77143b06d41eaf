using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Server.Sessions;

/// <summary>What the sessions log. Never what is said in them.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Turn {RequestId} failed with status {Status} ({Code}).")]
    public static partial void TurnFailed(this ILogger logger, string requestId, int status, string? code, Exception failure);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Turn {RequestId} is tried again on another process: the first one ended before the model began.")]
    public static partial void TurnRetried(this ILogger logger, string requestId, Exception failure);

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "Turn {RequestId} runs on process {ProcessId} ({Origin}, {Injected} messages put in).")]
    public static partial void TurnStarted(this ILogger logger, string requestId, int processId, Turns.ProcessOrigin origin, int injected);

    [LoggerMessage(EventId = 4, Level = LogLevel.Debug, Message = "Process {ProcessId} could not be taken back by one turn ({Reason}) and is ended.")]
    public static partial void RewindFailed(this ILogger logger, int processId, string? reason);

    [LoggerMessage(EventId = 5, Level = LogLevel.Warning, Message = "A process could not be ended in order.")]
    public static partial void RetireFailed(this ILogger logger, Exception failure);

    [LoggerMessage(EventId = 6, Level = LogLevel.Warning, Message = "The transcript of a conversation could not be resumed; turn {RequestId} goes on from the conversation's log.")]
    public static partial void ResumeFailed(this ILogger logger, string requestId, Exception failure);
}
