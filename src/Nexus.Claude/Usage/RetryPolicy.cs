namespace Nexus.Claude;

/// <summary>
/// How often and after what delay <c>AskAsync</c> runs a prompt again when the API was overloaded, limited the rate or was away
/// (<see cref="ClaudeException.IsTransient"/>) <b>and</b> the turn had done nothing yet: the model had said nothing, so no tool had run.
/// A turn that may have acted is never run twice.
/// </summary>
/// <remarks>
/// The CLI itself repeats failed API calls (<c>CLAUDE_CODE_MAX_RETRIES</c>); this comes after it has given up. The delay is drawn evenly from
/// nothing to <see cref="BaseDelay"/>, doubled at each attempt up to <see cref="MaxDelay"/>, and is at least what the API asked for
/// (<see cref="ClaudeApiException.RetryAfter"/>). Streams are not retried: their messages have been handed out.
/// </remarks>
public sealed record RetryPolicy
{
    /// <summary>The most attempts, the first one counted. Default 3.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The longest delay before the second attempt. Default 1 second.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay that doubling leads to. Default 30 seconds.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest time from the first attempt within which another one may begin; null for no limit. Default 5 minutes. A delay that would
    /// lead beyond it is not waited for.
    /// </summary>
    public TimeSpan? MaxElapsed { get; init; } = TimeSpan.FromMinutes(5);
}
