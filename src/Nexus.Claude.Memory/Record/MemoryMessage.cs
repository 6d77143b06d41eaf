namespace Nexus.Claude.Memory;

/// <summary>One remembered message: what a user or Claude said, or what a tool was asked and answered.</summary>
public sealed record MemoryMessage
{
    /// <summary>
    /// The message within its conversation; storing it again replaces it. Null: made from role, time and text, so the same message is
    /// stored once.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>The conversation, for Claude Code its session id.</summary>
    public required string ConversationId { get; init; }

    /// <summary>Who said it.</summary>
    public required MemoryRole Role { get; init; }

    /// <summary>The text. Secrets and <c>&lt;private&gt;</c> spans are taken out before it is stored.</summary>
    public required string Content { get; init; }

    /// <summary>The name of who said it, if there is one to search for.</summary>
    public string? Speaker { get; init; }

    /// <summary>The turn of the conversation, from 0. A prompt, the tool calls it leads to and the answer share one.</summary>
    public int Turn { get; init; }

    /// <summary>When it was said.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The working directory at that moment, as an absolute path of the machine it was on.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The files that were read or written.</summary>
    public IReadOnlyList<string> Files { get => field; init => field = value ?? []; } = [];

    /// <summary>The tool, for a message of role <see cref="MemoryRole.Tool"/>.</summary>
    public string? ToolName { get; init; }

    /// <summary>True when the tool failed.</summary>
    public bool IsError { get; init; }

    /// <summary>
    /// The sitting that the message belongs to. Null: a new one starts after 30 minutes of silence or 40 messages. Messages of one sitting
    /// help to find each other.
    /// </summary>
    public string? Session { get; init; }

    /// <summary>The project, as a directory; set on what is read. What is stored gets it from <see cref="WorkingDirectory"/>.</summary>
    public string? Project { get; init; }
}
