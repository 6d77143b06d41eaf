namespace Nexus.Claude.Testing;

/// <summary>A session store does not do what <see cref="ISessionStore"/> promises.</summary>
/// <param name="check">The check that found it.</param>
/// <param name="message">What was expected and what came.</param>
/// <param name="innerException">What the store threw; null when it did not.</param>
public sealed class SessionStoreContractException(string check, string message, Exception? innerException = null)
    : ClaudeException($"{check}: {message}", innerException)
{
    /// <summary>The name of the check.</summary>
    public string Check { get; } = check;
}
