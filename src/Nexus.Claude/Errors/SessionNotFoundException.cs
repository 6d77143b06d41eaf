namespace Nexus.Claude;

/// <summary>There is no session of this id where it was looked for.</summary>
/// <param name="sessionId">The id.</param>
/// <param name="message">Where it was looked for, and what to do.</param>
public sealed class SessionNotFoundException(string sessionId, string message) : ClaudeException(message)
{
    /// <summary>The id of the session that was looked for.</summary>
    public string SessionId { get; } = sessionId;
}
