namespace Nexus.Claude;

/// <summary>
/// A subagent that the model may call, or the main agent when <see cref="ClaudeOptions.Agent"/> names it. The CLI drops all agents of a
/// session without a word when one of them is invalid, so they are validated here.
/// </summary>
/// <param name="Description">When to use this agent, in words for the model. Not empty.</param>
/// <param name="Prompt">The agent's system prompt.</param>
public sealed record AgentDefinition(string Description, string Prompt)
{
    /// <summary>The tools it may use; null means all of its parent, an empty list none.</summary>
    public IReadOnlyList<string>? Tools { get; init; }

    /// <summary>Tools it may not use; <c>mcp__server</c> or <c>mcp__*</c> takes away whole servers.</summary>
    public IReadOnlyList<string>? DisallowedTools { get; init; }

    /// <summary>An alias or model id, or <c>inherit</c> for the parent's; null means the default subagent model, else the parent's.</summary>
    public string? Model { get; init; }

    /// <summary>MCP servers for this agent, by name or defined in place.</summary>
    public IReadOnlyList<AgentMcpServer>? McpServers { get; init; }

    /// <summary>Names of skills that are loaded into its context at start.</summary>
    public IReadOnlyList<string>? Skills { get; init; }

    /// <summary>Sent as the first user turn when this is the main agent, before the caller's prompt.</summary>
    public string? InitialPrompt { get; init; }

    /// <summary>The most turns (round trips to the API), greater than zero; null for no limit of its own.</summary>
    public int? MaxTurns { get; init; }

    /// <summary>The token count at which it compacts its own conversation, at least 100,000; it only lowers what it would inherit.</summary>
    public int? AutoCompactWindow { get; init; }

    /// <summary>True runs it in the background.</summary>
    public bool? Background { get; init; }

    /// <summary>True runs it as a subagent without the user's, project's and local <c>CLAUDE.md</c> files.</summary>
    public bool? OmitClaudeMd { get; init; }

    /// <summary>Where it keeps its own memory files; null for no memory.</summary>
    public AgentMemory? Memory { get; init; }

    /// <summary>Its effort, a level or a number (<see cref="EffortLevel.FromNumber"/>).</summary>
    public EffortLevel? Effort { get; init; }

    /// <summary>Its permission mode; null for the session's.</summary>
    public PermissionMode? PermissionMode { get; init; }

    /// <summary>The agent, or up to four joined by commas, that watch it in the background.</summary>
    public string? Observer { get; init; }

    /// <summary>Text after each digest that its observers get.</summary>
    public string? ObserverMessage { get; init; }

    /// <summary>A reminder added to its system prompt; an experiment of the CLI.</summary>
    public string? CriticalSystemReminder { get; init; }
}

/// <summary>An MCP server of an agent: one of the session's by its name, or one of the agent's own.</summary>
public sealed record AgentMcpServer
{
    private AgentMcpServer(string name, McpServerOptions? server)
    {
        Name = name;
        Server = server;
    }

    /// <summary>The server's name.</summary>
    public string Name { get; }

    /// <summary>The server defined in place; null when it is one of the session's.</summary>
    public McpServerOptions? Server { get; }

    /// <summary>A server that the session already has.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The reference.</returns>
    public static AgentMcpServer Named(string name) => new(name, null);

    /// <summary>A server of the agent's own.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="server">How to reach it.</param>
    /// <returns>The server.</returns>
    public static AgentMcpServer Inline(string name, McpServerOptions server) => new(name, server);

    /// <summary>The same as <see cref="Named"/>.</summary>
    /// <param name="name">The server's name.</param>
    /// <returns>The reference.</returns>
    public static AgentMcpServer FromString(string name) => Named(name);

    /// <summary>The same as <see cref="Named"/>.</summary>
    /// <param name="name">The server's name.</param>
    public static implicit operator AgentMcpServer(string name) => Named(name);
}
