namespace Nexus.Claude.Cli;

/// <summary>
/// A running CLI, or whatever plays one: two byte streams and an end. Disposing gives back all handles, once the reader has
/// finished with <see cref="Output"/>, and ends the processes that the CLI left behind.
/// </summary>
internal interface ICliConnection : IAsyncDisposable
{
    /// <summary>What the CLI writes: one JSON object a line.</summary>
    Stream Output { get; }

    /// <summary>What the CLI reads: one JSON object a line. Closing it tells the CLI that no more comes.</summary>
    Stream Input { get; }

    /// <summary>The operating system's id of the process.</summary>
    int ProcessId { get; }

    /// <summary>When the process was started.</summary>
    DateTimeOffset StartedAt { get; }

    /// <summary>The last lines of stderr so far.</summary>
    string StandardErrorTail { get; }

    /// <summary>Ends when the process has exited, whatever its output still holds; the exit code, null when there is none.</summary>
    Task<int?> Exited { get; }

    /// <summary>Ends when all of stderr has been read, at the latest a moment after <see cref="Exited"/>.</summary>
    Task StandardErrorDrained { get; }

    /// <summary>Asks the process to stop what it does (SIGINT).</summary>
    void Interrupt();

    /// <summary>Ends the process and everything it started, now.</summary>
    void Kill();
}
