namespace Nexus.Claude.Protocol;

/// <summary>The idle watchdog and the deadline of a turn. One timer for the session, none for a message.</summary>
internal sealed partial class Session
{
    private async Task WatchAsync()
    {
        if (_settings.IdleTimeout is null && _settings.TurnTimeout is null)
            return;
        var shortest = new[] { _settings.IdleTimeout ?? TimeSpan.MaxValue, _settings.TurnTimeout ?? TimeSpan.MaxValue }.Min();
        var period = TimeSpan.FromTicks(Math.Clamp(shortest.Ticks / 8, TimeSpan.TicksPerMillisecond * 5, TimeSpan.TicksPerSecond));
        using var timer = new PeriodicTimer(period, _settings.TimeProvider);
        while (!_ending.IsCompleted)
        {
            var tick = timer.WaitForNextTickAsync().AsTask();
            await Task.WhenAny(tick, _completion.Task).ConfigureAwait(false);
            if (_completion.Task.IsCompleted)
                return;
            await CheckAsync().ConfigureAwait(false);
        }
    }

    private async Task CheckAsync()
    {
        if (_router.OpenTurns is not [var turn, ..])
            return;
        var time = _settings.TimeProvider;
        var age = turn.Age;
        var silence = TimeSpan.FromTicks(Math.Min(age.Ticks, time.GetElapsedTime(Volatile.Read(ref _lastLineAt)).Ticks));
        if (_settings.IdleTimeout is { } idle && silence >= idle)
            await EndOverdueAsync(turn, idle, "was silent", "IdleTimeout").ConfigureAwait(false);
        else if (_settings.TurnTimeout is { } limit && age >= limit)
            await EndOverdueAsync(turn, limit, "was not done", "TurnTimeout").ConfigureAwait(false);
    }

    /// <summary>Tells the reader at once, then interrupts; a CLI that does not even answer the interrupt is killed.</summary>
    private async Task EndOverdueAsync(Turn turn, TimeSpan limit, string what, string option)
    {
        var interruption = turn.InterruptOnceAsync();
        turn.Abort(new ClaudeTimeoutException(
            $"The turn {what} for {limit.TotalSeconds:0.###} s (ClaudeOptions.{option}), so it was interrupted.", limit));
        try
        {
            await interruption.ConfigureAwait(false);
        }
        catch (ClaudeException failure)
        {
            Fail(new ClaudeTimeoutException($"The CLI did not answer the interrupt of a turn that {what} for {limit.TotalSeconds:0.###} s, so it was ended.", limit, failure));
        }
    }
}
