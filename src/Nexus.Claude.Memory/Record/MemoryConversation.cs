namespace Nexus.Claude.Memory;

/// <summary>One remembered conversation.</summary>
/// <param name="Id">The conversation, for Claude Code its session id.</param>
/// <param name="Preview">The first words of its first message.</param>
/// <param name="Project">The project it was held in, as a directory; empty when none was known.</param>
/// <param name="WorkingDirectory">The directory it began in.</param>
/// <param name="CreatedAt">When its first message was said.</param>
/// <param name="UpdatedAt">When its last message was said.</param>
/// <param name="MessageCount">How many messages it has, exactly.</param>
public sealed record MemoryConversation(
    string Id, string Preview, string Project, string? WorkingDirectory, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int MessageCount);
