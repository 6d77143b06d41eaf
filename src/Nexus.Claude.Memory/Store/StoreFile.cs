namespace Nexus.Claude.Memory.Store;

/// <summary>The file before SQLite sees it: a folder and a file that only this account may read.</summary>
internal static class StoreFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Prepare(string path)
    {
        try
        {
            string folder = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(folder))
            {
                if (OperatingSystem.IsWindows())
                    Directory.CreateDirectory(folder);
                else
                    Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            }

            if (!OperatingSystem.IsWindows() && !File.Exists(path))
            {
                // SQLite gives its log the mode of the file; another process may make it at the same moment.
                using var file = new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite, UnixCreateMode = OwnerOnly,
                });
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MemoryStoreException(failure is UnauthorizedAccessException ? MemoryStoreFailure.ReadOnly : MemoryStoreFailure.Unavailable,
                $"The memory '{path}' cannot be made: {failure.Message} Give this account the right to write there, or name another file in MemoryOptions.Path.",
                failure);
        }
    }
}
