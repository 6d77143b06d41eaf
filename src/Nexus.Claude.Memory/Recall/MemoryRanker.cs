using System.Numerics;
using System.Runtime.CompilerServices;
using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Recall;

/// <summary>
/// The second stage: reads the candidates' texts and scores them exactly, then by what surrounds them, then by place, files and age.
/// </summary>
internal sealed class MemoryRanker(CandidateSet set, MemoryQuery query, MemoryOptions options, DateTimeOffset now)
{
    private const double DirectoryWeight = 0.35;
    private const double FilesWeight = 0.35;
    private const double SpokenWeight = 0.15;
    private const double NamedSpeaker = 1.15;
    private const double MeantTime = 1.5;
    private const double ShortQuestion = 0.8;
    private const double SuspiciousShare = 0.3;
    private const double NeighbourCoverage = 0.5;

    private readonly string _project = Project.Of(query.WorkingDirectory);
    private readonly (DateTimeOffset From, DateTimeOffset Until)? _meant = TimeExpression.Find(query.Text, now);
    private readonly MemoryRole? _named = RoleCue.Find(query.Text);

    /// <summary>The candidates with their scores, the best first.</summary>
    public List<RankedCandidate> Rank()
    {
        var exact = Exact();
        var ranked = new List<RankedCandidate>(exact.Count);
        foreach (var (row, entry) in exact)
            ranked.Add(Combine(entry, Around(exact, row, entry.Candidate)));

        double best = ranked.Count == 0 ? 0 : ranked.Max(item => item.Relevance.Text);
        for (int i = 0; i < ranked.Count; i++)
            ranked[i] = Finish(ranked[i], best > 0 ? best : 1);
        if (options.Scoring == RelevanceScoring.Ranked && set.Found.Any(found => found.Similarity is not null))
            Fuse(ranked);

        ranked.RemoveAll(item => item.Relevance.Score <= 0);
        ranked.Sort(static (a, b) => a.Relevance.Score != b.Relevance.Score
            ? b.Relevance.Score.CompareTo(a.Relevance.Score)
            : b.Candidate.Row.CompareTo(a.Candidate.Row));
        return ranked;
    }

    private Dictionary<long, ExactScore> Exact()
    {
        var counts = new TermCounts(set.Terms);
        var scores = new Dictionary<long, ExactScore>(set.Found.Count);
        foreach (var candidate in set.Found)
        {
            counts.Count(candidate.Message);
            double length = candidate.Tokens / set.AverageLength;
            double score = 0;
            uint mask = 0;
            for (int i = 0; i < set.Terms.Count; i++)
            {
                if (counts[i] == 0)
                    continue;
                mask |= 1u << i;
                score += set.Terms[i].Value * Bm25.Saturation(counts[i], length, Bm25.MessageB);
            }

            scores.Add(candidate.Row, new ExactScore(candidate, score, mask));
        }

        return scores;
    }

