namespace Nexus.Claude.Server.Sessions;

/// <summary>An empty folder that only this user may enter, for processes that are to see no files.</summary>
internal sealed class PrivateFolder : IDisposable
{
    private PrivateFolder(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Makes one.</summary>
    /// <returns>The folder.</returns>
    public static PrivateFolder Create() =>
        new(Directory.CreateTempSubdirectory("nexus-claude-gateway-").FullName);

    /// <summary>Deletes it. What the operating system does not let go yet stays behind, empty as it is.</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The operating system clears its temporary folder.
        }
    }
}
