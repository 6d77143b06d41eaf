using Microsoft.Extensions.Time.Testing;

namespace Nexus.Claude.Server.Tests;

/// <summary>A clock that a test moves, and that says when somebody waits for the next heartbeat.</summary>
/// <param name="heartbeat">How long a heartbeat takes.</param>
internal sealed class HeartbeatClock(TimeSpan heartbeat) : FakeTimeProvider
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a stream has begun to listen for silence.</summary>
    public Task Waiting => _waiting.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (period == heartbeat)
            _waiting.TrySetResult();
        return timer;
    }
}
