namespace Nexus.Claude;

/// <summary>A sub-agent that worked in a session.</summary>
public sealed record SubagentInfo
{
    /// <summary>Its id; <see cref="ClaudeSessions.GetSubagentMessagesAsync"/> takes it.</summary>
    public required string AgentId { get; init; }

    /// <summary>What kind of agent; null when the session does not say.</summary>
    public string? AgentType { get; init; }

    /// <summary>What it was to do, in a few words; null when the session does not say.</summary>
    public string? Description { get; init; }

    /// <summary>The tool use that started it; null when the session does not say.</summary>
    public string? ParentToolUseId { get; init; }

    /// <summary>The sub-agent that started it; null when the main thread did.</summary>
    public string? ParentAgentId { get; init; }
}
