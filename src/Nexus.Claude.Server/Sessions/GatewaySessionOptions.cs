namespace Nexus.Claude;

/// <summary>How the gateway keeps processes of the CLI: how many, for how long, and what they see.</summary>
public sealed class GatewaySessionOptions
{
    /// <summary>
    /// The environment variables that the CLI's processes get from the server's own environment, if they are set there: what finds programs,
    /// folders, certificates and proxies, and what signs in to the model. A name that ends with <c>*</c> stands for all that begin so.
    /// </summary>
    public static IReadOnlyList<string> StandardEnvironment { get; } =
    [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_*", "TZ", "TMPDIR", "TEMP", "TMP", "XDG_*",
        "PATHEXT", "SystemRoot", "SystemDrive", "ComSpec", "windir", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramFiles*", "ProgramData",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS",
        "ANTHROPIC_*", "CLAUDE_CONFIG_DIR", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_*", "CLAUDE_CODE_SKIP_*", "CLAUDE_CODE_API_KEY_HELPER_TTL_MS",
        "CLAUDE_CODE_GIT_BASH_PATH", "AWS_*", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUD_ML_REGION", "VERTEX_*", "AZURE_*",
    ];

    /// <summary>Processes that are kept ready for new conversations. Default 2.</summary>
    public int MinIdle { get; set; } = 2;

    /// <summary>The most processes for chat, ready, in use or kept; a request that finds all of them in use waits. Default 16; each takes about 125 MB.</summary>
    public int MaxProcesses { get; set; } = 16;

    /// <summary>The most processes being started at once; each keeps a core busy for half a second. Default as many as there are cores.</summary>
    public int MaxConcurrentStarts { get; set; } = System.Environment.ProcessorCount;

    /// <summary>
    /// The most conversations whose processes are kept for their next message; the one unused for longest goes first, and goes on in another
    /// process when it is asked for. Null (the default) for as many as <see cref="MaxProcesses"/> allows.
    /// </summary>
    public int? MaxLiveConversations { get; set; }

    /// <summary>The memory in bytes that these processes may take together; null (the default) for no limit.</summary>
    public long? MaxLiveMemoryBytes { get; set; }

    /// <summary>The memory in bytes from which a process is replaced; null for no limit. Default 400 MiB.</summary>
    public long? MaxProcessMemoryBytes { get; set; } = 400L * 1024 * 1024;

    /// <summary>How long a conversation keeps its process after a reply. Default 10 minutes.</summary>
    public TimeSpan LiveConversationTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a process may wait for a conversation before a fresh one takes its place. Default 10 minutes.</summary>
    public TimeSpan IdleProcessTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The turns after which a process is replaced. Default 50.</summary>
    public int MaxTurns { get; set; } = 50;

    /// <summary>How long the model may be silent during a reply before the request ends with a 504; null for no limit. Default 5 minutes.</summary>
    public TimeSpan? ModelIdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Further environment variables that the CLI's processes get from the server's environment, beyond <see cref="StandardEnvironment"/>. A name
    /// that ends with <c>*</c> stands for all that begin so. Default none.
    /// </summary>
    public IList<string> Environment { get; set => field = value ?? []; } = [];

    /// <summary>Whether processes are started with the server and not with its first request. Default true.</summary>
    public bool StartAhead { get; set; } = true;

    /// <summary>
    /// Called for each session that begins, with its options and the id of its caller's key (<c>anonymous</c> on a server without keys): the place
    /// for hooks of your own, such as a memory of each key. It must not change what makes a session safe (tools, folders, settings), and is called
    /// by many requests at once. Null (the default) for nothing.
    /// </summary>
    public Action<ClaudeOptions, string>? ConfigureSession { get; set; }

    /// <summary>False does not ask the CLI to defer calls of the client's tools, which is how a CLI behaves that does not know of it.</summary>
    internal bool DefersClientTools { get; set; } = true;

    /// <summary>One sentence for each mistake.</summary>
    internal IEnumerable<string> Mistakes()
    {
        if (MaxProcesses < 1)
            yield return $"Sessions.MaxProcesses is {MaxProcesses}; it must be at least 1.";
        if (MinIdle < 0 || MinIdle > MaxProcesses)
            yield return $"Sessions.MinIdle is {MinIdle}; it must be between 0 and Sessions.MaxProcesses ({MaxProcesses}).";
        if (MaxConcurrentStarts < 1)
            yield return $"Sessions.MaxConcurrentStarts is {MaxConcurrentStarts}; it must be at least 1.";
        if (MaxLiveConversations < 0)
            yield return $"Sessions.MaxLiveConversations is {MaxLiveConversations}; it must not be negative.";
        if (MaxLiveMemoryBytes <= 0)
            yield return "Sessions.MaxLiveMemoryBytes must be greater than zero; leave it out for no limit.";
        if (MaxProcessMemoryBytes <= 0)
            yield return "Sessions.MaxProcessMemoryBytes must be greater than zero; leave it out for no limit.";
        if (MaxTurns < 1)
            yield return $"Sessions.MaxTurns is {MaxTurns}; it must be at least 1.";
        if (!IsTime(LiveConversationTimeout))
            yield return "Sessions.LiveConversationTimeout must be greater than zero and less than 49 days.";
        if (!IsTime(IdleProcessTimeout))
            yield return "Sessions.IdleProcessTimeout must be greater than zero and less than 49 days.";
        if (ModelIdleTimeout is { } silence && !IsTime(silence))
            yield return "Sessions.ModelIdleTimeout must be greater than zero and less than 49 days; leave it out for no limit.";
        if (Environment.Any(static name => string.IsNullOrWhiteSpace(name) || name == "*"))
            yield return "Sessions.Environment has an empty name or '*'; name the variables.";
    }

    private static bool IsTime(TimeSpan value) => value > TimeSpan.Zero && value.TotalMilliseconds < uint.MaxValue - 1;
}
