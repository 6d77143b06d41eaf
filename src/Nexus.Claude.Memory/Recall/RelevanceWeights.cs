namespace Nexus.Claude.Memory;

/// <summary>What the four numbers of <see cref="RelevanceScoring.WeightedSum"/> count. They add up to 1.</summary>
/// <param name="Semantic">The text.</param>
/// <param name="Directory">The working directory.</param>
/// <param name="Files">The files.</param>
/// <param name="Recency">The age.</param>
public sealed record RelevanceWeights(double Semantic = 0.4, double Directory = 0.3, double Files = 0.2, double Recency = 0.1);
