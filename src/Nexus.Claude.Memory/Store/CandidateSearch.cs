using System.Numerics;
using System.Runtime.InteropServices;
using Nexus.Claude.Memory.Recall;
using Nexus.Claude.Memory.Vectors;

namespace Nexus.Claude.Memory.Store;

/// <summary>
/// The first stage: from the index alone, rare terms first and never more entries than the budget, to the messages worth reading.
/// A message counts what its neighbours in the sitting say as well, because the answer rarely repeats the words of the question.
/// </summary>
internal sealed class CandidateSearch(Database database, TermStatistics statistics, CandidateQuery query)
{
    private const int MostTerms = 32;
    private const int MassTerms = 12;

    private readonly RowMasks _rows = new();
    private readonly float[] _values = new float[4 * 256];
    private List<QueryTerm> _terms = [];

    public CandidateSet Run()
    {
        var partitions = Partition.Of(database, query.Scope, query.IncludesProject);
        if (partitions.Count == 0 || query.Terms.Count == 0)
            return CandidateSet.Empty;

        long messages = partitions.Sum(partition => partition.Messages);
        long tokens = partitions.Sum(partition => partition.Tokens);
        long segments = partitions.Sum(partition => partition.Segments);
        double mass = ChooseTerms(partitions, messages);
        ReadPostings(partitions, messages);
        FillValues();

        double averageLength = Math.Max(1, (double)tokens / messages);
        var best = MostPromising();
        var sessions = SessionScores(best, segments, tokens);
        foreach (ref var entry in CollectionsMarshal.AsSpan(best))
            entry.Score += sessions.GetValueOrDefault(RowIds.Segment(entry.Row));
        best.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : b.Row.CompareTo(a.Row));
        return new CandidateSet(_terms, mass, averageLength, WithNearest(Fetch(best, sessions), partitions, sessions));
    }

    // Frequencies decide what is worth reading, and what a message that fits entirely would be worth.
    private double ChooseTerms(List<Partition> partitions, long messages)
    {
        foreach (var term in query.Terms)
        {
            long frequency = 0;
            foreach (var partition in partitions)
                frequency += statistics.Frequency(database, partition, term.Token) ?? 1;
            SetFrequency(term, frequency, messages);
        }

        _terms = [.. query.Terms.Where(term => term.Frequency > 0).OrderByDescending(term => term.Value).Take(MostTerms).OrderBy(term => term.Frequency)];
        return query.Terms.Select(term => term.Value).OrderDescending().Take(MassTerms).Sum();
    }

    private static void SetFrequency(QueryTerm term, long frequency, long messages)
    {
        term.Frequency = frequency;
        term.Idf = Math.Log(1 + (Math.Max(0, messages - frequency) + 0.5) / (frequency + 0.5));
    }

    private void ReadPostings(List<Partition> partitions, long messages)
    {
        var (only, except) = (SegmentsOf(query.OnlyConversation), SegmentsOf(query.ExceptConversation));
        int left = query.PostingsBudget;
        for (int i = 0; i < _terms.Count && left > 0; i++)
        {
            long seen = 0;
            bool whole = true;
            foreach (var partition in partitions)
            {
                int read = ReadPostings(partition, _terms[i].Token, 1u << i, left, only, except);
                whole &= read < left;
                seen += read;
                left -= read;
                if (left <= 0)
                    break;
            }

            // Now it is known exactly.
            if (whole)
                SetFrequency(_terms[i], seen, messages);
        }
    }

    private int ReadPostings(Partition partition, string token, uint bit, int limit, HashSet<long>? only, HashSet<long>? except)
    {
        int read = 0;
        var postings = database.Prepare(partition.Postings).Bind(1, $"\"{token}\"").Bind(2, limit);
        while (postings.Step())
        {
            read++;
            long row = postings.Long(0);
            long segment = RowIds.Segment(row);
            if (only?.Contains(segment) != false && except?.Contains(segment) != true)
                _rows.Add(row, bit);
        }

        return read;
    }

    private HashSet<long>? SegmentsOf(string? conversation)
    {
        if (conversation is null)
            return null;
        var segments = new HashSet<long>();
        var rows = database.Prepare(
            "SELECT g.id FROM segment g JOIN conversation c ON c.id=g.conversation JOIN scope s ON s.id=c.scope WHERE s.tenant=?1 AND s.user=?2 AND c.key=?3")
            .Bind(1, query.Scope.Tenant).Bind(2, query.Scope.User).Bind(3, conversation);
        while (rows.Step())
            segments.Add(rows.Long(0));
        return segments;
    }

    // The worth of a set of terms, a byte of it at a time.
    private void FillValues()
    {
        for (int part = 0; part < 4; part++)
        {
            for (int bits = 1; bits < 256; bits++)
            {
                int term = part * 8 + BitOperations.TrailingZeroCount(bits);
                _values[part * 256 + bits] = _values[part * 256 + (bits & bits - 1)] + (term < _terms.Count ? (float)_terms[term].Value : 0);
            }
        }
    }

    private float Value(uint mask) =>
        _values[mask & 0xFF] + _values[256 + (mask >> 8 & 0xFF)] + _values[512 + (mask >> 16 & 0xFF)] + _values[768 + (mask >> 24)];

    private double Smoothed(long row)
    {
        var (previous, next, previous2, next2) = Around(row);
        return Value(_rows[row]) + Smoothing.Previous * Value(previous) + Smoothing.Next * Value(next)
            + Smoothing.Previous2 * Value(previous2) + Smoothing.Next2 * Value(next2);
    }

    private (uint Previous, uint Next, uint Previous2, uint Next2) Around(long row)
    {
        int slot = RowIds.Slot(row);
        return (slot >= 1 ? _rows[row - 1] : 0, slot + 1 < RowIds.SlotsPerSegment ? _rows[row + 1] : 0,
            slot >= 2 ? _rows[row - 2] : 0, slot + 2 < RowIds.SlotsPerSegment ? _rows[row + 2] : 0);
    }

    private List<(long Row, double Score)> MostPromising()
    {
        var heap = new PriorityQueue<long, double>();
        foreach (var (row, _) in _rows)
            Offer(heap, row, Smoothed(row), query.Limit);

        // A neighbour that matches nothing itself may be the answer.
        var best = heap.UnorderedItems.Select(item => item.Element).ToHashSet();
        foreach (long row in best.ToArray())
        {
            int slot = RowIds.Slot(row);
            for (int distance = -2; distance <= 2; distance++)
            {
                if (slot + distance is >= 0 and < RowIds.SlotsPerSegment && best.Add(row + distance))
                    Offer(heap, row + distance, Smoothed(row + distance), query.Limit * 2);
            }
        }

        return [.. heap.UnorderedItems.Select(item => (item.Element, item.Priority))];
    }

    private static void Offer(PriorityQueue<long, double> heap, long row, double score, int limit)
    {
        if (heap.Count < limit)
            heap.Enqueue(row, score);
        else
            heap.EnqueueDequeue(row, score);
    }

    private Dictionary<long, double> SessionScores(List<(long Row, double Score)> best, long segments, long tokens)
    {
        var indices = new Dictionary<long, int>();
        foreach (var (row, _) in best)
            indices.TryAdd(RowIds.Segment(row), indices.Count);

        int[] counts = new int[indices.Count * MostTerms];
        var terms = new RowMasks();
        foreach (var (row, mask) in _rows)
        {
            long segment = RowIds.Segment(row);
            terms.Add(segment, mask);
            if (!indices.TryGetValue(segment, out int index))
                continue;
            for (uint rest = mask; rest != 0; rest &= rest - 1)
                counts[index * MostTerms + BitOperations.TrailingZeroCount(rest)]++;
        }

        int[] frequencies = new int[MostTerms];
        foreach (var (_, mask) in terms)
        {
            for (uint rest = mask; rest != 0; rest &= rest - 1)
                frequencies[BitOperations.TrailingZeroCount(rest)]++;
        }

        for (int i = 0; i < _terms.Count; i++)
            _terms[i].SessionIdf = Math.Log(1 + (Math.Max(0, segments - frequencies[i]) + 0.5) / (frequencies[i] + 0.5));

        double average = Math.Max(1, (double)tokens / Math.Max(1, segments));
        var scores = new Dictionary<long, double>(indices.Count);
        foreach (var (segment, index) in indices)
        {
            double length = database.Prepare("SELECT tokens FROM segment WHERE id=?1").Bind(1, segment).Scalar() ?? 0;
            double score = 0;
            for (int i = 0; i < _terms.Count; i++)
                score += _terms[i].Weight * _terms[i].SessionIdf * Bm25.Saturation(counts[index * MostTerms + i], length / average, Bm25.SessionB);
            scores[segment] = Smoothing.Session * score;
        }

        return scores;
    }

    // The union of both: what is found only by words stays, and what is found only by its meaning joins it.
    private List<Candidate> WithNearest(List<Candidate> found, List<Partition> partitions, Dictionary<long, double> sessions)
    {
        var places = new Dictionary<long, int>(found.Count);
        for (int i = 0; i < found.Count; i++)
            places.Add(found[i].Row, i);
        foreach (var (row, similarity) in VectorTable.Nearest(database, partitions, query))
        {
            if (places.TryGetValue(row, out int place))
                found[place] = found[place] with { Similarity = similarity };
            else if (MessageReader.Read(database, row) is var (message, flags, hash))
                found.Add(new Candidate(row, message, flags, hash, sessions.GetValueOrDefault(RowIds.Segment(row)), Around(row)) { Similarity = similarity });
        }

        return found;
    }

    private List<Candidate> Fetch(List<(long Row, double Score)> best, Dictionary<long, double> sessions)
    {
        var found = new List<Candidate>(Math.Min(best.Count, query.Limit));
        foreach (var (row, _) in best)
        {
            if (found.Count == query.Limit)
                break;
            if (MessageReader.Read(database, row) is var (message, flags, hash))
                found.Add(new Candidate(row, message, flags, hash, sessions.GetValueOrDefault(RowIds.Segment(row)), Around(row)));
        }

        return found;
    }
}
