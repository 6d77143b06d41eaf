using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Memory.Diagnostics;

/// <summary>Everything the memory logs: numbers and reasons, never a text that is remembered or searched for.</summary>
internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Warning, "{Count} messages could not be written to the memory now ({Failure}) and are tried again with the next ones")]
    public static partial void BatchNotWritten(this ILogger logger, int count, MemoryStoreFailure failure, Exception cause);

    [LoggerMessage(401, LogLevel.Error, "{Count} messages were not written to the memory and are lost")]
    public static partial void MessagesLost(this ILogger logger, int count, Exception cause);

    [LoggerMessage(402, LogLevel.Warning, "The statistics of the memory could not be refreshed; ranking uses the older ones")]
    public static partial void StatisticsNotRefreshed(this ILogger logger, Exception cause);

    [LoggerMessage(403, LogLevel.Warning, "Messages older than the retention could not be forgotten now; the next start tries again")]
    public static partial void ExpiryFailed(this ILogger logger, Exception cause);

    [LoggerMessage(404, LogLevel.Warning, "The memory could not be used for session {SessionId}, which goes on without it")]
    public static partial void SessionWithoutMemory(this ILogger logger, string sessionId, Exception cause);

    [LoggerMessage(405, LogLevel.Information, "Recalling for a prompt of session {SessionId} took longer than {Limit} and was given up")]
    public static partial void RecallTooSlow(this ILogger logger, string sessionId, TimeSpan limit);

    [LoggerMessage(406, LogLevel.Information, "A query got no vector and is searched for by its words; the generator is left alone for a while: {Suspended}")]
    public static partial void QueryNotEmbedded(this ILogger logger, bool suspended, Exception cause);

    [LoggerMessage(407, LogLevel.Warning, "Messages got no vectors now; they are found by their words, and tried again after {Pause}")]
    public static partial void MessagesNotEmbedded(this ILogger logger, TimeSpan pause, Exception cause);

    [LoggerMessage(408, LogLevel.Warning, "The index of the memory could not be put together now; looking up takes a little longer until it is")]
    public static partial void IndexNotMerged(this ILogger logger, Exception cause);

    [LoggerMessage(410, LogLevel.Warning, "Meilisearch is away ({Code}): writes wait in the outbox, recall searches what waits there; next try in {Delay}")]
    public static partial void ServerAway(this ILogger logger, string code, TimeSpan delay, Exception cause);

    [LoggerMessage(411, LogLevel.Information, "Meilisearch is back, and {Count} entries of the outbox were sent")]
    public static partial void OutboxDrained(this ILogger logger, int count);

    [LoggerMessage(412, LogLevel.Error, "Meilisearch refuses a message for good ({Code}): it stays in the outbox, parked, and the others go on")]
    public static partial void MessageParked(this ILogger logger, string code, Exception? cause);

    [LoggerMessage(413, LogLevel.Error, "{Count} documents of another scope came with an answer of Meilisearch and were thrown away: something else writes into its indexes")]
    public static partial void ForeignDocuments(this ILogger logger, int count);

    [LoggerMessage(414, LogLevel.Warning, "The outbox could not be used now; it is tried again in {Delay}")]
    public static partial void OutboxFailed(this ILogger logger, TimeSpan delay, Exception cause);
}
