using System.Net;
using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Server.Security;

/// <summary>What is logged about callers. Never a key, never a prompt.</summary>
internal static partial class SecurityLog
{
    [LoggerMessage(400, LogLevel.Warning, "A request from {Address} was refused: no valid API key")]
    public static partial void KeyRefused(this ILogger logger, IPAddress? address);

    [LoggerMessage(401, LogLevel.Warning, "A request from {Address} was refused: it is addressed to a host name that is not allowed")]
    public static partial void HostRefused(this ILogger logger, IPAddress? address);

    [LoggerMessage(402, LogLevel.Information, "The keys file {Path} has changed; {Count} keys are valid now")]
    public static partial void KeysRead(this ILogger logger, string path, int count);

    [LoggerMessage(403, LogLevel.Error, "The keys file {Path} has changed and cannot be used; the keys known before stay valid")]
    public static partial void KeysNotRead(this ILogger logger, string path, Exception failure);

    [LoggerMessage(404, LogLevel.Error, "What keys have spent could not be written to {Path}; it is tried again with the next turn")]
    public static partial void SpendNotWritten(this ILogger logger, string path, Exception failure);

    [LoggerMessage(405, LogLevel.Information, "The server stops: {Turns} turns run and may go on for {Timeout}")]
    public static partial void Draining(this ILogger logger, int turns, TimeSpan timeout);

    [LoggerMessage(406, LogLevel.Warning, "{Turns} turns were still running when the time for them was up; they are ended")]
    public static partial void DrainTimedOut(this ILogger logger, int turns);

    [LoggerMessage(407, LogLevel.Information, "Turn {RequestId} of {KeyId} on {Model} ended as {Outcome} after {Seconds} s")]
    public static partial void TurnEnded(this ILogger logger, string requestId, string keyId, string model, string outcome, double seconds);

    [LoggerMessage(408, LogLevel.Information, "Agent {RequestId} of {KeyId}: {Tool} in {Folder} was {Decision} ({Rule})")]
    public static partial void ToolDecided(
        this ILogger logger, string requestId, string keyId, string tool, string folder, string decision, string rule);

    [LoggerMessage(409, LogLevel.Error, "The audit file {Path} cannot be written; the tool was not allowed to run")]
    public static partial void AuditNotWritten(this ILogger logger, string path, Exception failure);
}
