using Nexus.Claude.Pool;

namespace Nexus.Claude;

/// <summary>
/// A client of a <see cref="ClaudePool"/>, for one conversation. Disposing it ends the client, or keeps it for the same conversation when
/// <see cref="KeepFor"/> was called; it is never given to another one. Do not dispose the client itself, and do not use it after the lease.
/// </summary>
public sealed class ClaudeLease : IAsyncDisposable
{
    private readonly ClaudePool _pool;
    private int _disposed;

    internal ClaudeLease(ClaudePool pool, ClaudeClient client, TurnCounter counter, bool isWarm)
    {
        _pool = pool;
        Client = client;
        Counter = counter;
        IsWarm = isWarm;
    }

    /// <summary>The client, connected.</summary>
    public ClaudeClient Client { get; }

    /// <summary>True when the process had been started ahead, false when it had to be started for this lease.</summary>
    public bool IsWarm { get; }

    /// <summary>How many turns the conversation has had in this process.</summary>
    public int Turns => Counter.Turns;

    internal TurnCounter Counter { get; }

    /// <summary>The conversation to keep the process for; null for none.</summary>
    internal string? Conversation { get; private set; }

    /// <summary>When the process was put aside.</summary>
    internal long KeptAt { get; set; }

    /// <summary>The resident memory when the process was put aside; zero where it is not known.</summary>
    internal long KeptMemory { get; set; }

    /// <summary>
    /// Keeps the process for its conversation when the lease is disposed, so that <see cref="ClaudePool.TryResume"/> can go on with it. It is
    /// ended all the same when a turn is running or the last one failed, at the pool's limits of turns, age, memory and time, when its place is
    /// needed, or when another process is kept under the same name.
    /// </summary>
    /// <param name="conversation">A name for the conversation; null takes the wish back.</param>
    public void KeepFor(string? conversation) => Conversation = conversation;

    /// <summary>Gives the client back. Bounded, like <see cref="ClaudeClient.DisposeAsync"/>.</summary>
    /// <returns>A task that ends when the process has ended or is kept.</returns>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _disposed, 1) == 0 ? _pool.ReturnAsync(this) : ValueTask.CompletedTask;

    /// <summary>A lease of the same client for the next holder.</summary>
    internal ClaudeLease Renew() => new(_pool, Client, Counter, IsWarm);
}
