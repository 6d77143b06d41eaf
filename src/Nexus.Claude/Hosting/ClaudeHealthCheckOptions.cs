namespace Nexus.Claude;

/// <summary>How thorough a health check is.</summary>
public sealed class ClaudeHealthCheckOptions
{
    /// <summary>The name of the registered client whose options are checked; empty (the default) for the one without a name.</summary>
    public string ClientName { get; set; } = "";

    /// <summary>
    /// True also starts a session and looks for a credential. That takes about half a second of a core and 200 MB for a moment, and no tokens:
    /// give such a check a long period. Default false: the executable is found and asked for its version, in about 10 milliseconds.
    /// </summary>
    public bool ConnectSession { get; set; }

    /// <summary>How long the CLI may take to tell its version. Default 10 seconds.</summary>
    public TimeSpan VersionTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
