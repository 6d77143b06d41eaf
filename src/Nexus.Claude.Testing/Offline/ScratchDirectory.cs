namespace Nexus.Claude.Testing;

/// <summary>A folder of our own in the temporary folder, deleted when its owner is done.</summary>
internal static class ScratchDirectory
{
    private const int Attempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static string Create(string prefix, string? parentDirectory)
    {
        if (parentDirectory is null)
            return Directory.CreateTempSubdirectory(prefix).FullName;
        string path = Path.Combine(Path.GetFullPath(parentDirectory), prefix + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal));
        return Directory.CreateDirectory(path).FullName;
    }

    // A process that has just been killed lets go of its files a moment later on Windows, and a dying one may still write into the folder.
    public static async ValueTask DeleteAsync(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                if (Directory.Exists(path))
                    Directory.Delete(path, recursive: true);
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && attempt < Attempts)
            {
                await Task.Delay(Pause, TimeProvider.System).ConfigureAwait(false);
            }
        }
    }
}
