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
        ["write-forever", var path] => await WriteForeverAsync(path),
        ["look", var path] => await LookAsync(path),
        ["open", var path] => await OpenAsync(path),
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

    // Says after each flush how far it is, until it is killed.
    private static async Task<int> WriteForeverAsync(string path)
    {
        var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = path });
        for (int i = 0; ; i++)
        {
            await memory.StoreMessagesAsync([TemporaryMemory.Message($"message {i} of many", "c1", $"m{i}", i)]);
            if (i % 25 != 24)
                continue;
            await memory.FlushAsync();
            Console.WriteLine(i + 1);
        }
    }

    // Stores and recalls by default options, and says what the process has open then.
    private static async Task<int> LookAsync(string path)
    {
        int before = Sockets();
        await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = path });
        await memory.StoreMessagesAsync([TemporaryMemory.Message("The codeword of the deployment is walrus")]);
        await memory.FlushAsync();
        string? context = await memory.GetContextPrefixAsync("codeword of the deployment");
        Console.WriteLine($"recalled={context?.Contains("walrus", StringComparison.Ordinal)} children={Children()} sockets={Sockets() - before}");
        return 0;
    }

    private static async Task<int> OpenAsync(string path)
    {
        try
        {
            await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = path });
            await memory.StoreMessagesAsync([TemporaryMemory.Message("hello")]);
            await memory.FlushAsync();
            Console.WriteLine("written");
        }
        catch (MemoryStoreException failure)
        {
            Console.WriteLine($"{failure.Failure}: {failure.Message}");
        }

        return 0;
    }

    private static int Sockets() =>
        new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(entry => entry.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    // The parent's number is the second one after the name, which may hold anything.
    private static int Children()
    {
        string self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        int count = 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                string stat = File.ReadAllText(Path.Combine(folder, "stat"));
                count += stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == self ? 1 : 0;
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return count;
    }
}
