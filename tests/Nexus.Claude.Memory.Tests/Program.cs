namespace Nexus.Claude.Memory.Tests;

/// <summary>What this assembly does as a process of its own, for tests of what happens between processes.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => Task.FromResult(args.Length == 0 ? 64 : 64);
}
