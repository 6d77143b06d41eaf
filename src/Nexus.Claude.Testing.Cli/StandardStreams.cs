using System.Globalization;
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

    /// <summary>
    /// Closes whatever else in this process holds the output: the runtime keeps duplicates of the standard streams, and the reader sees
    /// no end before the last of them is gone.
    /// </summary>
    public static void CloseDuplicatesOfOutput()
    {
        if (OperatingSystem.IsWindows())
            return;
        if (!OperatingSystem.IsLinux())
            throw new ScriptException("the output cannot be closed on this system without ending the program: its duplicates cannot be found");

        string? pipe = new FileInfo("/proc/self/fd/1").LinkTarget;
        foreach (string path in Directory.GetFiles("/proc/self/fd"))
        {
            int number = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);
            if (number > 2 && new FileInfo(path).LinkTarget == pipe)
                new SafeFileHandle(number, ownsHandle: true).Dispose();
        }
    }

    private static SafeFileHandle Handle(int number)
    {
        // The Windows numbers are -10, -11 and -12.
        nint handle = OperatingSystem.IsWindows() ? GetStdHandle(-10 - number) : number;
        return new SafeFileHandle(handle, ownsHandle: true);
    }

    [DllImport("kernel32.dll"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint GetStdHandle(int number);
}
