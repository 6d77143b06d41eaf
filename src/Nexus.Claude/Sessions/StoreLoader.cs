using System.Text.Json;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Sessions;

/// <summary>Fetches a session out of a store, each call within a limit of time.</summary>
/// <param name="store">The store.</param>
/// <param name="projectKey">The project.</param>
/// <param name="timeout">The limit for each call.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreLoader(ISessionStore store, string projectKey, TimeSpan timeout, TimeProvider time)
{
    /// <summary>The project.</summary>
    public string ProjectKey => projectKey;

    /// <summary>A transcript; null when there is none.</summary>
    public async Task<IReadOnlyList<JsonElement>?> LoadAsync(string sessionId, string? subpath, CancellationToken cancellationToken)
    {
        var key = new SessionKey { ProjectKey = projectKey, SessionId = sessionId, Subpath = subpath };
        var entries = await InTimeAsync($"load session {sessionId}", limited => store.LoadAsync(key, limited), cancellationToken).ConfigureAwait(false);
        return entries is { Count: > 0 } ? [.. entries.Where(entry => entry.ValueKind == JsonValueKind.Object)] : null;
    }

    /// <summary>The newest session that is a conversation; null when there is none.</summary>
    public async Task<(string SessionId, IReadOnlyList<JsonElement> Entries)?> LoadNewestAsync(CancellationToken cancellationToken)
    {
        var sessions = await InTimeAsync("list sessions", limited => store.ListAsync(projectKey, limited), cancellationToken).ConfigureAwait(false);
        foreach (var session in sessions.OrderByDescending(session => session.LastModified).Where(session => Guid.TryParseExact(session.SessionId, "D", out _)))
        {
            if (await LoadAsync(session.SessionId, null, cancellationToken).ConfigureAwait(false) is not { } entries)
                continue;
            var summary = new SummaryState();
            foreach (var entry in entries)
                summary.Observe(entry);
            if (summary.ToInfo(session.SessionId, session.LastModified) is not null)
                return (session.SessionId, entries);
        }

        return null;
    }

    /// <summary>The transcripts inside of a session; none for a store that cannot list them.</summary>
    public Task<IReadOnlyList<string>> ListSubpathsAsync(string sessionId, CancellationToken cancellationToken) =>
        store.Capabilities.HasFlag(SessionStoreCapabilities.Subpaths)
            ? InTimeAsync($"list the sub-agents of session {sessionId}", limited => store.ListSubpathsAsync(projectKey, sessionId, limited), cancellationToken)
            : Task.FromResult<IReadOnlyList<string>>([]);

    private async Task<T> InTimeAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var task = Task.Run(() => call(either.Token), CancellationToken.None);
        task.Observe();
        try
        {
            return await task.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ClaudeTimeoutException(
                $"The session store ({store.GetType().Name}) did not {what} within {timeout.TotalSeconds:0.###} s (ClaudeOptions.SessionStoreLoadTimeout).", timeout);
        }
    }
}
