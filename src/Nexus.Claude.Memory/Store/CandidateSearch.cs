using System.Numerics;
using System.Runtime.CompilerServices;
using Nexus.Claude.Memory.Recall;
using Nexus.Claude.Memory.Vectors;

namespace Nexus.Claude.Memory.Store;

/// <summary>
/// The first stage: from the index alone, rare terms first and never more entries than the budget, to the messages worth reading.
/// A message counts what its neighbours in the sitting say as well, because the answer rarely repeats the words of the question.
/// </summary>
internal sealed class CandidateSearch(Database database, TermStatistics statistics, CandidateQuery query) : IDisposable
{
    private const int MostTerms = 32;
    private const int MassTerms = 12;

    private readonly PostingLists _postings = new(database);
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
        for (int i = 0; i < best.Count; i++)
            best.Scores[i] += sessions[RowIds.Segment(best.Rows[i])].Score;
        best.Sort();
        return new CandidateSet(_terms, mass, averageLength, WithNearest(Fetch(best, sessions), partitions, sessions));
    }

    public void Dispose()
    {
        _postings.Dispose();
        _rows.Dispose();
    }

    // Frequencies decide what is worth reading, and what a message that fits entirely would be worth.
    private double ChooseTerms(List<Partition> partitions, long messages)
    {
        long[] terms = new long[query.Terms.Count];
        long[] names = new long[query.Names.Count];
        foreach (var partition in partitions)
        {
            CountTerms(partition, terms);
            Add(names, statistics.FrequenciesOfNames(database, partition, query.Names));
        }

        for (int i = 0; i < terms.Length; i++)
            SetFrequency(query.Terms[i], terms[i], messages);
        for (int i = 0; i < names.Length; i++)
            SetFrequency(query.Names[i], names[i], messages);

        _terms = [.. query.TermsAndNames.Where(term => term.Frequency > 0)];
        _terms.Sort(static (a, b) => b.Value.CompareTo(a.Value));
        if (_terms.Count > MostTerms)
            _terms.RemoveRange(MostTerms, _terms.Count - MostTerms);
        _terms.Sort(static (a, b) => a.Frequency.CompareTo(b.Frequency));

        QueryTerm[] asked = [.. query.Terms];
        Array.Sort(asked, static (a, b) => b.Value.CompareTo(a.Value));
        double mass = 0;
        for (int i = 0; i < Math.Min(MassTerms, asked.Length); i++)
            mass += asked[i].Value;
        return mass;
    }

    // Until more is read than may be used. Terms are many in a long prompt, where most of them turn out to be worth nothing.
    private void CountTerms(Partition partition, long[] frequencies)
    {
        int counted = 0;
        if (partition.IsCountedExactly && query.Terms.Count <= MostTerms)
        {
            for (; counted < query.Terms.Count && _postings.RowsAhead < query.PostingsBudget; counted++)
                frequencies[counted] += _postings.ReadAhead(partition, query.Terms[counted]);
        }

        if (counted == query.Terms.Count)
            return;
        long[] rest = statistics.Frequencies(database, partition, counted == 0 ? query.Terms : [.. query.Terms.Skip(counted)]);
        for (int i = 0; i < rest.Length; i++)
            frequencies[counted + i] += rest[i];
    }

    private static void Add(long[] sums, long[] more)
    {
        for (int i = 0; i < sums.Length; i++)
            sums[i] += more[i];
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
                int read = ReadPostings(partition, _terms[i], i, left, only, except);
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

    private int ReadPostings(Partition partition, QueryTerm term, int number, int limit, HashSet<long>? only, HashSet<long>? except)
    {
        var rows = _postings.Newest(partition, term, limit);
        if (rows.IsEmpty)
            return 0;
        _rows.BeginRun();
        if (only is null && except is null)
        {
            _rows.AddNewestLast(rows, number);
            return rows.Length;
        }

        for (int i = rows.Length - 1; i >= 0; i--)
        {
            if (only?.Contains(RowIds.Segment(rows[i])) != false && except?.Contains(RowIds.Segment(rows[i])) != true)
                _rows.Add(rows[i], number);
        }

        return rows.Length;
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
        for (int part = 0; part * 8 < _terms.Count; part++)
        {
            for (int bits = 1; bits < 1 << Math.Min(8, _terms.Count - part * 8); bits++)
                _values[part * 256 + bits] = _values[part * 256 + (bits & bits - 1)] + (float)_terms[part * 8 + BitOperations.TrailingZeroCount(bits)].Value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Value(uint mask) =>
        _values[mask & 0xFF] + _values[256 + (mask >> 8 & 0xFF)] + _values[512 + (mask >> 16 & 0xFF)] + _values[768 + (mask >> 24)];

    private double Smoothed(int place, long row)
    {
        var (previous, next, previous2, next2) = _rows.Around(place, row);
        return Value(_rows.MaskAt(place, row)) + Smoothing.Previous * Value(previous) + Smoothing.Next * Value(next)
            + Smoothing.Previous2 * Value(previous2) + Smoothing.Next2 * Value(next2);
    }

    // The same for all rows one after the other, of which there are thousands.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void OfferAll(BestRows best)
    {
        var rows = _rows.Rows;
        var masks = _rows.Masks;
        var values = _rows.Values;
        for (int i = 0; i < values.Length; i++)
            values[i] = Value(masks[i]);
        double least = double.NegativeInfinity;
        for (int i = 0; i < rows.Length; i++)
        {
            long row = rows[i];
            var (first, last) = RowIds.Ends(row);
            float previous = 0, next = 0, previous2 = 0, next2 = 0;
            for (int j = i + 1; j < rows.Length && rows[j] >= first && row - rows[j] <= 2; j++)
                (previous, previous2) = row - rows[j] == 1 ? (values[j], previous2) : (previous, values[j]);
            for (int j = i - 1; j >= 0 && rows[j] <= last && rows[j] - row <= 2; j--)
                (next, next2) = rows[j] - row == 1 ? (values[j], next2) : (next, values[j]);
            double score = values[i] + Smoothing.Previous * previous + Smoothing.Next * next + Smoothing.Previous2 * previous2 + Smoothing.Next2 * next2;
            if (score <= least)
                continue;
            best.Offer(row, score, query.Limit);
            if (best.Count == query.Limit)
                least = best.Least;
        }
    }

    private BestRows MostPromising()
    {
        var best = new BestRows(query.Limit * 2);
        OfferAll(best);

        // A neighbour that matches nothing itself may be the answer.
        var known = new HashSet<long>(query.Limit * 5);
        foreach (long row in best.Rows)
            known.Add(row);
        foreach (long row in best.Rows.ToArray())
        {
            int slot = RowIds.Slot(row);
            for (int distance = -2; distance <= 2; distance++)
            {
                if (slot + distance is >= 0 and < RowIds.SlotsPerSegment && known.Add(row + distance))
                    best.Offer(row + distance, Smoothed(_rows.PlaceOf(row + distance), row + distance), query.Limit * 2);
            }
        }

        return best;
    }

    private Dictionary<long, Session> SessionScores(BestRows best, long segments, long tokens)
    {
        var sessions = new Dictionary<long, Session>();
        foreach (long row in best.Rows)
        {
            if (!sessions.ContainsKey(RowIds.Segment(row)))
                sessions.Add(RowIds.Segment(row), new Session());
        }

        int[] frequencies = new int[MostTerms];
        var rows = _rows.Rows;
        var masks = _rows.Masks;
        for (int start = 0; start < rows.Length;)
        {
            // What stands in one segment stands together.
            long segment = RowIds.Segment(rows[start]);
            var session = sessions.GetValueOrDefault(segment);
            uint terms = 0;
            for (; start < rows.Length && RowIds.Segment(rows[start]) == segment; start++)
            {
                terms |= masks[start];
                for (uint rest = session is null ? 0 : masks[start]; rest != 0; rest &= rest - 1)
                    session!.Counts[BitOperations.TrailingZeroCount(rest)]++;
            }

            for (; terms != 0; terms &= terms - 1)
                frequencies[BitOperations.TrailingZeroCount(terms)]++;
        }

        for (int i = 0; i < _terms.Count; i++)
            _terms[i].SessionIdf = Math.Log(1 + (Math.Max(0, segments - frequencies[i]) + 0.5) / (frequencies[i] + 0.5));

        double average = Math.Max(1, (double)tokens / Math.Max(1, segments));
        foreach (var (segment, session) in sessions)
        {
            double length = database.Prepare("SELECT tokens FROM segment WHERE id=?1").Bind(1, segment).Scalar() ?? 0;
            double score = 0;
            for (int i = 0; i < _terms.Count; i++)
                score += _terms[i].Weight * _terms[i].SessionIdf * Bm25.Saturation(session.Counts[i], length / average, Bm25.SessionB);
            session.Score = Smoothing.Session * score;
        }

        return sessions;
    }

    // The union of both: what is found only by words stays, and what is found only by its meaning joins it.
    private List<Candidate> WithNearest(List<Candidate> found, List<Partition> partitions, Dictionary<long, Session> sessions)
    {
        var places = new Dictionary<long, int>(found.Count);
        for (int i = 0; i < found.Count; i++)
            places.Add(found[i].Row, i);
        foreach (var (row, similarity) in VectorTable.Nearest(database, partitions, query))
        {
            if (places.TryGetValue(row, out int place))
                found[place] = found[place] with { Similarity = similarity };
            else if (MessageReader.Read(database, row) is var (message, flags, hash, length))
                found.Add(new Candidate(row, message, flags, hash, length, sessions.GetValueOrDefault(RowIds.Segment(row))?.Score ?? 0, _rows.Around(_rows.PlaceOf(row), row)) { Similarity = similarity });
        }

        return found;
    }

    private List<Candidate> Fetch(BestRows best, Dictionary<long, Session> sessions)
    {
        var found = new List<Candidate>(Math.Min(best.Count, query.Limit));
        foreach (long row in best.Rows)
        {
            if (found.Count == query.Limit)
                break;
            if (MessageReader.Read(database, row) is var (message, flags, hash, length))
                found.Add(new Candidate(row, message, flags, hash, length, sessions[RowIds.Segment(row)].Score, _rows.Around(_rows.PlaceOf(row), row)));
        }

        return found;
    }

    // What was found of a sitting, and what that is worth. A class: the framework has the table of them compiled already.
    private sealed class Session
    {
        public int[] Counts { get; } = new int[MostTerms];

        public double Score { get; set; }
    }
}
