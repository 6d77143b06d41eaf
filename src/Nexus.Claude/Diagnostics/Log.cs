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
}
