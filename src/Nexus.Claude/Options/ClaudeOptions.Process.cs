namespace Nexus.Claude;

/// <content>The CLI process.</content>
public sealed partial class ClaudeOptions
{
    internal static readonly StringComparer EnvironmentNames =
        OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The path of the CLI; null looks for it (see the documentation of <see cref="CliNotFoundException"/>).</summary>
    public string? CliPath { get; set; }

    /// <summary>Whether the pinned CLI is downloaded when none is found. Default true.</summary>
    public bool AutoDownload { get; set; } = true;

    /// <summary>Where the CLI is cached and downloaded from; null for the defaults of <see cref="CliInstallOptions"/>.</summary>
    public CliInstallOptions? Installation { get; set; }

    /// <summary>Told how a download goes that <see cref="AutoDownload"/> began; null tells nobody.</summary>
    public IProgress<CliDownloadProgress>? DownloadProgress { get; set; }

    /// <summary>
    /// Environment variables for the CLI on top of those it inherits; a null value removes one. They win over what the SDK sets. Default none.
    /// </summary>
    public IDictionary<string, string?> Environment { get; set => field = value ?? new Dictionary<string, string?>(EnvironmentNames); } =
        new Dictionary<string, string?>(EnvironmentNames);

    /// <summary>
    /// False gives the CLI only <see cref="Environment"/> and what the SDK sets (on Windows also <c>SystemRoot</c>, without which programs
    /// cannot open sockets). Default true.
    /// </summary>
    public bool InheritEnvironment { get; set; } = true;

    /// <summary>
    /// Further flags of the CLI by their long name, with or without the dashes; null for a flag without a value. Flags that the SDK needs
    /// for itself, or that another option sets, are refused. Default none.
    /// </summary>
    public IDictionary<string, string?> ExtraArguments { get; set => field = value ?? new Dictionary<string, string?>(); } = new Dictionary<string, string?>();

    /// <summary>The account of the operating system to run the CLI as; null for this program's own. Not on Windows.</summary>
    public string? User { get; set; }

    /// <summary>Called with each line that the CLI writes to stderr; null for none. Its exceptions are logged and do no harm.</summary>
    public Action<string>? StandardError { get; set; }

    /// <summary>True makes the CLI log in detail, to <see cref="DebugFile"/> or its own file. Default false.</summary>
    public bool Debug { get; set; }

    /// <summary>The file for the CLI's detailed log; implies <see cref="Debug"/>. Null for none.</summary>
    public string? DebugFile { get; set; }

    /// <summary>The longest wait for the CLI's answer to a control request. Default 60 seconds.</summary>
    public TimeSpan ControlRequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest wait for the CLI to start and answer <c>initialize</c>. Default 60 seconds.</summary>
    public TimeSpan InitializeTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the CLI may take to end by itself before it is made to. Default 5 seconds.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest silence of the CLI during a turn; null (the default) for no limit.</summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>The longest time a turn may take; null (the default) for no limit.</summary>
    public TimeSpan? TurnTimeout { get; set; }
}
