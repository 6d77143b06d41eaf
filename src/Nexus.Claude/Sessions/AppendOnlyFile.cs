using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nexus.Claude.Sessions;

/// <summary>
/// Appends to a file that other processes append to: the operating system puts each write at the end, wherever that is by then. .NET's
/// own append mode looks for the end first and writes there later.
/// </summary>
internal static partial class AppendOnlyFile
{
    private const int WriteOnly = 1;
    private const int FileNotFound = 2;
    private const int PathNotFound = 3;
    private const int Interrupted = 4;
    private const uint AppendData = 4;
    private const uint SynchronizeAccess = 0x0010_0000;
    private const uint ShareAll = 7;
    private const uint OpenExisting = 3;

    private static int UnixFlags => OperatingSystem.IsMacOS() ? WriteOnly | 0x8 | 0x100_0000 : WriteOnly | 0x400 | 0x8_0000;

    /// <summary>Appends bytes in one write. The file is never created.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Append(string path, ReadOnlySpan<byte> bytes)
    {
        using var handle = OpenExistingFile(path);
        while (bytes.Length > 0)
            bytes = bytes[WriteSome(handle, bytes, path)..];
    }

    /// <summary>Appends whole lines; if the last line was cut off by a crash, they begin on a new one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lines">The lines, with their line feeds.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void AppendLines(string path, ReadOnlySpan<byte> lines)
    {
        if (!EndsInTheMiddleOfALine(path))
        {
            Append(path, lines);
            return;
        }

        var separated = new byte[lines.Length + 1];
        separated[0] = (byte)'\n';
        lines.CopyTo(separated.AsSpan(1));
        Append(path, separated);
    }

    private static bool EndsInTheMiddleOfALine(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(handle);
        Span<byte> last = stackalloc byte[1];
        return length > 0 && RandomAccess.Read(handle, last, length - 1) == 1 && last[0] != (byte)'\n';
    }

    private static SafeFileHandle OpenExistingFile(string path)
    {
        var handle = OperatingSystem.IsWindows()
            ? CreateFile(path, AppendData | SynchronizeAccess, ShareAll, 0, OpenExisting, 0, 0)
            : new SafeFileHandle(Open(path, UnixFlags), ownsHandle: true);
        if (!handle.IsInvalid)
            return handle;
        var error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        throw error == FileNotFound || (error == PathNotFound && OperatingSystem.IsWindows())
            ? new FileNotFoundException($"There is no file '{path}'.", path)
            : Failure(path, error);
    }

    private static unsafe int WriteSome(SafeFileHandle handle, ReadOnlySpan<byte> bytes, string path)
    {
        fixed (byte* first = bytes)
        {
            if (OperatingSystem.IsWindows())
            {
                if (!WriteFile(handle, first, (uint)bytes.Length, out var written, 0))
                    throw Failure(path, Marshal.GetLastPInvokeError());
                return (int)written;
            }

            while (true)
            {
                var count = Write(handle, first, (nuint)bytes.Length);
                if (count >= 0)
                    return (int)count;
                var error = Marshal.GetLastPInvokeError();
                if (error != Interrupted)
                    throw Failure(path, error);
            }
        }
    }

    private static IOException Failure(string path, int error) =>
        new($"The file '{path}' could not be appended to: {new Win32Exception(error).Message}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(SafeFileHandle file, byte* bytes, nuint count);

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle CreateFile(
        string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "WriteFile", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static unsafe partial bool WriteFile(SafeFileHandle file, byte* bytes, uint count, out uint written, nint overlapped);
}
