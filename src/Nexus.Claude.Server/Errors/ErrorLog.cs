using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Server.Errors;

/// <summary>What the log says about requests that fail. Never what they contain.</summary>
internal static partial class ErrorLog
{
    private static readonly Func<ILogger, string, IDisposable?> Scope = LoggerMessage.DefineScope<string>("RequestId:{RequestId}");

    /// <summary>Puts a request's id to everything that is logged about it.</summary>
    /// <param name="logger">The log.</param>
    /// <param name="requestId">The id.</param>
    /// <returns>Ends it.</returns>
    public static IDisposable? RequestScope(this ILogger logger, string requestId) => Scope(logger, requestId);

    /// <summary>A request was refused.</summary>
    /// <param name="logger">The log.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">Why.</param>
    [LoggerMessage(EventId = 100, Level = LogLevel.Debug, Message = "The request was refused with {Status} ({Code}).")]
    public static partial void RequestRefused(this ILogger logger, int status, string code);

    /// <summary>A request failed on the server's side.</summary>
    /// <param name="logger">The log.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">Why.</param>
    /// <param name="exception">The cause.</param>
    [LoggerMessage(EventId = 101, Level = LogLevel.Error, Message = "The request failed with {Status} ({Code}).")]
    public static partial void RequestFailed(this ILogger logger, int status, string code, Exception? exception);

    /// <summary>A reply ended in the middle.</summary>
    /// <param name="logger">The log.</param>
    /// <param name="code">Why.</param>
    /// <param name="exception">The cause.</param>
    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "The reply ended in the middle ({Code}).")]
    public static partial void StreamFailed(this ILogger logger, string code, Exception? exception);

    /// <summary>A request was too large even to be taken in and thrown away.</summary>
    /// <param name="logger">The log.</param>
    /// <param name="exception">Why.</param>
    [LoggerMessage(EventId = 103, Level = LogLevel.Debug, Message = "The rest of a request that is too large was not taken in.")]
    public static partial void BodyNotDrained(this ILogger logger, Exception exception);
}
