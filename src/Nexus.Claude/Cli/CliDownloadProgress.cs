namespace Nexus.Claude;

/// <summary>A place that the CLI can be downloaded from.</summary>
public enum CliDownloadSource
{
    /// <summary>The vendor's release address: the bare binary.</summary>
    VendorRelease,

    /// <summary>The platform's npm package, from the registry that the user's npm configuration names.</summary>
    NpmRegistry,
}

/// <summary>What a download of the CLI is doing.</summary>
public enum CliDownloadStage
{
    /// <summary>Another call or process is downloading the same file; this one waits for it and shows its progress.</summary>
    Waiting,

    /// <summary>Asking a source for the file.</summary>
    Connecting,

    /// <summary>Receiving.</summary>
    Downloading,

    /// <summary>Everything was received; its checksum is compared.</summary>
    Verifying,

    /// <summary>The checksum was right; the file is put in its place.</summary>
    Installing,

    /// <summary>The CLI is ready.</summary>
    Done,
}

/// <summary>How far a download of the CLI is.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="BytesReceived">
/// Bytes of the transfer received so far, including those of an earlier attempt that is being continued. Restarts from zero when the
/// next source is tried.
/// </param>
/// <param name="TotalBytes">Bytes of the whole transfer (compressed, from an npm registry), or null while unknown.</param>
/// <param name="Source">The source in use, or null while there is none.</param>
public readonly record struct CliDownloadProgress(
    CliDownloadStage Stage,
    long BytesReceived,
    long? TotalBytes,
    CliDownloadSource? Source);
