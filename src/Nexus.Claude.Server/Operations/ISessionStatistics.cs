namespace Nexus.Claude.Server.Operations;

/// <summary>What the sessions say about themselves, for health and statistics. Without one those parts are left out.</summary>
internal interface ISessionStatistics
{
    /// <summary>The processes and sessions at this moment.</summary>
    /// <returns>A snapshot.</returns>
    SessionSnapshot Capture();
}

/// <summary>Processes and sessions at one moment, and what they have done since the start.</summary>
internal sealed record SessionSnapshot
{
    /// <summary>Processes of the CLI, all of them.</summary>
    public int Processes { get; init; }

    /// <summary>Processes that were started ahead and wait for a conversation.</summary>
    public int Warm { get; init; }

    /// <summary>Processes being started.</summary>
    public int Starting { get; init; }

    /// <summary>Sessions that answer at this moment.</summary>
    public int Running { get; init; }

    /// <summary>Sessions kept for the next turn of their conversation.</summary>
    public int Idle { get; init; }

    /// <summary>Sessions that wait for results of tools from their client.</summary>
    public int AwaitingTools { get; init; }

    /// <summary>Requests with a history whose process was found alive.</summary>
    public long WarmHits { get; init; }

    /// <summary>Requests with a history that had to be put into another process.</summary>
    public long WarmMisses { get; init; }

    /// <summary>Those of <see cref="WarmHits"/> whose process was taken back by a turn first.</summary>
    public long Rewinds { get; init; }

    /// <summary>Messages of histories put into processes.</summary>
    public long InjectedMessages { get; init; }

    /// <summary>Turns that were begun again because their process ended before the model began.</summary>
    public long Retries { get; init; }

    /// <summary>The resident memory of all processes, in bytes; null when it is not known.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>What the CLI was found to be able to do, such as <c>defer</c> or <c>inject</c>; null when it was not looked for.</summary>
    public IReadOnlyDictionary<string, bool>? Capabilities { get; init; }
}

/// <summary>What the response cache says about itself. Without one the cache counts as off.</summary>
internal interface ICacheStatistics
{
    /// <summary>The cache at this moment.</summary>
    /// <returns>A snapshot.</returns>
    CacheSnapshot Capture();
}

/// <summary>The response cache at one moment, and what it has done since the start.</summary>
/// <param name="IsEnabled">Whether replies are kept at all.</param>
/// <param name="Entries">Replies kept; null when the store does not count them.</param>
/// <param name="Hits">Requests answered from it.</param>
/// <param name="Misses">Requests that might have been, and were not.</param>
internal sealed record CacheSnapshot(bool IsEnabled, long? Entries, long Hits, long Misses);
