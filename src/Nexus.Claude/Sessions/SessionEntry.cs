namespace Nexus.Claude;

/// <summary>One message of a conversation as its transcript holds it.</summary>
public sealed record SessionEntry
{
    /// <summary>Its id, a UUID. <see cref="ClaudeOptions.ResumeSessionAt"/> and <see cref="ClaudeSessions.ForkAsync"/> take it.</summary>
    public required string Uuid { get; init; }

    /// <summary>The session that the transcript names.</summary>
    public required string SessionId { get; init; }

    /// <summary>
    /// What was said: a <see cref="UserMessage"/>, an <see cref="AssistantMessage"/> or, when asked for, a <see cref="SystemMessage"/>.
    /// </summary>
    public required ClaudeMessage Message { get; init; }

    /// <summary>When; null when the entry does not say.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>The entry it follows; null for the first, and for the first after a compaction.</summary>
    public string? ParentUuid { get; init; }

    /// <summary>The tool use that started the sub-agent whose message this is; null on the main thread.</summary>
    public string? ParentToolUseId { get; init; }

    /// <summary>The sub-agent that started the sub-agent whose message this is; null when the main thread did, and on the main thread.</summary>
    public string? ParentAgentId { get; init; }

    /// <summary>True for the summary that replaced what came before it.</summary>
    public bool IsCompactSummary { get; init; }

    /// <summary>The entry as it is stored, a JSON object.</summary>
    public RawJson Raw { get; init; }

    /// <summary>The text that was said; empty when there is none.</summary>
    public string Text => Message switch
    {
        UserMessage user => user.Text,
        AssistantMessage assistant => assistant.Text,
        _ => "",
    };

    /// <summary>Who says it, and what.</summary>
    /// <returns>For example <c>assistant: Hello</c>.</returns>
    public override string ToString() => Message.ToString();
}
