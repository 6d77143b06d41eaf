namespace Nexus.Claude.Memory;

/// <summary>How recalled messages are scored.</summary>
public enum RelevanceScoring
{
    /// <summary>The text decides; nearness in place and files raises it, age lowers it. The default.</summary>
    Ranked,

    /// <summary>
    /// A weighted sum of four numbers (<see cref="RelevanceWeights"/>): text, directory, files by their Jaccard index, and recency with an
    /// e-folding time of 24 hours. Give it a threshold of 0.3, 5 items and 2,000 tokens by <see cref="MemoryOptions.UseWeightedSum"/>.
    /// </summary>
    WeightedSum,
}
