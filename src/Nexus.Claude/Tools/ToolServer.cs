using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Nexus.Claude.Tools;
using SdkServerOptions = ModelContextProtocol.Server.McpServerOptions;

namespace Nexus.Claude;

/// <summary>
/// An MCP server inside of this program: the model calls its tools, and they run here. Give it to <see cref="ClaudeOptions.ToolServers"/>.
/// </summary>
/// <remarks>
/// <para>
/// It is a description, not a connection: each session is served by an MCP server of its own, which begins and ends with the session. Tools,
/// prompts and resources may be added and removed while sessions run; the CLI is told, and the model sees the change.
/// </para>
/// <para>Calls run in parallel, on the thread pool. A call that the user interrupts has its token cancelled. A tool that throws tells the model
/// the exception's message, not its stack.</para>
/// </remarks>
public sealed partial class ToolServer
{
    private readonly SdkServerOptions? _ready;
    private readonly Func<ITransport, McpServer>? _create;

    /// <summary>Makes a server without tools.</summary>
    /// <param name="name">The server's name. The model sees its tools as <c>mcp__name__tool</c>.</param>
    public ToolServer(string name)
        : this(name, null, null)
    {
    }

    private ToolServer(string name, SdkServerOptions? ready, Func<ITransport, McpServer>? create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        _ready = ready;
        _create = create;
        Tools = ready?.ToolCollection ?? [];
        Prompts = ready?.PromptCollection ?? [];
        Resources = ready?.ResourceCollection ?? [];
    }

    /// <summary>The server's name.</summary>
    public string Name { get; }

    /// <summary>The server's version, for people. Default <c>1.0.0</c>.</summary>
    public string Version { get; init => field = value ?? "1.0.0"; } = "1.0.0";

    /// <summary>What the model is told about the server as a whole; null for nothing.</summary>
    public string? Instructions { get; init; }

    /// <summary>
    /// The longest a tool call may take before the CLI gives it up; null leaves it to the CLI (<c>MCP_TOOL_TIMEOUT</c>, in effect no limit).
    /// At least one second.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// What you demand for single tools: <see cref="McpToolDecision.AlwaysAsk"/> asks before each call even where a rule allows it,
    /// <see cref="McpToolDecision.AlwaysDeny"/> denies. The CLI ignores anything else here; allow tools with
    /// <see cref="ClaudeOptions.AllowedTools"/>. Default nothing.
    /// </summary>
    public IReadOnlyList<McpToolPolicy> Policies { get; init => field = value ?? []; } = [];

    /// <summary>
    /// True puts all tools into the prompt. False lets the CLI hide them behind tool search, which saves tokens when there are very many;
    /// the model then calls a tool without having seen its schema unless it searches first. Default true. Does not change a server made by
    /// <see cref="From(string, SdkServerOptions)"/> or <see cref="From(string, Func{ITransport, McpServer})"/>.
    /// </summary>
    public bool AlwaysLoad { get; init; } = true;

    /// <summary>
    /// The services from which parameters of methods and <see cref="AIFunctionArguments.Services"/> are filled, in a scope of their own for
    /// each call; null for none. Set it before adding methods that take services.
    /// </summary>
    public IServiceProvider? Services { get; init; }

    /// <summary>
    /// The tools. Adding and removing takes effect in sessions that run. Of a server made by
    /// <see cref="From(string, SdkServerOptions)"/> they are those of its options.
    /// </summary>
    public McpServerPrimitiveCollection<McpServerTool> Tools { get; }

    /// <summary>
    /// The prompts; the CLI offers them as slash commands <c>/mcp__server__prompt</c>. A session serves prompts when there is at least one
    /// at its start. Default none.
    /// </summary>
    public McpServerPrimitiveCollection<McpServerPrompt> Prompts { get; }

    /// <summary>
    /// The resources, which the model reads with the CLI's own tools for that. A session serves resources when there is at least one at its
    /// start. Default none.
    /// </summary>
    public McpServerResourceCollection Resources { get; }

    /// <summary>Makes a server of functions.</summary>
    /// <param name="name">The server's name.</param>
    /// <param name="tools">The functions. Whatever makes them decides whether they work in a program compiled ahead of time.</param>
    /// <returns>The server.</returns>
    public static ToolServer Create(string name, params IEnumerable<AIFunction> tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        var server = new ToolServer(name);
        foreach (var tool in tools)
            server.Add(tool);
        return server;
    }

    /// <summary>Makes a server of complete MCP options: handlers, filters, capabilities and all. Each session gets a server of these options.</summary>
    /// <param name="name">The server's name.</param>
    /// <param name="options">The options. They are used as they are: what a tool's failure tells the model is up to them.</param>
    /// <returns>The server.</returns>
    public static ToolServer From(string name, SdkServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ToolServer(name, options, null);
    }

    /// <summary>Makes a server of your own <see cref="McpServer"/>s.</summary>
    /// <param name="name">The server's name.</param>
    /// <param name="create">
    /// Makes one for a transport. It is called for each session, and again when the CLI reconnects. The session runs the server and ends it,
    /// as it ends the transport; what the server uses stays yours.
    /// </param>
    /// <returns>The server.</returns>
    public static ToolServer From(string name, Func<ITransport, McpServer> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return new ToolServer(name, null, create);
    }

    /// <summary>What the model and permission rules call a tool of this server.</summary>
    /// <param name="tool">The tool's name as the server lists it.</param>
    /// <returns><c>mcp__server__tool</c>; characters other than ASCII letters, digits, <c>_</c> and <c>-</c> become <c>_</c>.</returns>
    public string FullName(string tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return McpToolName.Of(Name, tool);
    }

    /// <summary>The name and the number of tools.</summary>
    /// <returns>A text for people.</returns>
    public override string ToString() => $"{Name} ({Tools.Count} tools)";
}
