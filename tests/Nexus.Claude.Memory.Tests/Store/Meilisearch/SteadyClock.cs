namespace Nexus.Claude.Memory.Tests.Store.Meilisearch;

/// <summary>A clock that stands still, with timers that run: a server is waited for in real time.</summary>
internal sealed class SteadyClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = TemporaryMemory.Start;

    public override DateTimeOffset GetUtcNow() => Now;
}
