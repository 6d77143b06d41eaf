namespace Nexus.Claude.Benchmarks.Runner;

/// <summary>What is run: default options, every message looked at, every text read.</summary>
internal static class Scenario
{
    public static async Task QueryAsync(RunSettings settings, Measurement measurement)
    {
        measurement.Begin();
        await foreach (var message in ClaudeCode.QueryAsync(settings.Prompt, settings.Options))
            measurement.See(message);
        measurement.Closed();
    }

    /// <summary>One turn on a process that a pool has started ahead and that has had time to boot.</summary>
    public static async Task LeaseAsync(RunSettings settings, Measurement measurement, bool isFolderStable)
    {
        await using (var pool = ClaudePool.Create(new ClaudePoolOptions
        {
            Options = settings.Options,
            MinIdle = 1,
            AssumeStableFolder = isFolderStable,
            RefillDelay = TimeSpan.FromHours(1),
        }))
        {
            while (pool.Statistics.Idle == 0)
                await Task.Delay(10);
            await Task.Delay(TimeSpan.FromSeconds(1));
            measurement.Begin();
            await using var lease = await pool.LeaseAsync();
            await foreach (var message in lease.Client.SendAsync(settings.Prompt))
                measurement.See(message);
        }

        measurement.Closed();
    }

    public static async Task TurnsAsync(RunSettings settings, Measurement measurement)
    {
        measurement.Begin();
        await using (var client = await ClaudeClient.ConnectAsync(settings.Options))
        {
            for (var turn = 0; turn < settings.Turns; turn++)
            {
                measurement.BeginTurn(first: turn == 0);
                await foreach (var message in client.SendAsync(settings.Prompt))
                    measurement.See(message);
                measurement.EndTurn();
            }
        }

        measurement.Closed();
    }

    /// <summary>Control requests one after the other, each counted as a turn: from the call to the answer.</summary>
    public static async Task ControlAsync(RunSettings settings, Measurement measurement)
    {
        measurement.Begin();
        await using (var client = await ClaudeClient.ConnectAsync(settings.Options))
        {
            for (var request = 0; request < settings.Turns; request++)
            {
                measurement.BeginTurn(first: request == 0);
                await client.SetPermissionModeAsync(PermissionMode.Default);
                measurement.SeeResult();
                measurement.EndTurn();
            }
        }

        measurement.Closed();
    }
}