    // A neighbour that was read is known exactly, one that was not only by which terms it has.
    private (double Score, uint Mask) Around(Dictionary<long, ExactScore> exact, long row, Candidate candidate)
    {
        double score = Of(-1, candidate.Around.Previous) * Smoothing.Previous + Of(1, candidate.Around.Next) * Smoothing.Next
            + Of(-2, candidate.Around.Previous2) * Smoothing.Previous2 + Of(2, candidate.Around.Next2) * Smoothing.Next2;
        uint mask = candidate.Around.Previous | candidate.Around.Next | candidate.Around.Previous2 | candidate.Around.Next2;
        return (score, mask);

        double Of(int distance, uint terms) => terms == 0 ? 0
            : RowIds.Segment(row + distance) == RowIds.Segment(row) && exact.TryGetValue(row + distance, out var read) ? read.Score
            : Value(terms);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Value(uint mask)
    {
        double value = 0;
        for (int i = 0; i < set.Terms.Count; i++)
            value += (mask >> i & 1) != 0 ? set.Terms[i].Value : 0;
        return value;
    }

    private RankedCandidate Combine(ExactScore own, (double Score, uint Mask) around)
    {
        double text = own.Score + around.Score;
        double session = text > 0 ? own.Candidate.SessionScore : 0;
        double kind = KindFactor(own.Candidate);
        double coverage = set.QueryMass <= 0 ? 0
            : Math.Min(1, (Value(own.Mask) + NeighbourCoverage * Value(around.Mask & ~own.Mask)) / set.QueryMass);
        return new RankedCandidate(own.Candidate, new Relevance
        {
            OwnWords = own.Score,
            Neighbours = around.Score,
            Session = session,
            Kind = kind,
            Coverage = coverage,
            Similarity = own.Candidate.Similarity,
            Text = (text + session) * kind,
            MatchedTerms = Matched(own.Mask),
        });
    }

    private string[] Matched(uint mask)
    {
        string[] matched = new string[BitOperations.PopCount(mask)];
        for (int i = 0, next = 0; next < matched.Length; i++)
        {
            if ((mask >> i & 1) != 0)
                matched[next++] = set.Terms[i].Token;
        }

        return matched;
    }

    private double KindFactor(Candidate candidate)
    {
        string content = candidate.Message.Content;
        double length = WeightedLength(content);
        double factor = 1 - 0.4 * Math.Exp(-length / 40);
        // Facts live in answers.
        if (length < 90 && content.AsSpan().TrimEnd() is [.., '?' or '\uFF1F'])
            factor *= ShortQuestion;
        if (candidate.Flags.HasFlag(MessageFlags.Suspicious))
            factor *= SuspiciousShare;
        if (_named is { } role && candidate.Message.Role == role)
            factor *= NamedSpeaker;
        if (_meant is var (from, until) && candidate.Message.CreatedAt >= from && candidate.Message.CreatedAt < until)
            factor *= MeantTime;
        return factor;
    }

    private RankedCandidate Finish(RankedCandidate item, double best)
    {
        var message = item.Candidate.Message;
        var relevance = item.Relevance with { Text = item.Relevance.Text / best };
        if (!query.UsePriors)
            return item with { Relevance = relevance with { Score = relevance.Text }, WordScore = relevance.Text };

        var age = now - message.CreatedAt;
        if (options.Scoring == RelevanceScoring.WeightedSum)
        {
            // A perfect match of the text is worth its whole weight.
            relevance = relevance with
            {
                Directory = DirectoryRelation.Weighted(query.WorkingDirectory, message.WorkingDirectory),
                Files = FileOverlap.Jaccard(query.Files, message.Files),
                Recency = Decay.Exponential(age, TimeSpan.FromHours(24)),
            };
            var weights = options.Weights;
            double sum = weights.Semantic * Math.Max(relevance.Coverage, relevance.Similarity ?? 0) + weights.Directory * relevance.Directory + weights.Files * relevance.Files
                + weights.Recency * relevance.Recency;
            return item with { Relevance = relevance with { Score = sum }, WordScore = sum };
        }

        relevance = relevance with
        {
            Directory = DirectoryRelation.Score(_project, message.Project),
            Files = FileOverlap.Containment(query.Files, message.Files),
            Recency = Decay.HalfLife(age, message.Role == MemoryRole.Tool ? options.ToolHalfLife : options.HalfLife, options.DecayFloor),
        };
        double prior = 1 + DirectoryWeight * relevance.Directory + FilesWeight * relevance.Files + (message.Role == MemoryRole.Tool ? 0 : SpokenWeight);
        double score = relevance.Text * prior * relevance.Recency;
        return item with { Relevance = relevance with { Score = score }, WordScore = score, Prior = prior * relevance.Recency };
    }

    // Scores of words and of vectors cannot be added; their places can.
    private static void Fuse(List<RankedCandidate> ranked)
    {
        var byWords = ranked.Where(item => item.Relevance.Text > 0).OrderByDescending(item => item.Relevance.Text).ThenByDescending(item => item.Candidate.Row);
        var byMeaning = ranked.Where(item => item.Candidate.Similarity > 0).OrderByDescending(item => item.Candidate.Similarity).ThenByDescending(item => item.Candidate.Row);
        var fused = RankFusion.Fuse([.. byWords.Select(item => item.Candidate.Row)], [.. byMeaning.Select(item => item.Candidate.Row)]);
        for (int i = 0; i < ranked.Count; i++)
        {
            double both = fused.GetValueOrDefault(ranked[i].Candidate.Row);
            ranked[i] = ranked[i] with { Relevance = ranked[i].Relevance with { Fused = both, Score = both * ranked[i].Prior } };
        }
    }

    // A Chinese character says as much as two and a half letters. More than 400 letters are as good as 400.
    private static double WeightedLength(string text)
    {
        var start = text.AsSpan(0, Math.Min(text.Length, 401));
        if (!start.ContainsAnyInRange('\u3040', '\uD7A3'))
            return start.Length;
        double length = 0;
        foreach (char c in start)
        {
            length += c >= '\u3040' && c <= '\uD7A3' ? 2.5 : 1;
            if (length > 400)
                break;
        }

        return length;
    }

    private sealed record ExactScore(Candidate Candidate, double Score, uint Mask);
}

/// <summary>A candidate with its score.</summary>
/// <param name="Candidate">What was found.</param>
/// <param name="Relevance">Its score and where that comes from.</param>
internal sealed record RankedCandidate(Candidate Candidate, Relevance Relevance)
{
    /// <summary>What its score is by words alone.</summary>
    public double WordScore { get; init; }

    /// <summary>What place, files and age make of a score.</summary>
    public double Prior { get; init; } = 1;
}
