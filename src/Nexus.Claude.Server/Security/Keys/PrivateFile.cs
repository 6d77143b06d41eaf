namespace Nexus.Claude.Server.Security;

/// <summary>Files that only this account may read, and that others never see half written.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the folder of a file when there is none, for this account only.</summary>
    /// <param name="path">The file.</param>
    public static void CreateFolderOf(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (Directory.Exists(folder))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Writes a file beside its place and moves it there.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="cancellationToken">Gives up; the old file stays.</param>
    /// <returns>Completes when it is on disk.</returns>
    public static async Task ReplaceAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        // The real file behind a link is replaced, not the link.
        var file = new FileInfo(path);
        var target = (file.LinkTarget is null ? null : file.ResolveLinkTarget(returnFinalTarget: true))?.FullName ?? file.FullName;
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            var stream = Open(temporary, FileMode.CreateNew, FileShare.None);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Opens a file that is held by one process at a time.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file; it is let go when it is disposed.</returns>
    /// <exception cref="IOException">Somebody holds it.</exception>
    public static FileStream OpenLock(string path) => Open(path, FileMode.OpenOrCreate, FileShare.None);

    /// <summary>Opens a file to add to its end.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file.</returns>
    public static FileStream OpenAppend(string path) => Open(path, FileMode.Append, FileShare.Read);

    private static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }
}
