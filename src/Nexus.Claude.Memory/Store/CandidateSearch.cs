using System.Numerics;
using System.Runtime.InteropServices;
using Nexus.Claude.Memory.Recall;

namespace Nexus.Claude.Memory.Store;

/// <summary>
/// The first stage: from the index alone, rare terms first and never more entries than the budget, to the messages worth reading.
/// A message counts what its neighbours in the sitting say as well, because the answer rarely repeats the words of the question.
/// </summary>
internal sealed class CandidateSearch(Database database, TermStatistics statistics, CandidateQuery query) : IDisposable
{
    private const int MostTerms = 32;
    private const int MassTerms = 12;

    private readonly TermRows _rows = new();
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
        _rows.Merge();
        FillValues();

        double averageLength = Math.Max(1, (double)tokens / messages);
        var best = MostPromising();
        var sessions = SessionScores(best, segments, tokens);
        foreach (ref var entry in CollectionsMarshal.AsSpan(best))
            entry.Score += sessions.GetValueOrDefault(RowIds.Segment(entry.Row));
        best.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : b.Row.CompareTo(a.Row));
        return new CandidateSet(_terms, mass, averageLength, Fetch(best, sessions));
    }

    public void Dispose() => _rows.Dispose();

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

        foreach (var name in query.Names)
            SetFrequency(name, partitions.Sum(partition => statistics.FrequencyOfName(database, partition, name.Token)), messages);

        _terms = [.. query.Terms.Concat(query.Names).Where(term => term.Frequency > 0).OrderByDescending(term => term.Value).Take(MostTerms).OrderBy(term => term.Frequency)];
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
                int read = ReadPostings(partition, _terms[i].Token, i, left, only, except);
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

    private int ReadPostings(Partition partition, string token, int term, int limit, HashSet<long>? only, HashSet<long>? except)
    {
        int read = 0;
        var postings = database.Prepare(partition.Postings).Bind(1, $"\"{token}\"").Bind(2, limit);
        if (!postings.Step())
            return 0;

        _rows.BeginRun();
        for (var rest = postings.Bytes(0); !rest.IsEmpty; read++)
        {
            // Digits and commas.
            long row = 0;
            int at = 0;
            for (; at < rest.Length && rest[at] != ','; at++)
                row = row * 10 + (rest[at] - '0');
            rest = rest[Math.Min(at + 1, rest.Length)..];
            if (only?.Contains(RowIds.Segment(row)) != false && except?.Contains(RowIds.Segment(row)) != true)
                _rows.Add(row, term);
        }

        postings.Reset();
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

    private double Smoothed(int place, long row)
    {
        var (previous, next, previous2, next2) = _rows.Around(place, row);
        return Value(_rows.MaskAt(place, row)) + Smoothing.Previous * Value(previous) + Smoothing.Next * Value(next)
            + Smoothing.Previous2 * Value(previous2) + Smoothing.Next2 * Value(next2);
    }

    private List<(long Row, double Score)> MostPromising()
    {
        var heap = new PriorityQueue<long, double>(query.Limit * 2);
        var rows = _rows.Rows;
        for (int place = 0; place < rows.Length; place++)
            Offer(heap, rows[place], Smoothed(place, rows[place]), query.Limit);

        // A neighbour that matches nothing itself may be the answer.
        var best = heap.UnorderedItems.Select(item => item.Element).ToHashSet();
        foreach (long row in best.ToArray())
        {
            int slot = RowIds.Slot(row);
            for (int distance = -2; distance <= 2; distance++)
            {
                if (slot + distance is >= 0 and < RowIds.SlotsPerSegment && best.Add(row + distance))
                    Offer(heap, row + distance, Smoothed(_rows.PlaceOf(row + distance), row + distance), query.Limit * 2);
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
        int[] frequencies = new int[MostTerms];
        var rows = _rows.Rows;
        var masks = _rows.Masks;
        for (int start = 0; start < rows.Length;)
        {
            // What stands in one segment stands together.
            long segment = RowIds.Segment(rows[start]);
            int at = indices.TryGetValue(segment, out int index) ? index * MostTerms : -1;
            uint terms = 0;
            for (; start < rows.Length && RowIds.Segment(rows[start]) == segment; start++)
            {
                terms |= masks[start];
                for (uint rest = at < 0 ? 0 : masks[start]; rest != 0; rest &= rest - 1)
                    counts[at + BitOperations.TrailingZeroCount(rest)]++;
            }

            for (; terms != 0; terms &= terms - 1)
                frequencies[BitOperations.TrailingZeroCount(terms)]++;
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

    private List<Candidate> Fetch(List<(long Row, double Score)> best, Dictionary<long, double> sessions)
    {
        var found = new List<Candidate>(Math.Min(best.Count, query.Limit));
        foreach (var (row, _) in best)
        {
            if (found.Count == query.Limit)
                break;
            if (MessageReader.Read(database, row) is var (message, flags, hash))
                found.Add(new Candidate(row, message, flags, hash, sessions.GetValueOrDefault(RowIds.Segment(row)), _rows.Around(_rows.PlaceOf(row), row)));
        }

        return found;
    }
}
