namespace Nexus.Claude.Cli;

/// <summary>The cache folder refused a write: trying another source would meet the same wall.</summary>
internal sealed class CacheWriteException(string path, Exception cause) : Exception(Explain(path, cause), cause)
{
    private const int UnixNoSpaceLeft = 28;
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public static bool IsFileFault(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private static string Explain(string path, Exception cause) =>
        cause.HResult is UnixNoSpaceLeft or WindowsHandleDiskFull or WindowsDiskFull
            ? $"the disk that holds {path} is full; the CLI needs about 400 MB. Free some space"
            : $"{path} cannot be written ({cause.Message}). Make the folder writable for this account";
}
