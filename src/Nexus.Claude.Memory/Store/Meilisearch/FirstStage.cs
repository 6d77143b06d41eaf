using System.Numerics;
using Nexus.Claude.Memory.Recall;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>
/// From which terms stand in which messages to the messages worth reading, as for the file: what stands around a message and its sitting as a
/// whole count as well.
/// </summary>
internal sealed class FirstStage(IReadOnlyList<QueryTerm> terms, IReadOnlyDictionary<long, uint> rows, int limit)
{
    public const int MostTerms = 32;
    private const int MassTerms = 12;

    /// <summary>Notes how often a term occurs, and what a match of it says.</summary>
    public static void SetFrequency(QueryTerm term, long frequency, long messages)
    {
        term.Frequency = frequency;
        term.Idf = Math.Log(1 + (Math.Max(0, messages - frequency) + 0.5) / (frequency + 0.5));
    }

    /// <summary>The terms that are searched for, the rarest first, and what a message that holds everything asked would be worth.</summary>
    public static (List<QueryTerm> Terms, double Mass) Choose(CandidateQuery query) =>
        ([.. query.TermsAndNames.Where(term => term.Frequency > 0).OrderByDescending(term => term.Value).Take(MostTerms).OrderBy(term => term.Frequency)],
            query.Terms.Select(term => term.Value).OrderDescending().Take(MassTerms).Sum());

    /// <summary>The rows worth reading, those that match and those beside them.</summary>
    public HashSet<long> MostPromising()
    {
        var scored = new List<(long Row, double Score)>(rows.Count);
        foreach (var (row, _) in rows)
            scored.Add((row, Smoothed(row)));
        var best = scored.OrderByDescending(entry => entry.Score).ThenByDescending(entry => entry.Row).Take(limit).Select(entry => entry.Row).ToHashSet();

        // A neighbour that matches nothing itself may be the answer.
        var beside = best.SelectMany(row => Enumerable.Range(-2, 5).Where(distance => RowIds.Slot(row) + distance is >= 0 and < RowIds.SlotsPerSegment)
            .Select(distance => row + distance)).Where(row => !best.Contains(row)).Distinct().ToList();
        best.UnionWith(beside.OrderByDescending(Smoothed).ThenByDescending(row => row).Take(limit));
        return best;
    }

    /// <summary>The candidates out of what was read, the most promising first.</summary>
    /// <param name="read">The messages that were read.</param>
    /// <param name="segments">How many sittings there are.</param>
    /// <param name="averageSegment">The tokens of an average sitting.</param>
    /// <param name="lengths">The tokens of the sittings.</param>
    public List<Candidate> Candidates(IEnumerable<MessageDocument> read, double segments, double averageSegment, IReadOnlyDictionary<long, long> lengths)
    {
        var sessions = SessionScores(segments, averageSegment, lengths);
        return [.. read.Select(document => (Document: document, Row: RowIds.Of(document.Segment, document.Slot)))
            .DistinctBy(entry => entry.Row)
            .Select(entry => (entry.Document, entry.Row, Score: Smoothed(entry.Row) + sessions.GetValueOrDefault(entry.Document.Segment)))
            .OrderByDescending(entry => entry.Score).ThenByDescending(entry => entry.Row).Take(limit)
            .Select(entry => new Candidate(entry.Row, entry.Document.ToMessage(), (MessageFlags)entry.Document.Flags, entry.Document.HashValue, entry.Document.TokenCount,
                sessions.GetValueOrDefault(entry.Document.Segment), Around(entry.Row)))];
    }

    private double Value(uint mask)
    {
        double value = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
            value += terms[BitOperations.TrailingZeroCount(rest)].Value;
        return value;
    }

    private double Smoothed(long row)
    {
        var (previous, next, previous2, next2) = Around(row);
        return Value(rows.GetValueOrDefault(row)) + Smoothing.Previous * Value(previous) + Smoothing.Next * Value(next)
            + Smoothing.Previous2 * Value(previous2) + Smoothing.Next2 * Value(next2);
    }

    private (uint Previous, uint Next, uint Previous2, uint Next2) Around(long row)
    {
        return (At(-1), At(1), At(-2), At(2));

        uint At(int distance) => RowIds.Slot(row) + distance is >= 0 and < RowIds.SlotsPerSegment ? rows.GetValueOrDefault(row + distance) : 0;
    }

    private Dictionary<long, double> SessionScores(double segments, double averageSegment, IReadOnlyDictionary<long, long> lengths)
    {
        var counts = new Dictionary<long, int[]>();
        foreach (var (row, mask) in rows)
        {
            long segment = RowIds.Segment(row);
            if (!counts.TryGetValue(segment, out int[]? of))
                counts.Add(segment, of = new int[terms.Count]);
            for (uint rest = mask; rest != 0; rest &= rest - 1)
                of[BitOperations.TrailingZeroCount(rest)]++;
        }

        for (int i = 0; i < terms.Count; i++)
        {
            int frequency = counts.Values.Count(of => of[i] > 0);
            terms[i].SessionIdf = Math.Log(1 + (Math.Max(0, segments - frequency) + 0.5) / (frequency + 0.5));
        }

        var scores = new Dictionary<long, double>(counts.Count);
        foreach (var (segment, of) in counts)
        {
            double relative = lengths.TryGetValue(segment, out long tokens) ? tokens / Math.Max(1, averageSegment) : 1;
            double score = 0;
            for (int i = 0; i < terms.Count; i++)
                score += terms[i].Weight * terms[i].SessionIdf * Bm25.Saturation(of[i], relative, Bm25.SessionB);
            scores[segment] = Smoothing.Session * score;
        }

        return scores;
    }
}
