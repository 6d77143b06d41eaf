using System.Collections.ObjectModel;
using Nexus.Claude.Usage;

namespace Nexus.Claude;

/// <summary>
/// Tokens and cost of one turn or of many, by model, subagents and the CLI's own helper calls included. The cost is the CLI's estimate in
/// US dollars; not a bill.
/// </summary>
public sealed record UsageTotals
{
    /// <summary>Nothing used yet.</summary>
    public static UsageTotals Zero { get; } = new();

    /// <summary>Turns that ended: results, whether asked for or started by the CLI itself.</summary>
    public int Turns { get; init; }

    /// <summary>The estimated cost in US dollars.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>What each model was used for, by the CLI's name of it.</summary>
    public IReadOnlyDictionary<string, ModelUsage> ByModel { get; init; } = ReadOnlyDictionary<string, ModelUsage>.Empty;

    /// <summary>Tokens of prompts that were neither read from nor written to the cache.</summary>
    public long InputTokens => ByModel.Values.Sum(static model => model.InputTokens);

    /// <summary>Tokens of prompts read from the cache.</summary>
    public long CacheReadInputTokens => ByModel.Values.Sum(static model => model.CacheReadInputTokens);

    /// <summary>Tokens of prompts written to the cache.</summary>
    public long CacheCreationInputTokens => ByModel.Values.Sum(static model => model.CacheCreationInputTokens);

    /// <summary>Cache writes for five minutes, already counted in <see cref="CacheCreationInputTokens"/>; 0 from CLIs that do not tell.</summary>
    public long CacheCreation5MinuteInputTokens => ByModel.Values.Sum(static model => model.CacheCreation5MinuteInputTokens ?? 0);

    /// <summary>Cache writes for one hour, already counted in <see cref="CacheCreationInputTokens"/>; 0 from CLIs that do not tell.</summary>
    public long CacheCreation1HourInputTokens => ByModel.Values.Sum(static model => model.CacheCreation1HourInputTokens ?? 0);

    /// <summary>Tokens that models wrote, thinking included.</summary>
    public long OutputTokens => ByModel.Values.Sum(static model => model.OutputTokens);

    /// <summary>Tokens of thinking, already counted in <see cref="OutputTokens"/>; 0 from CLIs that do not tell.</summary>
    public long ThinkingTokens => ByModel.Values.Sum(static model => model.ThinkingTokens ?? 0);

    /// <summary>Web searches made by the API.</summary>
    public long WebSearchRequests => ByModel.Values.Sum(static model => model.WebSearchRequests);

    /// <summary>All tokens of prompts: fresh, read from the cache and written to it.</summary>
    public long TotalInputTokens => InputTokens + CacheReadInputTokens + CacheCreationInputTokens;

    /// <summary>All tokens: those of prompts, cached or not, and those written.</summary>
    public long TotalTokens => TotalInputTokens + OutputTokens;

    /// <summary>The part of the prompts' tokens that came from the cache, from 0 to 1; 0 when there were none.</summary>
    public double CacheHitRate => TotalInputTokens == 0 ? 0 : (double)CacheReadInputTokens / TotalInputTokens;

    /// <summary>
    /// What one turn used, out of its result. A result of CLI 2.1.330 says it; an older one only repeats the running totals of its
    /// session, so it takes the one before to tell the turn apart.
    /// </summary>
    /// <param name="result">The turn's result.</param>
    /// <param name="previous">
    /// The result before it, of the same CLI process; null when there is none. Without it the first result of a session that an older CLI
    /// resumed counts what the session had used before.
    /// </param>
    /// <returns>The turn's usage.</returns>
    public static UsageTotals OfTurn(ResultMessage result, ResultMessage? previous = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        // A gap in the numbers means that a result was lost, and with it its own part; the running totals still have it.
        var follows = previous?.ResultIndex is not { } before || result.ResultIndex is not { } now || now == before + 1;
        if (result.TurnModelUsage is { } own && follows)
            return Of(1, own);
        if (previous is not null && ModelUsageArithmetic.TrySubtract(result.SessionModelUsage, previous.SessionModelUsage, out var difference))
            return Of(1, difference);
        // Totals that shrank began anew.
        return Of(1, result.TurnModelUsage ?? result.SessionModelUsage);
    }

    /// <summary>Both together.</summary>
    /// <param name="other">What is added.</param>
    /// <returns>The sum.</returns>
    public UsageTotals Add(UsageTotals other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new UsageTotals
        {
            Turns = Turns + other.Turns,
            CostUsd = CostUsd + other.CostUsd,
            ByModel = ModelUsageArithmetic.Add(ByModel, other.ByModel),
        };
    }

    /// <summary>A short line for people.</summary>
    /// <returns>For example <c>3 turns, 1200 tokens in (900 cached), 80 out, $0.0123</c>.</returns>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Turns} turns, {TotalInputTokens} tokens in ({CacheReadInputTokens} cached), {OutputTokens} out, ${CostUsd:0.####}");

    private static UsageTotals Of(int turns, IReadOnlyDictionary<string, ModelUsage> models)
    {
        // No query: each of its generics over decimal would have to be compiled when the first turn ends.
        decimal cost = 0;
        foreach (var (_, usage) in models)
            cost += usage.CostUsd;
        return new UsageTotals { Turns = turns, CostUsd = cost, ByModel = models };
    }
}
