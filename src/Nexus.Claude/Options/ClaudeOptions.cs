namespace Nexus.Claude;

/// <summary>What a caller may say about a query or a client.</summary>
public sealed class ClaudeOptions
{
    /// <summary>The turns limit.</summary>
    public int? MaxTurns { get; init; }

    /// <summary>The budget.</summary>
    public decimal? MaxBudgetUsd { get; init; }

    /// <summary>The account.</summary>
    public string? User { get; init; }
}
