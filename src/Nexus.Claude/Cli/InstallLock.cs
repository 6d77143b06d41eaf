namespace Nexus.Claude.Cli;

/// <summary>Lets one process at a time install into a cache folder. The operating system lets go of it when its holder dies.</summary>
internal static class InstallLock
{
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int WindowsLockViolation = unchecked((int)0x80070021);

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock file; its folder is made when missing. The file stays, for deleting it would let two in at once.</param>
    /// <param name="interval">How often to look.</param>
    /// <param name="onWaiting">Called each time someone else was found to hold it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lock; dispose it to let the next one in.</returns>
    /// <exception cref="CacheWriteException">The lock file cannot be made.</exception>
    public static async Task<FileStream> AcquireAsync(
        string path, TimeSpan interval, Action onWaiting, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (IsHeld(exception))
            {
                onWaiting();
            }
            catch (Exception exception) when (CacheWriteException.IsFileFault(exception))
            {
                throw new CacheWriteException(Path.GetDirectoryName(path)!, exception);
            }

            await Task.Delay(interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsHeld(IOException exception) =>
        exception.HResult is WindowsSharingViolation or WindowsLockViolation
        || (OperatingSystem.IsMacOS() ? exception.HResult == MacWouldBlock
            : !OperatingSystem.IsWindows() && exception.HResult == LinuxWouldBlock);
}
