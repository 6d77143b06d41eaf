namespace Nexus.Claude.Memory;

/// <summary>What became of the embedding of a query.</summary>
public enum EmbeddingOutcome
{
    /// <summary>No generator is set: the search went by words, as it does by default.</summary>
    NotConfigured,

    /// <summary>The search went by words and by meaning.</summary>
    Used,

    /// <summary>The generator was not done within <see cref="MemoryOptions.EmbeddingTimeout"/>: the search went by words alone.</summary>
    TimedOut,

    /// <summary>The generator failed, or gave something else than a vector of its model: the search went by words alone.</summary>
    Failed,

    /// <summary>The generator failed repeatedly and is not asked for a while: the search went by words alone.</summary>
    Suspended,
}
