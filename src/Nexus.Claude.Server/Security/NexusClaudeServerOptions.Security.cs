namespace Nexus.Claude;

/// <content>Who may use the gateway, how much, and as what.</content>
public sealed partial class NexusClaudeServerOptions
{
    /// <summary>Keys, hosts, origins and folders.</summary>
    public GatewaySecurityOptions Security { get; set => field = value ?? new GatewaySecurityOptions(); } = new();

    /// <summary>How much runs at the same time, and for how long.</summary>
    public GatewayLimitOptions Limits { get; set => field = value ?? new GatewayLimitOptions(); } = new();

    /// <summary>What Claude Code's own tools may do for the keys that may use them.</summary>
    public GatewayAgentOptions Agent { get; set => field = value ?? new GatewayAgentOptions(); } = new();
}

/// <summary>Keys, hosts, origins and folders.</summary>
public sealed class GatewaySecurityOptions
{
    /// <summary>
    /// The keys that clients may use, beside those of <see cref="KeysFile"/>. With none at all the server answers anybody, on loopback only.
    /// </summary>
    public IList<GatewayKeyOptions> Keys { get; set => field = value ?? []; } = [];

    /// <summary>
    /// The file that <c>nexus-claude keys</c> writes; null for none. It is read again when it changes. A file that is not there has no keys.
    /// </summary>
    public string? KeysFile { get; set; }

    /// <summary>What callers without a key may do, on a server that has no keys.</summary>
    public GatewayPolicyOptions Anonymous { get; set => field = value ?? new GatewayPolicyOptions(); } = new();

    /// <summary>
    /// True lets a server without keys listen beyond loopback, where everybody who reaches it can spend its account's money. Default false:
    /// it does not start.
    /// </summary>
    public bool AllowAnonymousBeyondLoopback { get; set; }

    /// <summary>
    /// The host names that requests may be addressed to, for example <c>claude.example.com</c> or <c>*.example.com</c>. Empty (the default)
    /// allows names of loopback, addresses, and any name once keys are required; so a web page cannot reach a server without keys under a
    /// name of its own.
    /// </summary>
    public IList<string> AllowedHosts { get; set => field = value ?? []; } = [];

    /// <summary>The web origins whose pages may call the server, for example <c>https://app.example.com</c>, or <c>*</c>. Default none.</summary>
    public IList<string> CorsOrigins { get; set => field = value ?? []; } = [];

    /// <summary>
    /// The folders (with all below) that requests may name to work in, for keys that have no list of their own. Default none: every process
    /// works in an empty folder.
    /// </summary>
    public IList<string> WorkingDirectories { get; set => field = value ?? []; } = [];

    /// <summary>The largest body of a request, in bytes. Default 20 MiB.</summary>
    public long MaxRequestBodyBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>The file that keeps what each key has spent; null (the default) forgets it when the server stops.</summary>
    public string? SpendFile { get; set; }
}

/// <summary>What a caller may do. Null means no limit but the server's.</summary>
public class GatewayPolicyOptions
{
    /// <summary>The models it may use, by id or alias; empty for all.</summary>
    public IList<string> Models { get; set => field = value ?? []; } = [];

    /// <summary>Whether it may run Claude Code's own tools and the operator's MCP servers (agent mode). Default false.</summary>
    public bool Agent { get; set; }

    /// <summary>The built-in tools that it may use as an agent; null for those of <see cref="GatewayAgentOptions.Tools"/>.</summary>
    public IList<string>? AgentTools { get; set; }

    /// <summary>The folders (with all below) it may work in; null for those of <see cref="GatewaySecurityOptions.WorkingDirectories"/>.</summary>
    public IList<string>? WorkingDirectories { get; set; }

    /// <summary>Requests a minute.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Tokens a minute, of prompts and replies.</summary>
    public int? TokensPerMinute { get; set; }

    /// <summary>Turns at the same time; further ones wait.</summary>
    public int? MaxConcurrency { get; set; }

    /// <summary>US dollars in total, by the CLI's price list. A turn that runs when it is used up is finished.</summary>
    public decimal? BudgetUsd { get; set; }
}

/// <summary>A key and what it allows.</summary>
public sealed class GatewayKeyOptions : GatewayPolicyOptions
{
    /// <summary>The name of the key in logs and statistics. Data of different ids is kept apart.</summary>
    public string Id { get; set => field = value ?? ""; } = "";

    /// <summary>The key itself, for keys that come from a secret store. Only its hash is kept. Either this or <see cref="Hash"/> is set.</summary>
    public string? Key { get; set; }

    /// <summary>The SHA-256 of the key, as 64 hexadecimal digits, with or without <c>sha256:</c> before them.</summary>
    public string? Hash { get; set; }

    /// <summary>When it stops being valid; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}

/// <summary>How much runs at the same time, and for how long.</summary>
public sealed class GatewayLimitOptions
{
    /// <summary>The most turns at the same time. Default four for each core.</summary>
    public int MaxConcurrentTurns { get; set; } = Environment.ProcessorCount * 4;

    /// <summary>The most requests that wait for their turn. Default 32; more are refused with 429.</summary>
    public int MaxQueueLength { get; set; } = 32;

    /// <summary>The longest wait for a turn before it is refused with 429. Default 30 seconds.</summary>
    public TimeSpan MaxQueueWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest time from a request's arrival to the end of its reply; then it fails with 504. Default 10 minutes.</summary>
    public TimeSpan TurnTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long turns that run may go on when the server is told to stop. Default 30 seconds.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>What Claude Code's own tools may do, for keys with <see cref="GatewayPolicyOptions.Agent"/>.</summary>
public sealed class GatewayAgentOptions
{
    /// <summary>
    /// The built-in tools that agents have. Default: those that read, search and edit files, which are held to the working folder. A tool
    /// that runs commands, such as <c>Bash</c>, is held to nothing by the server; name it only for keys you trust with the machine.
    /// </summary>
    public IList<string> Tools { get; set => field = value ?? []; } = ["Read", "Glob", "Grep", "Edit", "Write", "NotebookEdit", "TodoWrite"];

    /// <summary>Further folders that agents may use beside the one they work in. Default none.</summary>
    public IList<string> AdditionalDirectories { get; set => field = value ?? []; } = [];

    /// <summary>
    /// True asks for no permission at all: every tool runs, in any folder. Default false. The CLI refuses it to the root account.
    /// </summary>
    public bool SkipPermissions { get; set; }

    /// <summary>The operator's MCP servers, whose tools agents may use: a file in Claude Code's format; null for none.</summary>
    public string? McpConfigFile { get; set; }

    /// <summary>The operator's MCP servers as JSON text in Claude Code's format; null for none.</summary>
    public string? McpConfigJson { get; set; }

    /// <summary>True uses no MCP servers but the operator's. Default true.</summary>
    public bool StrictMcpConfig { get; set; } = true;

    /// <summary>True makes the CLI log in detail, MCP servers included. Default false.</summary>
    public bool Debug { get; set; }

    /// <summary>
    /// A file to which every decision about a tool is appended as a line of JSON: time, key, request, tool, folder, decision. Null (the
    /// default) writes none. Prompts and the contents of files are not in it.
    /// </summary>
    public string? AuditFile { get; set; }
}
