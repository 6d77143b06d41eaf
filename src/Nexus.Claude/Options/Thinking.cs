namespace Nexus.Claude;

/// <summary>Whether and how the model thinks before it answers. Takes the place of the older "max thinking tokens".</summary>
/// <example><code>options.Thinking = Thinking.Adaptive with { Display = ThinkingDisplay.Summarized };</code></example>
public sealed record Thinking
{
    private Thinking()
    {
    }

    /// <summary>The model decides when and how much to think (<c>--thinking=adaptive</c>).</summary>
    public static Thinking Adaptive { get; } = new();

    /// <summary>No thinking (<c>--thinking=disabled</c>).</summary>
    public static Thinking Disabled { get; } = new() { IsDisabled = true };

    /// <summary>Thinking with a fixed budget, for older models (<c>--max-thinking-tokens</c>).</summary>
    /// <param name="budgetTokens">The most tokens a thought may take, greater than zero. Null means the same as <see cref="Adaptive"/>.</param>
    /// <returns>The setting.</returns>
    public static Thinking Enabled(int? budgetTokens = null) => new() { BudgetTokens = budgetTokens };

    /// <summary>The fixed budget in tokens; null when the model decides.</summary>
    public int? BudgetTokens { get; private init; }

    /// <summary>True for <see cref="Disabled"/>.</summary>
    public bool IsDisabled { get; private init; }

    /// <summary>What the stream shows of the thinking; null leaves it to the CLI. Has no meaning when thinking is disabled.</summary>
    public ThinkingDisplay? Display { get; init; }
}
