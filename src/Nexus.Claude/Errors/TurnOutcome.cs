namespace Nexus.Claude;

/// <summary>Gathers what a turn says about its failure, so that one exception can tell it all.</summary>
internal sealed class TurnOutcome
{
    private AssistantError? _error;
    private TimeSpan? _retryAfter;

    /// <summary>Looks at a message of the turn.</summary>
    /// <param name="message">The message.</param>
    public void Observe(ClaudeMessage message)
    {
        switch (message)
        {
            case AssistantMessage { Error: { } error }:
                _error = error;
                break;
            case ApiRetryMessage retry:
                _retryAfter = retry.RetryDelay;
                break;
        }
    }

    /// <summary>The answer, if there is one.</summary>
    /// <param name="result">The turn's result.</param>
    /// <returns>The text.</returns>
    /// <exception cref="ClaudeResultException">The result is an error.</exception>
    public string TextOrThrow(ResultMessage result)
    {
        if (result.IsSuccess)
            return result.Text ?? "";
        throw ToException(result);
    }

    /// <summary>What a failed result says in words: the CLI's errors, else its text, else its subtype.</summary>
    /// <param name="result">The result.</param>
    /// <returns>The words.</returns>
    public static string TextOf(ResultMessage result)
    {
        // The diagnostics of an interrupt are for the CLI's authors.
        var errors = result.Errors.Where(static error => !error.StartsWith("[ede_diagnostic]", StringComparison.Ordinal)).ToList();
        if (errors.Count > 0)
            return string.Join("; ", errors);
        if (result.Text is { Length: > 0 } text)
            return text;
        return result.IsInterrupted ? "The turn was interrupted." : $"The turn ended as '{result.Subtype}'.";
    }

    private ClaudeResultException ToException(ResultMessage result)
    {
        var text = TextOf(result);
        if (result.Subtype == ResultSubtype.ErrorMaxTurns)
            return new MaxTurnsExceededException(text, result);
        if (result.Subtype == ResultSubtype.ErrorMaxBudgetUsd)
            return new BudgetExceededException(text, result);
        return result.TerminalReason == TerminalReason.ApiError || result.ApiErrorStatus is not null || _error is not null
            ? new ClaudeApiException(text, result, _error, _retryAfter)
            : new ClaudeResultException(text, result);
    }
}
