namespace Nexus.Claude;

/// <summary>
/// A turn ended with an error result. Only calls that return the answer itself (<c>AskAsync</c>) throw it; a stream always
/// delivers the <see cref="ResultMessage"/> and leaves the decision to the reader.
/// </summary>
/// <param name="message">What the CLI reported.</param>
/// <param name="result">The result, with its cost, usage and reasons.</param>
/// <param name="innerException">The cause, if any.</param>
public class ClaudeResultException(string message, ResultMessage result, Exception? innerException = null) : ClaudeException(message, innerException)
{
    /// <summary>The result, with its cost, usage and reasons.</summary>
    public ResultMessage Result { get; } = result;
}

/// <summary>The Messages API refused or failed: authentication, rate limit, overload, a wrong model, no network.</summary>
/// <param name="message">What the CLI reported.</param>
/// <param name="result">The error result.</param>
/// <param name="error">The kind of error, for example <c>rate_limit</c>; null when the CLI named none.</param>
/// <param name="retryAfter">How long the CLI waited before its last try; null when it did not try again.</param>
public sealed class ClaudeApiException(string message, ResultMessage result, AssistantError? error, TimeSpan? retryAfter)
    : ClaudeResultException(message, result)
{
    /// <summary>The HTTP status; null when no answer arrived at all (no network).</summary>
    public int? Status => Result.ApiErrorStatus;

    /// <summary>The kind of error, for example <see cref="AssistantError.RateLimit"/>; null when the CLI named none.</summary>
    public AssistantError? Error { get; } = error;

    /// <summary>
    /// A hint how long to wait: the CLI's own wait before its last try, which is what the API asked for (<c>retry-after</c>) and a little
    /// more, or a delay of the CLI's choice when the API asked for nothing. Null when the CLI did not try again.
    /// </summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>True for 408, 409, 429, 5xx and for an answer that never came; false for an answer that was refused or too long.</summary>
    public override bool IsTransient => Status switch
    {
        null => Error is null || Error == AssistantError.ServerError || Error == AssistantError.Overloaded || Error == AssistantError.RateLimit,
        408 or 409 or 429 or >= 500 => true,
        _ => false,
    };
}

/// <summary>The turn reached <see cref="ClaudeOptions.MaxTurns"/> before it was done.</summary>
/// <param name="message">What the CLI reported.</param>
/// <param name="result">The error result.</param>
public sealed class MaxTurnsExceededException(string message, ResultMessage result) : ClaudeResultException(message, result);
