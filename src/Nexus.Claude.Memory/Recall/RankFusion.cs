namespace Nexus.Claude.Memory.Recall;

/// <summary>Reciprocal rank fusion: what several rankings agree on comes first, and what only one of them knows is not lost.</summary>
internal static class RankFusion
{
    private const int K = 60;

    /// <summary>The worth of each row by its places, as a share of the best one.</summary>
    /// <param name="rankings">The rankings, each with the best first.</param>
    public static Dictionary<long, double> Fuse(params IReadOnlyList<IReadOnlyList<long>> rankings)
    {
        var worth = new Dictionary<long, double>();
        foreach (var ranking in rankings)
        {
            for (int i = 0; i < ranking.Count; i++)
                worth[ranking[i]] = worth.GetValueOrDefault(ranking[i]) + 1.0 / (K + i + 1);
        }

        double best = worth.Count == 0 ? 1 : worth.Values.Max();
        foreach (long row in worth.Keys)
            worth[row] /= best;
        return worth;
    }
}
