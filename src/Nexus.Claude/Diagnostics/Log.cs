using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Diagnostics;

/// <summary>Everything the core logs. No prompt, answer, key or environment value is logged above Trace.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Claude Code CLI {Path} started as process {ProcessId}")]
    public static partial void CliStarted(this ILogger logger, string path, int processId);

    [LoggerMessage(2, LogLevel.Debug, "Process {ProcessId} ended with exit code {ExitCode}")]
    public static partial void CliExited(this ILogger logger, int processId, int? exitCode);

    [LoggerMessage(3, LogLevel.Warning, "The callback for stderr lines threw and is not called any more")]
    public static partial void StandardErrorCallbackFailed(this ILogger logger, Exception failure);

    [LoggerMessage(4, LogLevel.Debug, "A line of {Length} bytes from process {ProcessId} is not JSON and was skipped")]
    public static partial void NoiseSkipped(this ILogger logger, int processId, long length);

    [LoggerMessage(5, LogLevel.Warning, "Process {ProcessId} did not end {Step} and is stopped with the next step")]
    public static partial void StopEscalated(this ILogger logger, int processId, string step);

    [LoggerMessage(6, LogLevel.Warning, "Turn {PromptId} could not be interrupted")]
    public static partial void InterruptFailed(this ILogger logger, string promptId, Exception failure);

    [LoggerMessage(7, LogLevel.Error, "The read loop of process {ProcessId} failed")]
    public static partial void ReadLoopFailed(this ILogger logger, int processId, Exception failure);

    [LoggerMessage(8, LogLevel.Warning, "The handles of process {ProcessId} could not all be released")]
    public static partial void ReleaseFailed(this ILogger logger, int processId, Exception failure);

    [LoggerMessage(9, LogLevel.Warning, "The CLI's control request '{Subtype}' could not be answered and was refused")]
    public static partial void RequestFailed(this ILogger logger, string subtype, Exception failure);

    [LoggerMessage(10, LogLevel.Warning, "A registration on the cancellation token of a callback threw")]
    public static partial void CancellationCallbackFailed(this ILogger logger, Exception failure);

    [LoggerMessage(290, LogLevel.Warning, "A listener for spans or metrics threw; the session goes on without what it was told")]
    public static partial void TelemetryFailed(this ILogger logger, Exception failure);

    [LoggerMessage(291, LogLevel.Debug, "Prompt {PromptId} sent to process {ProcessId}")]
    public static partial void PromptSent(this ILogger logger, string promptId, int processId);

    [LoggerMessage(292, LogLevel.Trace, "Sensitive: prompt {PromptId} to process {ProcessId}: {Line}")]
    public static partial void PromptSentSensitive(this ILogger logger, string promptId, int processId, string line);

    [LoggerMessage(293, LogLevel.Trace, "Sensitive: process {ProcessId} says: {Message}")]
    public static partial void MessageReceivedSensitive(this ILogger logger, int processId, string message);

    [LoggerMessage(294, LogLevel.Debug, "Process {ProcessId} reports the result {Subtype} ({TerminalReason}) of prompt {PromptId} after {Duration}")]
    public static partial void ResultReceived(this ILogger logger, int processId, string subtype, string? terminalReason, string? promptId, TimeSpan duration);

    [LoggerMessage(300, LogLevel.Warning, "Chat options without effect on the Claude Code CLI: {Options}")]
    public static partial void ChatOptionsIgnored(this ILogger logger, string options);

    [LoggerMessage(301, LogLevel.Debug, "Conversation {ConversationId} is not used and its CLI is closed")]
    public static partial void ConversationClosed(this ILogger logger, Guid conversationId);

    [LoggerMessage(302, LogLevel.Debug, "Conversation {ConversationId} gets a new CLI, because a call wants what a CLI is only told at its start")]
    public static partial void ConversationRestarted(this ILogger logger, Guid conversationId);
}
