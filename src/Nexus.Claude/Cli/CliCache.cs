using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude.Cli;

internal enum CacheState
{
    Missing,
    Valid,
    Altered,
}

/// <summary>The folder of one version for one platform: the binary, the record of its last check, and what a download needs.</summary>
internal sealed class CliCache(string root, string version, string platform, CliBinary binary)
{
    public CliBinary Binary { get; } = binary;

    public string Version { get; } = version;

    public string Platform { get; } = platform;

    public string Folder { get; } = Path.Combine(root, version, platform);

    public string BinaryPath => Path.Combine(Folder, Binary.FileName);

    public string PartialPath => BinaryPath + ".partial";

    public string LockPath => Path.Combine(Folder, "install.lock");

    private string RecordPath => Path.Combine(Folder, "checked.json");

    /// <summary>The cache of the pinned CLI for this machine, or null when there is no such CLI or nowhere to keep it.</summary>
    public static CliCache? Open(CliInstallOptions options, HostEnvironment host) =>
        CliPlatform.Detect(host) is { } platform
        && options.Manifest.Platforms.TryGetValue(platform, out var binary)
        && RootFolder(options, host) is { } root
            ? new CliCache(root, options.Manifest.Version, platform, binary)
            : null;

    public static string? RootFolder(CliInstallOptions options, HostEnvironment host)
    {
        if ((options.CacheDirectory ?? host.Variable(ClaudeCli.CacheVariable)) is { Length: > 0 } named)
            return Path.GetFullPath(named, host.CurrentDirectory);

        // The specification of XDG_CACHE_HOME tells programs to ignore a relative one.
        var parent = host.System switch
        {
            HostSystem.Windows => host.Variable("LOCALAPPDATA") ?? BelowHome("AppData", "Local"),
            HostSystem.MacOS => BelowHome("Library", "Caches"),
            _ => host.Variable("XDG_CACHE_HOME") is { } xdg && Path.IsPathRooted(xdg) ? xdg : BelowHome(".cache"),
        };
        return parent is null ? null : Path.Combine(parent, "nexus-claude", "cli");

        string? BelowHome(params string[] parts) =>
            host.HomeDirectory.Length == 0 ? null : Path.Combine([host.HomeDirectory, .. parts]);
    }

    /// <summary>Whether the binary is what the manifest promises. Reads all of it only when its size or date is not the recorded one.</summary>
    public async Task<CacheState> CheckAsync(CancellationToken cancellationToken)
    {
        var file = new FileInfo(BinaryPath);
        if (!file.Exists)
            return CacheState.Missing;
        if (file.Length != Binary.Size)
            return CacheState.Altered;
        if (ReadRecord() is { } record
            && record.Version == Version
            && record.Size == file.Length
            && record.LastWriteTicks == file.LastWriteTimeUtc.Ticks
            && record.Sha256 == Binary.Sha256)
            return CacheState.Valid;

        var stream = new FileStream(
            BinaryPath, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, useAsync: true);
        await using (stream.ConfigureAwait(false))
        {
            var hash = await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false);
            if (Convert.ToHexStringLower(hash) != Binary.Sha256)
                return CacheState.Altered;
        }

        try
        {
            MakeExecutable(BinaryPath);
            WriteRecord();
        }
        catch (Exception exception) when (CacheWriteException.IsFileFault(exception))
        {
            // A cache that was baked into a read-only image is fine: it only costs this check again at the next start.
        }

        return CacheState.Valid;
    }

    /// <summary>Puts a checked download in its place, all at once.</summary>
    public void Accept()
    {
        try
        {
            MakeExecutable(PartialPath);
            File.Move(PartialPath, BinaryPath, overwrite: true);
            WriteRecord();
        }
        catch (Exception exception) when (CacheWriteException.IsFileFault(exception))
        {
            throw new CacheWriteException(BinaryPath, exception);
        }
    }

    private static void MakeExecutable(string path)
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Mode) != Mode)
            File.SetUnixFileMode(path, Mode);
    }

    private CacheRecord? ReadRecord()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(RecordPath), CacheRecordJson.Default.CacheRecord);
        }
        catch (Exception exception) when (exception is JsonException || CacheWriteException.IsFileFault(exception))
        {
            // No record, or half a record: the binary is hashed, which is the answer that counts.
            return null;
        }
    }

    private void WriteRecord()
    {
        var file = new FileInfo(BinaryPath);
        var record = new CacheRecord(Version, file.Length, file.LastWriteTimeUtc.Ticks, Binary.Sha256);
        var draft = $"{RecordPath}.{Guid.NewGuid():n}";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(record, CacheRecordJson.Default.CacheRecord));
        File.Move(draft, RecordPath, overwrite: true);
    }
}

/// <summary>What the binary looked like when its checksum was last found right.</summary>
internal sealed record CacheRecord(string Version, long Size, long LastWriteTicks, string Sha256);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(CacheRecord))]
internal sealed partial class CacheRecordJson : JsonSerializerContext;
