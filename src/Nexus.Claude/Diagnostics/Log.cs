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

    [LoggerMessage(100, LogLevel.Warning, "The permission callback does not see every tool call: {Shadow}")]
    public static partial void PermissionCallbackShadowed(this ILogger logger, string shadow);

    [LoggerMessage(101, LogLevel.Error, "The permission callback failed for the tool {Tool}, which was not run")]
    public static partial void PermissionCallbackFailed(this ILogger logger, string tool, Exception failure);

    [LoggerMessage(102, LogLevel.Error, "The permission callback gave no decision for the tool {Tool}, which was not run")]
    public static partial void PermissionCallbackUndecided(this ILogger logger, string tool);

    [LoggerMessage(103, LogLevel.Warning, "The permission callback did not decide about the tool {Tool} within {Timeout}, so it was not run")]
    public static partial void PermissionTimedOut(this ILogger logger, string tool, TimeSpan timeout);

    [LoggerMessage(110, LogLevel.Warning, "A process could not be started ahead; the next try is in {Delay}")]
    public static partial void PoolStartFailed(this ILogger logger, TimeSpan delay, Exception failure);

    [LoggerMessage(111, LogLevel.Debug, "Process {ProcessId}, started ahead, is ended unused: {Reason}")]
    public static partial void PoolProcessDiscarded(this ILogger logger, int processId, string reason);

    [LoggerMessage(112, LogLevel.Warning, "Process {ProcessId}, started ahead, could not be used; another takes its place")]
    public static partial void PoolProcessFailed(this ILogger logger, int processId, Exception failure);

    [LoggerMessage(113, LogLevel.Warning, "A process of the pool could not be ended in order")]
    public static partial void PoolEndFailed(this ILogger logger, Exception failure);

    [LoggerMessage(150, LogLevel.Warning, "Hook {HookId} of {Event} failed; what it was asked about was {Outcome}")]
    public static partial void HookFailed(this ILogger logger, string @event, string hookId, string outcome, Exception failure);

    [LoggerMessage(151, LogLevel.Warning, "The CLI called hook {HookId}, which is not registered; it was refused")]
    public static partial void HookUnknown(this ILogger logger, string? hookId);

    [LoggerMessage(152, LogLevel.Debug, "This CLI does not know 'onFailure'; the SDK refuses by itself when a hook fails")]
    public static partial void HookFailurePolicyUnknown(this ILogger logger);

    [LoggerMessage(240, LogLevel.Warning, "The callback for a threshold of the budget threw")]
    public static partial void BudgetCallbackFailed(this ILogger logger, Exception failure);

    [LoggerMessage(241, LogLevel.Information, "Attempt {Attempt} of {MaxAttempts} failed before the turn had done anything; the next one begins in {Delay}")]
    public static partial void AttemptFailed(this ILogger logger, int attempt, int maxAttempts, TimeSpan delay, Exception failure);

    [LoggerMessage(260, LogLevel.Warning, "Attempt {Attempt} to store entries of session {SessionId} failed and is repeated")]
    public static partial void MirrorAppendRetried(this ILogger logger, string sessionId, int attempt, Exception failure);

    [LoggerMessage(261, LogLevel.Error, "{Count} entries of session {SessionId} could not be stored and were given up")]
    public static partial void MirrorAppendFailed(this ILogger logger, string sessionId, int count, Exception failure);

    [LoggerMessage(262, LogLevel.Error, "The session store did not take {Count} entries of session {SessionId} within {Seconds} s")]
    public static partial void MirrorAppendTimedOut(this ILogger logger, string sessionId, int count, double seconds);

    [LoggerMessage(263, LogLevel.Warning, "The CLI writes to '{Path}', which is not under '{Projects}'; it is not copied to the session store")]
    public static partial void MirrorPathUnknown(this ILogger logger, string path, string projects);

    [LoggerMessage(264, LogLevel.Warning, "The session store was waited for {Seconds} s; the session goes on without it")]
    public static partial void MirrorHoldEnded(this ILogger logger, double seconds);

    [LoggerMessage(265, LogLevel.Warning, "The temporary folder '{Directory}' of a resumed session could not be removed; it holds a transcript")]
    public static partial void ResumedHomeLeft(this ILogger logger, string directory, Exception failure);

    [LoggerMessage(266, LogLevel.Warning, "The session store lists '{Subpath}' inside of session {SessionId}, which is no safe path; it is left out")]
    public static partial void SubpathRejected(this ILogger logger, string subpath, string sessionId);

    [LoggerMessage(267, LogLevel.Warning, "'{File}' is not valid JSON and was not copied for a resumed session")]
    public static partial void ConfigNotCopied(this ILogger logger, string file, Exception failure);

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
