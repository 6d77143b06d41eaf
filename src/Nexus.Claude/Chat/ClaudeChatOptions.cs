namespace Nexus.Claude;

/// <summary>How a <see cref="ClaudeChatClient"/> treats conversations.</summary>
public sealed class ClaudeChatOptions
{
    /// <summary>
    /// How many conversations are kept with a living CLI, so that their next message is answered at once. One that nobody has used for longest
    /// is closed when there are more; it goes on from its transcript if it is asked for again. Zero keeps none. Default 4; a CLI takes about 200 MB.
    /// </summary>
    public int MaxLiveConversations
    {
        get;
        set => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "It must not be negative.");
    }
    = 4;

    /// <summary>How long a conversation that nobody uses keeps its CLI. Default two minutes.</summary>
    public TimeSpan ConversationIdleTimeout
    {
        get;
        set => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "It must be greater than zero.");
    }
    = TimeSpan.FromMinutes(2);

    /// <summary>
    /// True (the default) delivers messages as written. False lets the CLI expand <c>@file</c> and run slash commands in them, which is for
    /// text that the program's own user has typed, and for nothing else.
    /// </summary>
    public bool VerbatimPrompts { get; set; } = true;
}
