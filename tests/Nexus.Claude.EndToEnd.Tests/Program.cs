namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>What this assembly does as a process of its own: a server of tools for the CLI, or a session that is told something to remember.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [MemoryTests.Verb, var path])
            return await MemoryTests.TellAsync(path);
        if (args is not [TinyMcpServer.Verb])
            return 64;
        await TinyMcpServer.RunAsync(Console.In, Console.Out);
        return 0;
    }
}
