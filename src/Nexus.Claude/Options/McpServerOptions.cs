namespace Nexus.Claude;

/// <summary>An MCP server that the CLI starts or connects to. Its environment and headers never ride on the command line.</summary>
public abstract record McpServerOptions
{
    private protected McpServerOptions()
    {
    }

    /// <summary>
    /// The longest a tool call may take; progress does not extend it. Null leaves it to the CLI (<c>MCP_TOOL_TIMEOUT</c>, in effect no
    /// limit). At least one second: the CLI ignores less.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>True puts all tools of the server into the prompt instead of behind tool search. Null leaves it to the CLI.</summary>
    public bool? AlwaysLoad { get; init; }
}

/// <summary>An MCP server that the CLI starts as a program and talks to over its stdin and stdout.</summary>
/// <param name="Command">The program.</param>
public sealed record StdioMcpServer(string Command) : McpServerOptions
{
    /// <summary>The program's arguments. Default none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Environment variables for the program, on top of the CLI's own. Default none.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>An MCP server behind an address.</summary>
public abstract record RemoteMcpServer : McpServerOptions
{
    private protected RemoteMcpServer(Uri url) => Url = url;

    /// <summary>The address, absolute, <c>http</c> or <c>https</c>.</summary>
    public Uri Url { get; init; }

    /// <summary>Headers for each request, for example <c>Authorization</c>. Default none.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>What you say about single tools of the server. Default nothing.</summary>
    public IReadOnlyList<McpToolPolicy> Tools { get; init; } = [];
}

/// <summary>An MCP server that speaks streamable HTTP.</summary>
/// <param name="Url">The address, absolute, <c>http</c> or <c>https</c>.</param>
public sealed record HttpMcpServer(Uri Url) : RemoteMcpServer(Url);

/// <summary>An MCP server that speaks the older HTTP with server-sent events.</summary>
/// <param name="Url">The address, absolute, <c>http</c> or <c>https</c>.</param>
public sealed record SseMcpServer(Uri Url) : RemoteMcpServer(Url);

/// <summary>What the host says about one tool of an MCP server.</summary>
/// <param name="Name">The tool's name as the server lists it.</param>
public sealed record McpToolPolicy(string Name)
{
    /// <summary>Whether the tool may run; null says nothing.</summary>
    public McpToolDecision? Permission { get; init; }

    /// <summary>The most that the organisation grants; null says nothing.</summary>
    public McpToolCeiling? OrganizationCeiling { get; init; }
}
