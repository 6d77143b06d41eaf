namespace Nexus.Claude.Server.Sessions;

/// <summary>What the sessions are at one moment, and what they have done.</summary>
internal sealed record SessionStatistics
{
    /// <summary>The processes for chat.</summary>
    public required ClaudePoolStatistics Processes { get; init; }

    /// <summary>Requests with a history whose process was found alive.</summary>
    public long WarmHits { get; init; }

    /// <summary>Requests with a history for which no process was found, so that it was put into another one.</summary>
    public long WarmMisses { get; init; }

    /// <summary>Those of <see cref="WarmHits"/> whose process had to be taken back by a turn.</summary>
    public long Rewinds { get; init; }

    /// <summary>Messages of histories put into processes.</summary>
    public long InjectedMessages { get; init; }

    /// <summary>Turns that were begun again because their process ended before the model began.</summary>
    public long Retries { get; init; }

    /// <summary>The conversations that have a process: those that run first.</summary>
    public IReadOnlyList<SessionState> Sessions { get; init; } = [];
}

/// <summary>One conversation that has a process.</summary>
/// <param name="Id">Names the process while it lives.</param>
/// <param name="CallerKeyId">Whose conversation it is.</param>
/// <param name="Model">The model.</param>
/// <param name="ProcessId">The operating system's id of the process.</param>
/// <param name="IsRunning">Whether a turn runs.</param>
/// <param name="AwaitsTools">Whether the client is to send results of tools next.</param>
/// <param name="Age">How long the process has lived.</param>
/// <param name="Turns">How many turns it has had in this process.</param>
/// <param name="MemoryBytes">The resident memory; null where it is not known.</param>
internal sealed record SessionState(
    string Id, string CallerKeyId, string Model, int ProcessId, bool IsRunning, bool AwaitsTools, TimeSpan Age, int Turns, long? MemoryBytes);
