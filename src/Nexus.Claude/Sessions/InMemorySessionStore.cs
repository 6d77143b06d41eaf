using System.Text.Json;

namespace Nexus.Claude;

/// <summary>Keeps transcripts in memory, for tests and for conversations that need not outlive the program. Thread-safe.</summary>
/// <param name="timeProvider">The clock; null for the system's.</param>
public sealed class InMemorySessionStore(TimeProvider? timeProvider = null) : ISessionStore
{
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Project, string Session), StoredSessionState> _sessions = [];

    /// <inheritdoc/>
    public SessionStoreCapabilities Capabilities => SessionStoreCapabilities.All;

    /// <inheritdoc/>
    public Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(entries);
        if (key.Subpath is { Length: 0 })
            throw new ArgumentException("The Subpath of a session key is null or a text, never empty.", nameof(key));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_sessions.TryGetValue((key.ProjectKey, key.SessionId), out var session))
                _sessions.Add((key.ProjectKey, key.SessionId), session = new StoredSessionState());
            session.Append(key, entries, _time.GetUtcNow());
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<JsonElement>?>(
                _sessions.TryGetValue((key.ProjectKey, key.SessionId), out var session) ? session.Load(key.Subpath) : null);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredSession>> ListAsync(string projectKey, CancellationToken cancellationToken = default)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<StoredSession>>([.. SummariesOf(projectKey).Select(summary => new StoredSession(summary.SessionId, summary.LastModified))]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SessionSummary>> ListSummariesAsync(string projectKey, CancellationToken cancellationToken = default)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<SessionSummary>>([.. SummariesOf(projectKey)]);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(SessionKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_gate)
        {
            if (key.Subpath is not { } subpath)
                _sessions.Remove((key.ProjectKey, key.SessionId));
            else if (_sessions.TryGetValue((key.ProjectKey, key.SessionId), out var session))
                session.Delete(subpath);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListSubpathsAsync(string projectKey, string sessionId, CancellationToken cancellationToken = default)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<string>>(_sessions.TryGetValue((projectKey, sessionId), out var session) ? session.Subpaths : []);
    }

    private IEnumerable<SessionSummary> SummariesOf(string projectKey) =>
        _sessions.Where(session => session.Key.Project == projectKey).Select(session => session.Value.Summary).OfType<SessionSummary>();

    private sealed class StoredSessionState
    {
        // Under the empty text the session's own transcript.
        private readonly Dictionary<string, (List<JsonElement> Entries, HashSet<string> Uuids)> _transcripts = new(StringComparer.Ordinal);

        public SessionSummary? Summary { get; private set; }

        public List<string> Subpaths => [.. _transcripts.Keys.Where(subpath => subpath.Length > 0)];

        public void Append(SessionKey key, IReadOnlyList<JsonElement> entries, DateTimeOffset now)
        {
            var subpath = key.Subpath ?? "";
            if (!_transcripts.TryGetValue(subpath, out var transcript))
                _transcripts.Add(subpath, transcript = ([], new HashSet<string>(StringComparer.Ordinal)));
            foreach (var entry in entries)
            {
                // The caller's document may be pooled memory that it gives back.
                if (Sessions.TranscriptEntry.Text(entry, "uuid") is not { } uuid || transcript.Uuids.Add(uuid))
                    transcript.Entries.Add(entry.Clone());
            }

            if (key.Subpath is null)
                Summary = SessionSummary.Fold(Summary, key, entries, now);
        }

        public List<JsonElement>? Load(string? subpath) =>
            _transcripts.TryGetValue(subpath ?? "", out var transcript) ? [.. transcript.Entries] : null;

        public void Delete(string subpath) => _transcripts.Remove(subpath);
    }
}
