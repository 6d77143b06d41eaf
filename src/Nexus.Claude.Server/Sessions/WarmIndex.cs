using System.Diagnostics.CodeAnalysis;

namespace Nexus.Claude.Server.Sessions;

/// <summary>
/// The processes that wait for their conversation to go on, by the key of what they hold, and by the key of what they held one turn before. Each
/// is given to one taker. The processes themselves are kept by the pool, which may end any of them at any time.
/// </summary>
internal sealed class WarmIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<LiveSession>> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<LiveSession>> _byKeyBefore = new(StringComparer.Ordinal);
    private readonly HashSet<LiveSession> _all = [];

    /// <summary>All that wait: a snapshot.</summary>
    public IReadOnlyList<LiveSession> All
    {
        get
        {
            lock (_gate)
                return [.. _all];
        }
    }

    /// <summary>Adds a process that waits. It is forgotten when it ends.</summary>
    /// <param name="session">The process.</param>
    public void Add(LiveSession session)
    {
        lock (_gate)
        {
            _all.Add(session);
            Add(_byKey, session.Key, session);
            if (session.KeyBefore is { } before)
                Add(_byKeyBefore, before, session);
        }

        _ = session.Client.Completion.ContinueWith(
            static (_, state) =>
            {
                var (index, ended) = ((WarmIndex, LiveSession))state!;
                index.Remove(ended);
            },
            (this, session),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Takes the process that holds a conversation, the one put aside last.</summary>
    /// <param name="key">The conversation.</param>
    /// <param name="session">The process; null for none.</param>
    /// <returns>True when there is one.</returns>
    public bool TryTake(string key, [NotNullWhen(true)] out LiveSession? session) => TryTake(_byKey, key, out session);

    /// <summary>Takes a process that holds one turn more than a conversation.</summary>
    /// <param name="key">The conversation.</param>
    /// <param name="session">The process; null for none.</param>
    /// <returns>True when there is one.</returns>
    public bool TryTakeAhead(string key, [NotNullWhen(true)] out LiveSession? session) => TryTake(_byKeyBefore, key, out session);

    private bool TryTake(Dictionary<string, List<LiveSession>> keys, string key, [NotNullWhen(true)] out LiveSession? session)
    {
        lock (_gate)
        {
            session = keys.TryGetValue(key, out var sessions) ? sessions[^1] : null;
            if (session is null)
                return false;
            RemoveLocked(session);
            return true;
        }
    }

    private void Remove(LiveSession session)
    {
        lock (_gate)
            RemoveLocked(session);
    }

    private void RemoveLocked(LiveSession session)
    {
        if (!_all.Remove(session))
            return;
        Remove(_byKey, session.Key, session);
        if (session.KeyBefore is { } before)
            Remove(_byKeyBefore, before, session);
    }

    private static void Add(Dictionary<string, List<LiveSession>> keys, string key, LiveSession session)
    {
        if (!keys.TryGetValue(key, out var sessions))
            keys[key] = sessions = [];
        sessions.Add(session);
    }

    private static void Remove(Dictionary<string, List<LiveSession>> keys, string key, LiveSession session)
    {
        if (!keys.TryGetValue(key, out var sessions))
            return;
        sessions.Remove(session);
        if (sessions.Count == 0)
            keys.Remove(key);
    }
}
