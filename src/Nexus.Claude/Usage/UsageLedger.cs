namespace Nexus.Claude;

/// <summary>
/// Adds up what the turns of one CLI process use, without counting anything twice: results repeat the session's running totals. A client
/// keeps one (<see cref="ClaudeClient.Usage"/>); feed your own with the messages of a query. Thread-safe.
/// </summary>
public sealed class UsageLedger
{
    private readonly Lock _gate = new();
    private ResultMessage? _previous;
    private UsageTotals? _total;
    private UsageTotals? _last;

    /// <summary>Everything observed so far.</summary>
    public UsageTotals Total => Volatile.Read(ref _total) ?? UsageTotals.Zero;

    /// <summary>The turn that ended last; <see cref="UsageTotals.Zero"/> before the first.</summary>
    public UsageTotals LastTurn => Volatile.Read(ref _last) ?? UsageTotals.Zero;

    /// <summary>
    /// The estimated cost of the session in US dollars as the CLI counts it: with what a resumed session had cost before. 0 before the first result.
    /// </summary>
    public decimal SessionCostUsd => Volatile.Read(ref _previous)?.SessionCostUsd ?? 0;

    /// <summary>Takes note of a message. All but results are passed over, so every message of a stream may be given, in its order.</summary>
    /// <param name="message">The message.</param>
    /// <returns>What the turn used when the message is its result; null otherwise.</returns>
    public UsageTotals? Observe(ClaudeMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message is not ResultMessage result)
            return null;
        lock (_gate)
        {
            var turn = UsageTotals.OfTurn(result, _previous);
            Volatile.Write(ref _previous, result);
            Volatile.Write(ref _last, turn);
            Volatile.Write(ref _total, Total.Add(turn));
            return turn;
        }
    }
}
