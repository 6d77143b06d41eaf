using System.Runtime.InteropServices;

namespace Nexus.Claude.Cli;

/// <summary>The accounts of a Unix system.</summary>
internal static partial class UnixAccount
{
    /// <summary>Whether there is an account of this name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>True when there is one.</returns>
    public static bool Exists(string name) => FindByName(name) != 0;

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FindByName(string name);
}
