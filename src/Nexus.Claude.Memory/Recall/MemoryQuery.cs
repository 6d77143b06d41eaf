namespace Nexus.Claude.Memory;

/// <summary>What to look for in the memory. What is null is taken from <see cref="MemoryOptions"/>.</summary>
/// <param name="Text">A question, a prompt, or a few words. Long prompts are fine: their rare words and identifiers are searched for.</param>
public sealed record MemoryQuery(string Text)
{
    /// <summary>The directory the question is asked in: its project is searched, and what was said near it counts more.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Files the question is about: what touched them counts more.</summary>
    public IReadOnlyList<string> Files { get => field; init => field = value ?? []; } = [];

    /// <summary>Search this conversation only.</summary>
    public string? ConversationId { get; init; }

    /// <summary>Leave this conversation out: usually the one that is going on, because its turns are before the model already.</summary>
    public string? ExceptConversationId { get; init; }

    /// <summary>Only what was said from this moment on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only what was said before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How far to search.</summary>
    public MemoryReach Reach { get; init; }

    /// <summary>The most items to give, 1 to 100.</summary>
    public int? Limit { get; init; }

    /// <summary>
    /// How much of what the query asks a hit has to cover, 0 to 1, in its own words and, at half weight, in those around it. 0 lets everything pass.
    /// </summary>
    public double? MinimumCoverage { get; init; }

    /// <summary>How good a hit has to be, as a share of the best one, 0 to 1.</summary>
    public double? MinimumScore { get; init; }

    /// <summary>Whether near repetitions are left out and different hits preferred.</summary>
    public bool Diversify { get; init; } = true;

    /// <summary>Whether what is near in time and place counts more. False ranks by the text alone.</summary>
    public bool UsePriors { get; init; } = true;
}
