namespace Nexus.Claude;

/// <summary>
/// Refuses further prompts once a number of US dollars or tokens is used up, and reports on the way there. Give the same guard to several
/// clients and queries, and they share the budget. Thread-safe.
/// </summary>
/// <remarks>
/// It counts when a turn ends. Turns that run when the budget is reached end as they would, so the sum can exceed the budget by what was under
/// way; <see cref="ClaudeOptions.MaxBudgetUsd"/> limits a single session while it works.
/// </remarks>
public sealed class BudgetGuard
{
    private readonly Lock _gate = new();
    private UsageTotals _spent = UsageTotals.Zero;
    private int _reported;

    /// <summary>The most US dollars; null for no limit. Cost is the CLI's estimate.</summary>
    public decimal? MaxUsd { get; init; }

    /// <summary>The most tokens: all that models read, cached or not, and all that they wrote. Null for no limit.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>
    /// The used parts at which <see cref="ThresholdReached"/> is called, each once: greater than 0, ascending. Default 0.8 and 1.
    /// </summary>
    public IReadOnlyList<double> Thresholds { get; init => field = value is null ? [] : [.. value]; } = [0.8, 1];

    /// <summary>
    /// Called on a thread of the pool when a threshold is reached; null for none. Turns do not wait for it. What it throws is logged.
    /// </summary>
    public Action<BudgetReport>? ThresholdReached { get; init; }

    /// <summary>What has been used.</summary>
    public UsageTotals Spent => Volatile.Read(ref _spent);

    /// <summary>The used part of the budget, of the limit that is nearer: 0 for nothing, 1 and more for used up. 0 without limits.</summary>
    public double UsedFraction => FractionOf(Spent);

    /// <summary>True when further prompts are refused.</summary>
    public bool IsExhausted => UsedFraction >= 1;

    /// <summary>
    /// Adds to what has been used: what an earlier run of the program used, or what another source tells. Clients and queries that have the
    /// guard in <see cref="ClaudeOptions.Budget"/> add their turns themselves. Thresholds are reported as for them.
    /// </summary>
    /// <param name="usage">What was used.</param>
    /// <returns>The thresholds that this reached.</returns>
    public IReadOnlyList<BudgetReport> Add(UsageTotals usage)
    {
        var reports = Count(usage);
        Report(reports, failed: null);
        return reports;
    }

    /// <summary>Begins anew: nothing is used, and every threshold will be reported again.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            Volatile.Write(ref _spent, UsageTotals.Zero);
            _reported = 0;
        }
    }

    /// <summary>Refuses when the budget is used up.</summary>
    /// <exception cref="BudgetExceededException">It is.</exception>
    public void ThrowIfExhausted()
    {
        var spent = Spent;
        if (FractionOf(spent) < 1)
            return;
        var (used, limit) = MaxUsd is { } usd && spent.CostUsd >= usd
            ? (FormattableString.Invariant($"${spent.CostUsd:0.####}"), FormattableString.Invariant($"${usd:0.####} (BudgetGuard.MaxUsd)"))
            : (FormattableString.Invariant($"{spent.TotalTokens} tokens"), FormattableString.Invariant($"{MaxTokens} tokens (BudgetGuard.MaxTokens)"));
        throw new BudgetExceededException($"The prompt was not sent: {used} of the budget of {limit} are used up. Call Reset or use a larger budget.");
    }

    /// <summary>Adds, and says which thresholds that reached. Calls nobody.</summary>
    internal IReadOnlyList<BudgetReport> Count(UsageTotals usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        List<BudgetReport> reached = [];
        lock (_gate)
        {
            var spent = _spent.Add(usage);
            Volatile.Write(ref _spent, spent);
            var fraction = FractionOf(spent);
            for (; _reported < Thresholds.Count && fraction >= Thresholds[_reported]; _reported++)
                reached.Add(new BudgetReport(Thresholds[_reported], fraction, spent, MaxUsd, MaxTokens));
        }

        return reached;
    }

    /// <summary>Calls <see cref="ThresholdReached"/> for each report, in order, away from the caller.</summary>
    internal void Report(IReadOnlyList<BudgetReport> reports, Action<Exception>? failed)
    {
        if (reports.Count == 0 || ThresholdReached is not { } callback)
            return;
        _ = Task.Run(() =>
        {
            foreach (var report in reports)
            {
                try
                {
                    callback(report);
                }
#pragma warning disable CA1031 // what a callback throws must not reach anybody's turn
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    failed?.Invoke(failure);
                }
            }
        });
    }

    private double FractionOf(UsageTotals spent)
    {
        var usd = MaxUsd is { } dollars ? dollars > 0 ? (double)(spent.CostUsd / dollars) : 1 : 0;
        var tokens = MaxTokens is { } limit ? limit > 0 ? (double)spent.TotalTokens / limit : 1 : 0;
        return Math.Max(usd, tokens);
    }
}
