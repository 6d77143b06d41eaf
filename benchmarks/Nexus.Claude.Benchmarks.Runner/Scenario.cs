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
}
