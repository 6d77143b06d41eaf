namespace Nexus.Claude;

/// <content>Which conversation, and where.</content>
public sealed partial class ClaudeOptions
{
    /// <summary>The id or the title of the session to take up again; null for a new one.</summary>
    public string? Resume { get; set; }

    /// <summary>True takes up the newest session of the working directory. Default false.</summary>
    public bool Continue { get; set; }

    /// <summary>True gives a resumed or continued session a new id and leaves the old one as it was. Default false.</summary>
    public bool ForkSession { get; set; }

    /// <summary>The id for a new session, or for the copy made by <see cref="ForkSession"/>; null for one of the CLI's choice.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>The uuid of the last entry that a resumed session keeps; null for all.</summary>
    public string? ResumeSessionAt { get; set; }

    /// <summary>
    /// The uuid of the prompt whose turn <see cref="ResumeSessionAt"/> is meant to drop; the CLI refuses when something else would be lost.
    /// Null for no such check.
    /// </summary>
    public string? ResumeDropsTurn { get; set; }

    /// <summary>False writes no transcript, so the session cannot be resumed. Default true.</summary>
    public bool PersistSession { get; set; } = true;

    /// <summary>A title for the session; null for one made by the CLI.</summary>
    public string? Title { get; set; }

    /// <summary>True keeps copies of files before tools change them, so that they can be set back to any prompt. Default false.</summary>
    public bool EnableFileCheckpointing { get; set; }

    /// <summary>
    /// The folder that the session works in; null for the current one of this program. Relative paths elsewhere in these options start here.
    /// </summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>Further folders that the session may use. They must exist. Default none.</summary>
    public IList<string> AdditionalDirectories { get; set => field = value ?? []; } = [];

    /// <summary>
    /// An absolute path of the trusted checkout whose project settings, <c>.mcp.json</c> and <c>.claude</c> folder apply instead of those of
    /// the working directory; null for the latter.
    /// </summary>
    public string? ProjectConfigRoot { get; set; }
}
