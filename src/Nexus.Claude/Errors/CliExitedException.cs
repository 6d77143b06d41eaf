namespace Nexus.Claude;

/// <summary>The CLI process ended while something still waited for it.</summary>
/// <param name="message">What happened, with the end of what the CLI wrote to stderr.</param>
/// <param name="exit">How the process ended.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class CliExitedException(string message, CliExit exit, Exception? innerException = null)
    : ClaudeException(message, innerException)
{
    /// <summary>How the process ended.</summary>
    public CliExit Exit { get; } = exit;

    /// <summary>The exit code; on Unix a process killed by signal n reports 128 + n.</summary>
    public int? ExitCode => Exit.ExitCode;

    /// <summary>The last lines the CLI wrote to stderr, joined by line feeds; empty when it wrote none.</summary>
    public string StandardErrorTail => Exit.StandardErrorTail;
}
