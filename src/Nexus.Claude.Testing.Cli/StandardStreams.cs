using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nexus.Claude.Testing.Cli;

/// <summary>
/// The three standard streams as unbuffered handles of our own. <see cref="Console"/> works on duplicates, so closing its streams would
/// leave the real ones open, and the parent would see no end of output.
/// </summary>
internal static class StandardStreams
{
    public static FileStream Input() => new(Handle(0), FileAccess.Read, bufferSize: 0);

    public static FileStream Output() => new(Handle(1), FileAccess.Write, bufferSize: 0);

    public static FileStream Error() => new(Handle(2), FileAccess.Write, bufferSize: 0);

    private static SafeFileHandle Handle(int number)
    {
        // The Windows numbers are -10, -11 and -12.
        nint handle = OperatingSystem.IsWindows() ? GetStdHandle(-10 - number) : number;
        return new SafeFileHandle(handle, ownsHandle: true);
    }

    [DllImport("kernel32.dll"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint GetStdHandle(int number);
}
