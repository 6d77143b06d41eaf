using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace Nexus.Claude.Wire;

/// <summary>How much a pipe holds before its writer has to wait.</summary>
internal static partial class PipeCapacity
{
    private const int SetPipeSize = 1031;

    /// <summary>What Linux lets any user have. Its pages are taken only while there is something in them.</summary>
    private const int Large = 1024 * 1024;

    /// <summary>
    /// Lets a pipe hold a mebibyte instead of 64 KiB, so that its two ends change places less often. Does nothing where that cannot be done:
    /// not on Linux, no pipe, or the user has too many of them.
    /// </summary>
    /// <param name="stream">The stream, perhaps of a pipe.</param>
    public static void TryEnlarge(Stream stream)
    {
        if (!OperatingSystem.IsLinux() || stream is not PipeStream pipe)
            return;
        var handle = pipe.SafePipeHandle;
        var isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            _ = Control((int)handle.DangerousGetHandle(), SetPipeSize, Large);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile; nothing comes through it any more.
        }
        finally
        {
            if (isHeld)
                handle.DangerousRelease();
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int value);
}
