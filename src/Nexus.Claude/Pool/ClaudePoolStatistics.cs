namespace Nexus.Claude;

/// <summary>What a <see cref="ClaudePool"/> holds at one moment, and what it has done since it was created.</summary>
public sealed record ClaudePoolStatistics
{
    /// <summary>Processes that wait to be leased.</summary>
    public int Idle { get; init; }

    /// <summary>Processes being started.</summary>
    public int Starting { get; init; }

    /// <summary>Processes leased.</summary>
    public int Leased { get; init; }

    /// <summary>Processes kept for their conversations.</summary>
    public int Kept { get; init; }

    /// <summary>All processes, those being ended included. Never more than <see cref="ClaudePoolOptions.MaxProcesses"/>.</summary>
    public int Processes { get; init; }

    /// <summary>Leases that wait for a process.</summary>
    public int Waiting { get; init; }

    /// <summary>Leases served by a process that was started ahead.</summary>
    public long WarmLeases { get; init; }

    /// <summary>Leases for which a process had to be started.</summary>
    public long ColdLeases { get; init; }

    /// <summary>Conversations that went on in their own process (<see cref="ClaudePool.TryResume"/>).</summary>
    public long Resumed { get; init; }

    /// <summary>Processes started ahead that ended, hung, grew too large or became too old before they were leased.</summary>
    public long Discarded { get; init; }

    /// <summary>Processes that ended with their lease, or after they were kept.</summary>
    public long Retired { get; init; }

    /// <summary>Starts ahead that failed.</summary>
    public long FailedStarts { get; init; }
}
