using System.Text.Json;
using Nexus.Claude.Sessions;

namespace Nexus.Claude;

/// <summary>What a list shows of a session, gathered while its entries were added.</summary>
public sealed record SessionSummary
{
    /// <summary>The session.</summary>
    public required string SessionId { get; init; }

    /// <summary>
    /// When the store was written to last for the session, by the same clock as <see cref="StoredSession.LastModified"/>. A summary that is
    /// older than its session is not believed.
    /// </summary>
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>What has been gathered, a JSON object. Keep it as it is.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>Adds entries to a summary. The caller keeps other appends to the same session away meanwhile.</summary>
    /// <param name="previous">The summary so far; null at the first append.</param>
    /// <param name="key">The transcript that the entries were added to; one with a <see cref="SessionKey.Subpath"/> has no summary.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="lastModified">When they were stored, by the store's clock.</param>
    /// <returns>The new summary.</returns>
    /// <exception cref="ArgumentException">The key has a subpath.</exception>
    public static SessionSummary Fold(SessionSummary? previous, SessionKey key, IReadOnlyList<JsonElement> entries, DateTimeOffset lastModified)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(entries);
        if (key.Subpath is not null)
            throw new ArgumentException($"Only a session's own transcript has a summary, not '{key.Subpath}' inside of it.", nameof(key));
        var state = previous is null ? new SummaryState() : SummaryState.Read(previous.Data);
        foreach (var entry in entries)
            state.Observe(entry);
        return new SessionSummary { SessionId = key.SessionId, LastModified = lastModified, Data = state.Write() };
    }
}
