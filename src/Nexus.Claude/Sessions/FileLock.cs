namespace Nexus.Claude.Sessions;

/// <summary>Lets one at a time write, among the processes that use a folder. The operating system lets go of it when its holder dies.</summary>
internal static class FileLock
{
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int WindowsLockViolation = unchecked((int)0x80070021);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock file; it stays, because deleting it would let two in at once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lock; dispose it to let the next one in.</returns>
    public static async Task<FileStream> AcquireAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException held) when (IsHeld(held))
            {
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsHeld(IOException exception) =>
        exception.HResult is WindowsSharingViolation or WindowsLockViolation
        || (OperatingSystem.IsMacOS() ? exception.HResult == MacWouldBlock
            : !OperatingSystem.IsWindows() && exception.HResult == LinuxWouldBlock);
}
