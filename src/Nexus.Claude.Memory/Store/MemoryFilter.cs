namespace Nexus.Claude.Memory;

/// <summary>
/// Which messages are meant, to export or to forget them. What is set is demanded all together; what is not set admits everything.
/// A filter says nothing about whose memory it is: that is the scope of the <see cref="ClaudeMemory"/> it is given to.
/// </summary>
public sealed record MemoryFilter
{
    /// <summary>Messages with one of these ids. Null: any.</summary>
    public IReadOnlyCollection<string>? Ids { get; init; }

    /// <summary>Messages of this conversation.</summary>
    public string? ConversationId { get; init; }

    /// <summary>Messages of the project that this directory belongs to.</summary>
    public string? Project { get; init; }

    /// <summary>Messages from this moment on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Messages before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Messages whose text, files or tool contain this, whatever its case.</summary>
    public string? Containing { get; init; }

    /// <summary>Everything that the scope has.</summary>
    public static MemoryFilter Everything { get; } = new();
}
