using System.Runtime.CompilerServices;

namespace Nexus.Claude.Server.Tests;

/// <summary>The files of the repository that tests look at.</summary>
internal static class Repository
{
    /// <summary>Its folder.</summary>
    public static string Root { get; } = Find();

    private static string Find([CallerFilePath] string path = "")
    {
        // A build for publication may have replaced the path by a made-up one.
        for (var folder = File.Exists(path) ? Path.GetDirectoryName(path) : AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Nexus.sln")))
                return folder;
        }

        throw new InvalidOperationException("The tests do not lie in the repository.");
    }
}
