namespace Nexus.Claude;

/// <summary>How a CLI process ended.</summary>
/// <param name="ProcessId">The operating system's id of the process.</param>
/// <param name="ExitCode">The exit code; on Unix a process killed by signal n reports 128 + n. Null when the session had no process of its own.</param>
/// <param name="StandardErrorTail">The last lines written to stderr, joined by line feeds; empty when there were none.</param>
/// <param name="StartedAt">When the process was started.</param>
/// <param name="ExitedAt">When it ended.</param>
/// <param name="Cause">The failure that ended the session, null after an orderly end.</param>
public sealed record CliExit(
    int ProcessId,
    int? ExitCode,
    string StandardErrorTail,
    DateTimeOffset StartedAt,
    DateTimeOffset ExitedAt,
    Exception? Cause);
