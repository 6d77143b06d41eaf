namespace Nexus.Claude;

/// <summary>How a <see cref="ClaudePool"/> works. A pool takes a copy when it is created.</summary>
public sealed class ClaudePoolOptions
{
    /// <summary>
    /// What the processes are started with, and what a lease gets that asks for nothing else. The model, the system prompt and all else that
    /// a lease may choose are left out when a process is started ahead.
    /// </summary>
    public ClaudeOptions Options { get; set => field = value ?? new ClaudeOptions(); } = new();

    /// <summary>How many processes are kept ready. Default 2.</summary>
    public int MinIdle { get; set; } = 2;

    /// <summary>
    /// The most processes at any time, whether ready, leased, kept or being started. A lease that finds all of them taken waits. Default 16;
    /// a process takes about 125 MB of memory of its own.
    /// </summary>
    public int MaxProcesses { get; set; } = 16;

    /// <summary>The most processes being started at once: a start keeps a core busy. Default half of the cores, at least 1.</summary>
    public int MaxConcurrentStarts { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>
    /// True lets processes read the working folder when they are started, which makes a lease faster still. Say so only when
    /// <c>CLAUDE.md</c>, settings, skills, agents and the state of git there do not change meanwhile: a lease would see them as they were,
    /// at most <see cref="MaxIdleTime"/> ago. False (the default) has them read when a process is leased, as by a fresh one.
    /// </summary>
    public bool AssumeStableFolder { get; set; }

    /// <summary>How long no lease must have begun before processes are started ahead, so that a burst has the machine for itself. Default 250 ms.</summary>
    public TimeSpan RefillDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a process may wait to be leased before another takes its place. Default 10 minutes.</summary>
    public TimeSpan MaxIdleTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a process is kept for its conversation (<see cref="ClaudeLease.KeepFor"/>). Default 5 minutes.</summary>
    public TimeSpan MaxKeepTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The age from which a process is not kept any more; null (the default) for no limit.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>The number of turns from which a process is not kept any more. Default 50.</summary>
    public int MaxTurns { get; set; } = 50;

    /// <summary>The resident memory, in bytes, from which a process is neither leased nor kept; null for no limit. Default 512 MiB.</summary>
    public long? MaxMemoryBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>
    /// The most processes kept for their conversations; when there is one more, the one kept longest is ended. Null (the default) for no limit
    /// but <see cref="MaxProcesses"/>.
    /// </summary>
    public int? MaxKept { get; set; }

    /// <summary>
    /// The resident memory, in bytes, that all processes kept for their conversations may take together, as measured when each was put aside;
    /// beyond it the ones kept longest are ended. Null (the default) for no limit.
    /// </summary>
    public long? MaxKeptMemoryBytes { get; set; }

    internal ClaudePoolOptions Clone()
    {
        var copy = (ClaudePoolOptions)MemberwiseClone();
        copy.Options = Options.Clone();
        return copy;
    }

    /// <summary>One sentence for each mistake of the pool's own options.</summary>
    internal List<string> Mistakes()
    {
        List<string> mistakes = [];
        if (MaxProcesses < 1)
            mistakes.Add($"MaxProcesses is {MaxProcesses}; it must be at least 1.");
        if (MinIdle < 0 || MinIdle > MaxProcesses)
            mistakes.Add($"MinIdle is {MinIdle}; it must be between 0 and MaxProcesses ({MaxProcesses}).");
        if (MaxConcurrentStarts < 1)
            mistakes.Add($"MaxConcurrentStarts is {MaxConcurrentStarts}; it must be at least 1.");
        if (MaxTurns < 1)
            mistakes.Add($"MaxTurns is {MaxTurns}; it must be at least 1.");
        if (MaxMemoryBytes <= 0)
            mistakes.Add("MaxMemoryBytes must be greater than zero; leave it null for no limit.");
        if (MaxKept < 0)
            mistakes.Add($"MaxKept is {MaxKept}; it must not be negative.");
        if (MaxKeptMemoryBytes <= 0)
            mistakes.Add("MaxKeptMemoryBytes must be greater than zero; leave it null for no limit.");
        if (RefillDelay < TimeSpan.Zero || RefillDelay > TimeSpan.FromDays(1))
            mistakes.Add("RefillDelay must be between zero and a day.");
        Time(mistakes, nameof(MaxIdleTime), MaxIdleTime);
        Time(mistakes, nameof(MaxKeepTime), MaxKeepTime);
        Time(mistakes, nameof(MaxAge), MaxAge);
        string?[] ofOne = [Options.Resume, Options.SessionId?.ToString(), Options.ResumeSessionAt, Options.Continue ? "" : null];
        if (Array.Exists(ofOne, static each => each is not null))
            mistakes.Add("Options names one conversation (Resume, Continue, SessionId or ResumeSessionAt), which a pool of processes for any conversation cannot start with; name it in the options of the lease.");
        return mistakes;
    }

    private static void Time(List<string> mistakes, string name, TimeSpan? value)
    {
        // A timer cannot wait longer than about 49 days.
        if (value <= TimeSpan.Zero || value?.TotalMilliseconds > uint.MaxValue - 1)
            mistakes.Add($"{name} must be greater than zero and less than 49 days.");
    }
}
