namespace Nexus.Claude;

/// <summary>
/// A budget is used up: that of <see cref="ClaudeOptions.MaxBudgetUsd"/>, which the CLI keeps and which ends a turn, or that of
/// <see cref="ClaudeOptions.Budget"/>, which the SDK keeps and which refuses a prompt before it is sent.
/// </summary>
/// <param name="message">What was reached and what to do.</param>
/// <param name="result">The CLI's error result; null when the prompt was not sent.</param>
public sealed class BudgetExceededException(string message, ResultMessage? result = null) : ClaudeException(message)
{
    /// <summary>The CLI's error result with its cost; null when the prompt was refused by <see cref="ClaudeOptions.Budget"/> and not sent.</summary>
    public ResultMessage? Result { get; } = result;
}
