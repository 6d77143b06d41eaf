using Nexus.Claude.Memory.Record;

namespace Nexus.Claude.Memory.Recall;

/// <summary>From a ranking to what is given: good enough, about the question, nothing twice.</summary>
internal static class Selection
{
    private const double Lambda = 0.7;
    private const double NearRepetition = 0.9;
    private const int MostOfOneSession = 3;
    private const int Pool = 40;
    private const int Shingle = 3;

    /// <summary>Takes the best that differ from each other.</summary>
    /// <param name="ranked">The best first.</param>
    /// <param name="limit">How many.</param>
    /// <param name="minimumCoverage">How much of the question a hit has to cover.</param>
    /// <param name="minimumScore">How good a hit has to be.</param>
    /// <param name="minimumSimilarity">How near in meaning a hit has to be that does not cover enough of the words.</param>
    /// <param name="isShareOfBest">Whether the score is compared with the best one, or taken as it is.</param>
    /// <param name="diversify">Whether repetitions are left out.</param>
    /// <param name="oneConversation">Whether everything is of one conversation anyway.</param>
    public static List<RankedCandidate> Take(
        List<RankedCandidate> ranked, int limit, double minimumCoverage, double minimumScore, double minimumSimilarity, bool isShareOfBest, bool diversify, bool oneConversation)
    {
        if (ranked.Count == 0)
            return [];
        double best = ranked.Max(item => item.WordScore);
        double least = isShareOfBest ? minimumScore * best : minimumScore;
        var pool = ranked.Where(item => (item.Relevance.Coverage >= minimumCoverage && item.WordScore >= least)
            || (isShareOfBest && item.Relevance.Similarity >= minimumSimilarity));
        if (!diversify)
            return [.. pool.Take(limit)];
        return Diverse([.. pool.Take(Math.Max(Pool, limit * 2))], limit, oneConversation ? int.MaxValue : MostOfOneSession);
    }

    // Maximal marginal relevance: each next one is good, and unlike those taken before.
    private static List<RankedCandidate> Diverse(List<RankedCandidate> pool, int limit, int mostOfOneSession)
    {
        var taken = new List<RankedCandidate>();
        var tokens = pool.ToDictionary(item => item.Candidate.Row, item => IndexTokens.Numbers(item.Candidate.Message));
        var sets = tokens.ToDictionary(pair => pair.Key, pair => pair.Value.ToHashSet());
        var pieces = new Dictionary<long, HashSet<int>>();
        var hashes = new HashSet<long>();
        var sessions = new Dictionary<long, int>();
        double[] likeness = new double[pool.Count];
        bool[] gone = new bool[pool.Count];
        double best = pool.Count == 0 ? 1 : Math.Max(1e-9, pool.Max(item => item.Relevance.Score));

        while (taken.Count < limit)
        {
            int next = -1;
            double nextValue = double.NegativeInfinity;
            for (int i = 0; i < pool.Count; i++)
            {
                double value = gone[i] ? double.NegativeInfinity : Lambda * pool[i].Relevance.Score / best - (1 - Lambda) * likeness[i];
                if (value > nextValue)
                    (next, nextValue) = (i, value);
            }

            if (next < 0)
                break;
            gone[next] = true;
            var item = pool[next];
            long session = Store.RowIds.Segment(item.Candidate.Row);
            if (sessions.GetValueOrDefault(session) >= mostOfOneSession || !hashes.Add(item.Candidate.Hash) || taken.Any(other => Repeats(PiecesOf(item), PiecesOf(other))))
                continue;

            taken.Add(item);
            sessions[session] = sessions.GetValueOrDefault(session) + 1;
            for (int i = 0; i < pool.Count; i++)
            {
                if (!gone[i])
                    likeness[i] = Math.Max(likeness[i], Jaccard(sets[pool[i].Candidate.Row], sets[item.Candidate.Row]));
            }
        }

        return taken;

        HashSet<int> PiecesOf(RankedCandidate candidate) =>
            pieces.TryGetValue(candidate.Candidate.Row, out var known) ? known : pieces[candidate.Candidate.Row] = Pieces(tokens[candidate.Candidate.Row]);
    }

    private static double Jaccard(HashSet<int> a, HashSet<int> b)
    {
        int common = a.Count(b.Contains);
        int all = a.Count + b.Count - common;
        return all == 0 ? 1 : (double)common / all;
    }

    // Almost all of its three-word pieces stand in the other.
    private static bool Repeats(HashSet<int> pieces, HashSet<int> known) =>
        pieces.Count > 0 && (double)pieces.Count(known.Contains) / pieces.Count >= NearRepetition;

    private static HashSet<int> Pieces(List<int> tokens)
    {
        var pieces = new HashSet<int>();
        for (int i = 0; i + Shingle <= tokens.Count; i++)
            pieces.Add(HashCode.Combine(tokens[i], tokens[i + 1], tokens[i + 2]));
        if (tokens.Count is > 0 and < Shingle)
            pieces.Add(tokens.Aggregate(17, HashCode.Combine));
        return pieces;
    }
}
