namespace Nexus.Claude.Memory.Tests;

/// <summary>The repository that the tests were built in.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "Nexus.sln")))
            at = Path.GetDirectoryName(at);
        return at ?? throw new InvalidOperationException("The tests run outside of their repository.");
    }
}
