namespace Nexus.Claude;

/// <summary>No Claude Code CLI was found and none was to be downloaded.</summary>
/// <param name="message">What was looked for and what to do.</param>
/// <param name="searchedLocations">The places that were looked at, in order.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class CliNotFoundException(string message, IReadOnlyList<string> searchedLocations, Exception? innerException = null)
    : ClaudeException(message, innerException)
{
    /// <summary>The places that were looked at, in order.</summary>
    public IReadOnlyList<string> SearchedLocations { get; } = searchedLocations;
}
