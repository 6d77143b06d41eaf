using System.Globalization;

namespace Nexus.Claude.Memory.Tests;

/// <summary>What this assembly does as a process of its own, for tests of what happens between processes.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        ["write", var path, var name, var count] => await WriteAsync(path, name, int.Parse(count, CultureInfo.InvariantCulture), dispose: true),
        ["write-and-die", var path, var name, var count] => await WriteAsync(path, name, int.Parse(count, CultureInfo.InvariantCulture), dispose: false),
        ["write-to-server", var url, var outbox, var name, var count] => await WriteToServerAsync(url, outbox, name, int.Parse(count, CultureInfo.InvariantCulture)),
        _ => 64,
    };

    private static async Task<int> WriteToServerAsync(string url, string outbox, string name, int count)
    {
        await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Meilisearch = new MeilisearchOptions { Url = url, OutboxPath = outbox } });
        for (int i = 0; i < count; i++)
        {
            await memory.StoreMessagesAsync([TemporaryMemory.Message($"{name} says {i}", "own-" + name, $"{name}-{i}", i), TemporaryMemory.Message($"{name} adds {i}", "shared", $"{name}-shared-{i}", i)]);
            if (i % 10 == 9)
                await memory.FlushAsync();
        }

        await memory.FlushAsync();
        return 0;
    }

    private static async Task<int> WriteAsync(string path, string name, int count, bool dispose)
    {
        var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = path });
        for (int i = 0; i < count; i++)
        {
            // Each its own conversation, and all together one more.
            await memory.StoreMessagesAsync(
            [
                TemporaryMemory.Message($"{name} says {i}", "own-" + name, $"{name}-{i}", i),
                TemporaryMemory.Message($"{name} adds {i}", "shared", $"{name}-shared-{i}", i),
            ]);
            if (i % 10 == 9)
                await memory.FlushAsync();
        }

        if (dispose)
        {
            await memory.DisposeAsync();
            return 0;
        }

        await memory.FlushAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("never flushed", "own-" + name, name + "-lost")]);
        Environment.FailFast("as a crash would");
        return 1;
    }
}
