using System.Text.Json;

namespace Nexus.Claude;

/// <summary>Gathers what a turn says about its failure, so that one exception can tell it all, and whether it may have acted.</summary>
internal sealed class TurnOutcome
{
    private AssistantError? _error;
    private TimeSpan? _retryAfter;

    /// <summary>
    /// True once the model has said anything or a task has begun: from then on the turn may have had effects, and must not be run again.
    /// </summary>
    public bool MayHaveActed { get; private set; }

    /// <summary>Whether the CLI offers the tool for structured answers; null before it has said which tools there are.</summary>
    public bool? HasOutputTool { get; private set; }

    /// <summary>The last structured answer that the model tried to give; null when it tried none.</summary>
    public JsonElement? LastOutput { get; private set; }

    /// <summary>Looks at a message of the turn.</summary>
    /// <param name="message">The message.</param>
    public void Observe(ClaudeMessage message)
    {
        switch (message)
        {
            case AssistantMessage { Error: { } error }:
                _error = error;
                break;
            case AssistantMessage assistant:
                MayHaveActed = true;
                if (!assistant.IsSidechain && assistant.Content.OfType<ToolUseBlock>().LastOrDefault(static use => use.Name == OutputSchema.ToolName) is { } use)
                    LastOutput = use.Input;
                break;
            case InitMessage init:
                HasOutputTool = init.Tools.Contains(OutputSchema.ToolName);
                break;
            case ApiRetryMessage retry:
                _retryAfter = retry.RetryDelay;
                break;
            case StreamEventMessage or ToolProgressMessage or TaskStartedMessage:
                MayHaveActed = true;
                break;
            case UserMessage user when user.Content.OfType<ToolResultBlock>().Any():
                MayHaveActed = true;
                break;
            case StreamWarningMessage:
                // What was lost may have been the sign.
                MayHaveActed = true;
                break;
            case ResultMessage result when result.LocalCommand is not null || result.NumTurns > 1 || result.UserMessageUuids.Count > 1:
                // Of prompts that were merged into one turn only the first sees its messages.
                MayHaveActed = true;
                break;
        }
    }

    /// <summary>The answer, if there is one.</summary>
    /// <param name="result">The turn's result.</param>
    /// <returns>The text.</returns>
    /// <exception cref="ClaudeException">The result is an error.</exception>
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

    /// <summary>The exception for a failed result.</summary>
    /// <param name="result">The result.</param>
    /// <returns>The exception.</returns>
    public ClaudeException ToException(ResultMessage result)
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
