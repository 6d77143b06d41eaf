namespace Nexus.Claude;

public sealed partial class NexusClaudeServerOptions
{
    /// <summary>Conversations and responses that the server keeps.</summary>
    public GatewayConversationOptions Conversations { get; set => field = value ?? new GatewayConversationOptions(); } = new();
}

/// <summary>Where conversations and responses are kept, and for how long.</summary>
/// <remarks>With <see cref="GatewayRedisOptions.ConnectionString"/> they are in Redis, else in the file of <see cref="DatabasePath"/>, else in memory.</remarks>
public sealed class GatewayConversationOptions
{
    /// <summary>
    /// A SQLite file, so that conversations outlive the process; it is made where there is none, and only this account may read it. It holds
    /// everything that was said. Default null: in memory.
    /// </summary>
    public string? DatabasePath { get; set; }

    /// <summary>How long a conversation is kept after its last change, and a response after it was made. Default 30 days.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The most conversations, and the most responses, in memory; those not used for longest make room. Default 10,000.</summary>
    public int MaxInMemory { get; set; } = 10_000;

    /// <summary>
    /// About the most bytes of conversations, and of responses, in memory; those not used for longest make room. Default 256 MiB.
    /// </summary>
    public long MaxBytesInMemory { get; set; } = 256L << 20;

    /// <summary>The most items of a conversation, wherever it is kept. One more is refused with status 400. Default 10,000.</summary>
    public int MaxItems { get; set; } = 10_000;

    /// <summary>What happens to a turn of a conversation that another turn is running in. Default: it waits.</summary>
    public BusyConversation WhenBusy { get; set; } = BusyConversation.Wait;
}

/// <summary>What happens to a turn of a conversation that another turn is running in.</summary>
public enum BusyConversation
{
    /// <summary>It waits for its place in line.</summary>
    Wait,

    /// <summary>It is refused with status 409.</summary>
    Reject,
}
