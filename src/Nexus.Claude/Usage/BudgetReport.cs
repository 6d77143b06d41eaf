namespace Nexus.Claude;

/// <summary>A threshold of a budget was reached.</summary>
/// <param name="Threshold">The threshold, for example 0.8.</param>
/// <param name="UsedFraction">The used part of the budget; 1 and more when it is used up.</param>
/// <param name="Spent">What has been used.</param>
/// <param name="MaxUsd">The limit in US dollars, if there is one.</param>
/// <param name="MaxTokens">The limit in tokens, if there is one.</param>
public sealed record BudgetReport(double Threshold, double UsedFraction, UsageTotals Spent, decimal? MaxUsd, long? MaxTokens)
{
    /// <summary>True when further prompts are refused.</summary>
    public bool IsExhausted => UsedFraction >= 1;
}
