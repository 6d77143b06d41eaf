namespace Nexus.Claude;

/// <summary>The pinned Claude Code CLI could not be downloaded, or what was downloaded is not what was promised.</summary>
/// <param name="message">What failed and what to do, for example on a machine without network.</param>
/// <param name="isTransient">Whether trying again later may help: true for network trouble, false for a wrong checksum.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class CliDownloadException(string message, bool isTransient, Exception? innerException = null)
    : ClaudeException(message, innerException)
{
    /// <inheritdoc/>
    public override bool IsTransient { get; } = isTransient;
}
