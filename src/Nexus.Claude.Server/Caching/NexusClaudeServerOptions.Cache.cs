namespace Nexus.Claude;

public sealed partial class NexusClaudeServerOptions
{
    /// <summary>Replies kept for equal requests.</summary>
    public GatewayCacheOptions Cache { get; set => field = value ?? new GatewayCacheOptions(); } = new();

    /// <summary>Requests with an <c>Idempotency-Key</c>.</summary>
    public GatewayIdempotencyOptions Idempotency { get; set => field = value ?? new GatewayIdempotencyOptions(); } = new();
}

/// <summary>
/// Replies kept for equal requests of one caller. A request asks for it with the header <c>X-Nexus-Cache: use</c>; the response's header of the
/// same name says <c>hit</c>, <c>miss</c> or <c>bypass</c>. In memory, and in Redis too with <see cref="GatewayRedisOptions.ConnectionString"/>.
/// </summary>
public sealed class GatewayCacheOptions
{
    /// <summary>False answers each request anew, whatever it asks for. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>True keeps and reuses replies of all requests with temperature 0, also without the header. Default false.</summary>
    public bool IncludeDeterministic { get; set; }

    /// <summary>True keeps replies that call tools, too. Default false.</summary>
    public bool IncludeToolCalls { get; set; }

    /// <summary>How long a reply is kept. Default 1 hour.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The most bytes of one kept reply; longer ones are not kept. Default 1 MiB.</summary>
    public int MaxReplyBytes { get; set; } = 1 << 20;

    /// <summary>The most bytes of replies in memory. Default 128 MiB.</summary>
    public long MaxBytesInMemory { get; set; } = 128L << 20;
}

/// <summary>
/// A request with the header <c>Idempotency-Key</c> is answered once: when it comes again with the same body, the finished answer is sent again,
/// byte for byte. One that comes while the first is running waits for it.
/// </summary>
public sealed class GatewayIdempotencyOptions
{
    /// <summary>How long an answer is kept. Default 24 hours.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The most bytes of one kept answer; a longer one is not kept, and its request would run again. Default 4 MiB.</summary>
    public int MaxAnswerBytes { get; set; } = 4 << 20;

    /// <summary>The most bytes of answers in memory; the oldest make room. Default 64 MiB.</summary>
    public long MaxBytesInMemory { get; set; } = 64L << 20;
}
