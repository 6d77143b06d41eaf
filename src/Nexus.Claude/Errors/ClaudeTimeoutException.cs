namespace Nexus.Claude;

/// <summary>The CLI did not answer in time.</summary>
/// <param name="message">What was waited for and how long.</param>
/// <param name="timeout">The time that was waited.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class ClaudeTimeoutException(string message, TimeSpan timeout, Exception? innerException = null)
    : ClaudeException(message, innerException)
{
    /// <summary>The time that was waited.</summary>
    public TimeSpan Timeout { get; } = timeout;
}
