using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>The transcripts of one project in a store.</summary>
/// <param name="store">The store.</param>
/// <param name="projectKey">The project.</param>
internal sealed class StoredTranscripts(ISessionStore store, string projectKey) : ITranscriptSource
{
    /// <summary>How many sessions are loaded at once from a store that keeps no summaries.</summary>
    private const int Concurrency = 8;

    public async Task<IReadOnlyList<SessionInfo>> ListAsync(SessionListOptions options, CancellationToken cancellationToken)
    {
        var sums = store.Capabilities.HasFlag(SessionStoreCapabilities.Summaries);
        if (!sums)
            Require(SessionStoreCapabilities.List, "list sessions");
        var summaries = (sums ? await store.ListSummariesAsync(projectKey, cancellationToken).ConfigureAwait(false) : [])
            .ToDictionary(summary => summary.SessionId, StringComparer.Ordinal);
        var sessions = store.Capabilities.HasFlag(SessionStoreCapabilities.List)
            ? await store.ListAsync(projectKey, cancellationToken).ConfigureAwait(false)
            : [.. summaries.Values.Select(summary => new StoredSession(summary.SessionId, summary.LastModified))];

        var infos = new SessionInfo?[sessions.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, infos.Length), parallel, async (index, cancelled) =>
        {
            var session = sessions[index];
            // A summary that is older than its session missed an append, for example because the process died between the two.
            infos[index] = summaries.TryGetValue(session.SessionId, out var summary) && summary.LastModified >= session.LastModified
                ? SummaryState.Read(summary.Data).ToInfo(session.SessionId, session.LastModified)
                : await SummarizeAsync(session.SessionId, session.LastModified, cancelled).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return [.. infos.OfType<SessionInfo>()];
    }

    public async Task<SessionInfo?> FindAsync(string sessionId, CancellationToken cancellationToken)
    {
        var sessions = store.Capabilities.HasFlag(SessionStoreCapabilities.List)
            ? await store.ListAsync(projectKey, cancellationToken).ConfigureAwait(false)
            : [];
        var listed = sessions.FirstOrDefault(session => session.SessionId == sessionId);
        return await SummarizeAsync(sessionId, listed?.LastModified, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<TranscriptEntry>?> LoadAsync(string sessionId, string? subpath, CancellationToken cancellationToken) =>
        await store.LoadAsync(KeyOf(sessionId, subpath), cancellationToken).ConfigureAwait(false) is { } entries
            ? [.. entries.Where(entry => entry.ValueKind == JsonValueKind.Object).Select(entry => new TranscriptEntry(entry))]
            : null;

    public Task<IReadOnlyList<string>> SubpathsAsync(string sessionId, CancellationToken cancellationToken)
    {
        Require(SessionStoreCapabilities.Subpaths, "list what lies inside of a session");
        return store.ListSubpathsAsync(projectKey, sessionId, cancellationToken);
    }

    public async Task<JsonElement> AgentMetadataAsync(string sessionId, string subpath, CancellationToken cancellationToken)
    {
        var entries = await LoadAsync(sessionId, subpath, cancellationToken).ConfigureAwait(false);
        return entries?.LastOrDefault(entry => entry.Type == AgentMetadata.EntryType)?.Json ?? default;
    }

    public async Task AppendAsync(string sessionId, JsonElement entry, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(sessionId, cancellationToken).ConfigureAwait(false))
            throw NotFound(sessionId);
        await store.AppendAsync(KeyOf(sessionId, null), [entry], cancellationToken).ConfigureAwait(false);
    }

    public Task CreateBesideAsync(string sessionId, string newSessionId, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken) =>
        store.AppendAsync(KeyOf(newSessionId, null), entries, cancellationToken);

    public async Task DeleteAsync(string sessionId, CancellationToken cancellationToken)
    {
        Require(SessionStoreCapabilities.Delete, "delete");
        if (!await ExistsAsync(sessionId, cancellationToken).ConfigureAwait(false))
            throw NotFound(sessionId);
        await store.DeleteAsync(KeyOf(sessionId, null), cancellationToken).ConfigureAwait(false);
    }

    public SessionNotFoundException NotFound(string sessionId) => new(
        sessionId, $"The session store ({store.GetType().Name}) has no session {sessionId} for the project '{projectKey}'.");

    private async Task<bool> ExistsAsync(string sessionId, CancellationToken cancellationToken) =>
        store.Capabilities.HasFlag(SessionStoreCapabilities.List)
            ? (await store.ListAsync(projectKey, cancellationToken).ConfigureAwait(false)).Any(session => session.SessionId == sessionId)
            : await store.LoadAsync(KeyOf(sessionId, null), cancellationToken).ConfigureAwait(false) is not null;

    private async Task<SessionInfo?> SummarizeAsync(string sessionId, DateTimeOffset? lastModified, CancellationToken cancellationToken)
    {
        if (await LoadAsync(sessionId, null, cancellationToken).ConfigureAwait(false) is not { } entries)
            return null;
        var summary = new SummaryState();
        foreach (var entry in entries)
            summary.Observe(entry.Json);
        // A store that cannot list keeps no times either; the last entry's is the next best.
        lastModified ??= entries.Select(entry => IsoTimestamp.Read(TranscriptEntry.Text(entry.Json, "timestamp"))).OfType<DateTimeOffset>().LastOrDefault();
        return summary.ToInfo(sessionId, lastModified.Value);
    }

    private SessionKey KeyOf(string sessionId, string? subpath) => new() { ProjectKey = projectKey, SessionId = sessionId, Subpath = subpath };

    private void Require(SessionStoreCapabilities capability, string what)
    {
        if (!store.Capabilities.HasFlag(capability))
            throw new NotSupportedException($"The session store {store.GetType().Name} cannot {what}: its Capabilities lack {capability}.");
    }
}
