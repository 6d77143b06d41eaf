namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>What this assembly does as a process of its own: a server of tools for the CLI, or a session that is told something to remember.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case [TinyMcpServer.Verb]:
                await TinyMcpServer.RunAsync(Console.In, Console.Out);
                return 0;
            case [AskingMcpServer.Verb]:
                await AskingMcpServer.RunAsync(Console.In, Console.Out);
                return 0;
            case [MemoryTests.Verb, var path, var cli]:
                return await MemoryTests.TellAsync(path, cli);
            default:
                return 64;
        }
    }
}
