using System.Runtime.InteropServices;
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
        var taken = new List<Entry>();
        var words = KnownWords.Rent();
        var entries = new List<Entry>(pool.Count);
        foreach (var item in pool)
            entries.Add(new Entry(item, words));
        var sessions = new Dictionary<long, int>();
        double best = 1e-9;
        foreach (var item in pool)
            best = Math.Max(best, item.Relevance.Score);

        while (taken.Count < limit)
        {
            Entry? next = null;
            double nextValue = double.NegativeInfinity;
            foreach (var entry in entries)
            {
                if (entry.IsGone)
                    continue;
                // Likeness only lowers a value, and is not worth knowing where the value is too low without it.
                double most = Lambda * entry.Item.Relevance.Score / best;
                if (most <= nextValue)
                    continue;
                double value = most - (1 - Lambda) * entry.LikenessTo(taken);
                if (value > nextValue)
                    (next, nextValue) = (entry, value);
            }

            if (next is null)
                break;
            next.IsGone = true;
            // Before what else it repeats is looked for: of these, none can be taken any more.
            foreach (var entry in entries)
                entry.IsGone |= entry.Item.Candidate.Hash == next.Item.Candidate.Hash;
            if (Repeats(next, taken))
                continue;

            taken.Add(next);
            long session = Store.RowIds.Segment(next.Item.Candidate.Row);
            sessions[session] = sessions.GetValueOrDefault(session) + 1;
            if (sessions[session] < mostOfOneSession)
                continue;
            foreach (var entry in entries)
                entry.IsGone |= Store.RowIds.Segment(entry.Item.Candidate.Row) == session;
        }

        words.Return();
        return [.. taken.Select(entry => entry.Item)];
    }

    // Almost all of its three-word pieces stand in another one.
    private static bool Repeats(Entry entry, List<Entry> taken)
    {
        foreach (var other in taken)
        {
            NumberSet pieces = entry.Pieces, known = other.Pieces;
            if (pieces.Count > 0 && (double)Math.Min(pieces.Count, known.Count) / pieces.Count >= NearRepetition
                && (double)pieces.Common(known) / pieces.Count >= NearRepetition)
            {
                return true;
            }
        }

        return false;
    }

    private static double Jaccard(NumberSet a, NumberSet b)
    {
        int common = a.Common(b);
        int all = a.Count + b.Count - common;
        return all == 0 ? 1 : (double)common / all;
    }

    private sealed class Entry(RankedCandidate item, KnownWords words)
    {
        private List<int>? _tokens;
        private double _likeness;
        private int _compared;

        public RankedCandidate Item => item;

        public bool IsGone { get; set; }

        /// <summary>Its three-word pieces as numbers.</summary>
        public NumberSet Pieces => field ??= new NumberSet(MakePieces());

        private List<int> Tokens => _tokens ??= IndexTokens.Numbers(item.Candidate.Message, words);

        private NumberSet Words => field ??= new NumberSet(CollectionsMarshal.AsSpan(Tokens));

        /// <summary>How much it has in common with the likest of those taken.</summary>
        public double LikenessTo(List<Entry> taken)
        {
            for (; _compared < taken.Count; _compared++)
                _likeness = Math.Max(_likeness, Jaccard(Words, taken[_compared].Words));
            return _likeness;
        }

        private int[] MakePieces()
        {
            if (Tokens.Count < Shingle)
                return Tokens.Count == 0 ? [] : [Tokens.Aggregate(17, HashCode.Combine)];
            int[] pieces = new int[Tokens.Count - Shingle + 1];
            for (int i = 0; i < pieces.Length; i++)
                pieces[i] = HashCode.Combine(Tokens[i], Tokens[i + 1], Tokens[i + 2]);
            return pieces;
        }
    }
}
