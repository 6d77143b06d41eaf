namespace Nexus.Claude.Tests.Docs;

/// <summary>The C# blocks of docs/pool.md, compiled; <see cref="SnippetTests"/> compares them. Nothing here is run.</summary>
internal static class PoolSnippets
{
    internal static async Task LeaseAsync()
    {
        await using var pool = ClaudePool.Create(new ClaudePoolOptions
        {
            Options = new ClaudeOptions { WorkingDirectory = "/repo", AllowedTools = ["Read"] },
            MinIdle = 4,
            MaxProcesses = 32,
        });

        var options = pool.CreateOptions();
        options.Model = "haiku";
        options.SystemPrompt = "You answer in one sentence.";

        await using var lease = await pool.LeaseAsync(options);
        Console.WriteLine(await lease.Client.AskAsync("What is in README.md?"));
    }

    internal static async Task KeepAsync(ClaudePool pool, string conversation, string prompt)
    {
        if (!pool.TryResume(conversation, out var lease))
            lease = await pool.LeaseAsync();
        await using var current = lease;

        Console.WriteLine(await lease.Client.AskAsync(prompt));
        lease.KeepFor(conversation);
    }
}
