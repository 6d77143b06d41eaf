namespace Nexus.Claude;

/// <summary>What happens to messages that the consumer has not read yet. The CLI is never made to wait for a slow consumer.</summary>
public sealed record MessageBuffering
{
    /// <summary>The byte budget of the default policy: 256 MiB.</summary>
    public const long DefaultByteBudget = 256L * 1024 * 1024;

    private MessageBuffering(MessageBufferingKind kind, long byteBudget)
    {
        Kind = kind;
        ByteBudget = byteBudget;
    }

    /// <summary>Keep everything, however much it is.</summary>
    public static MessageBuffering Unbounded { get; } = new(MessageBufferingKind.Unbounded, long.MaxValue);

    /// <summary>The default: <see cref="DropPartialMessages"/> with <see cref="DefaultByteBudget"/>.</summary>
    public static MessageBuffering Default { get; } = new(MessageBufferingKind.DropPartialMessages, DefaultByteBudget);

    /// <summary>
    /// Over the budget, partial messages (<c>stream_event</c>) are dropped and one warning message takes their place; whole messages and
    /// results are always kept.
    /// </summary>
    /// <param name="byteBudget">The bytes of unread lines above which dropping begins, greater than zero.</param>
    /// <returns>The policy.</returns>
    public static MessageBuffering DropPartialMessages(long byteBudget = DefaultByteBudget) => new(MessageBufferingKind.DropPartialMessages, byteBudget);

    /// <summary>Over the budget the session fails and its process is stopped.</summary>
    /// <param name="byteBudget">The bytes of unread lines that are allowed, greater than zero.</param>
    /// <returns>The policy.</returns>
    public static MessageBuffering Fail(long byteBudget = DefaultByteBudget) => new(MessageBufferingKind.Fail, byteBudget);

    /// <summary>What happens over the budget.</summary>
    public MessageBufferingKind Kind { get; }

    /// <summary>The budget in bytes of unread lines; <see cref="long.MaxValue"/> for <see cref="Unbounded"/>.</summary>
    public long ByteBudget { get; }
}
