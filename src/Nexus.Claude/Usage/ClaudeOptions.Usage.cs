namespace Nexus.Claude;

/// <content>Budget and retries.</content>
public sealed partial class ClaudeOptions
{
    /// <summary>
    /// A budget that prompts are refused by once it is used up, shared by everything that is given the same object; null for none. Unlike
    /// <see cref="MaxBudgetUsd"/> it is kept by the SDK, and across sessions.
    /// </summary>
    public BudgetGuard? Budget { get; set; }

    /// <summary>Whether and how <c>AskAsync</c> runs a prompt again after a transient failure; null (the default) never does.</summary>
    public RetryPolicy? Retry { get; set; }
}
