using System.Globalization;

namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>The usual measures, averaged over the queries that name what is relevant.</summary>
internal sealed class Scores
{
    private double _hit1, _hit10, _recall5, _recall10, _gain10, _reciprocal;

    public int Queries { get; private set; }

    /// <summary>The share of queries whose best answer is relevant.</summary>
    public double Hit1 => _hit1 / Queries;

    /// <summary>The share of queries with something relevant among the first ten.</summary>
    public double Hit10 => _hit10 / Queries;

    /// <summary>The share of what is relevant that is among the first five.</summary>
    public double Recall5 => _recall5 / Queries;

    /// <summary>The share of what is relevant that is among the first ten.</summary>
    public double Recall10 => _recall10 / Queries;

    public double Gain10 => _gain10 / Queries;

    public double ReciprocalRank => _reciprocal / Queries;

    public void Add(string[] found, IReadOnlySet<string>? relevant)
    {
        if (relevant is not { Count: > 0 })
            return;
        Queries++;
        int first = Array.FindIndex(found, relevant.Contains);
        _hit1 += first == 0 ? 1 : 0;
        _hit10 += first is >= 0 and < 10 ? 1 : 0;
        _reciprocal += first < 0 ? 0 : 1.0 / (first + 1);
        _recall5 += (double)found.Take(5).Count(relevant.Contains) / relevant.Count;
        _recall10 += (double)found.Take(10).Count(relevant.Contains) / relevant.Count;
        double ideal = Enumerable.Range(0, Math.Min(10, relevant.Count)).Sum(i => 1 / Math.Log2(i + 2));
        _gain10 += found.Take(10).Select((id, i) => relevant.Contains(id) ? 1 / Math.Log2(i + 2) : 0).Sum() / ideal;
    }

    public override string ToString() => Queries == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
        $"hit@1 {Hit1:F3}  hit@10 {Hit10:F3}  R@5 {Recall5:F3}  R@10 {Recall10:F3}  nDCG@10 {Gain10:F3}  MRR {ReciprocalRank:F3}");
}
