namespace Nexus.Claude.Memory;

/// <summary>What waits to be sent to the server of <see cref="MemoryOptions.Meilisearch"/>.</summary>
/// <param name="Waiting">How many entries of the scope wait, and are sent in order as soon as the server takes them.</param>
/// <param name="Parked">Messages that the server refuses for good. They stay here until <see cref="ClaudeMemory.RetryParkedAsync"/> or <see cref="ClaudeMemory.ForgetAsync"/>.</param>
/// <param name="IsServerAway">True when the server did not answer the last time, or answered that it will not.</param>
/// <param name="LastFailure">Why; null when it is there.</param>
public sealed record OutboxStatus(int Waiting, IReadOnlyList<ParkedMessage> Parked, bool IsServerAway, string? LastFailure)
{
    /// <summary>The status of a memory that is a file: nothing ever waits.</summary>
    public static OutboxStatus None { get; } = new(0, [], false, null);
}

/// <summary>A message that the server refuses.</summary>
/// <param name="Message">The message; null when it was an order to forget.</param>
/// <param name="Reason">What the server said.</param>
public sealed record ParkedMessage(MemoryMessage? Message, string Reason);
