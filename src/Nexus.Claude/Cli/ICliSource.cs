namespace Nexus.Claude.Cli;

/// <summary>A place that the binary can be fetched from.</summary>
internal interface ICliSource
{
    CliDownloadSource Kind { get; }

    /// <summary>What it is and where, as an error message may show it.</summary>
    string Description { get; }

    /// <summary>Fetches the binary into the partial file and returns once that holds it, verified.</summary>
    /// <exception cref="HttpRequestException">The network or the server failed.</exception>
    /// <exception cref="InvalidDataException">What was delivered is not the promised file.</exception>
    /// <exception cref="CliDownloadException">The source cannot be used as things stand.</exception>
    /// <exception cref="CacheWriteException">The cache folder refused a write.</exception>
    Task FetchAsync(PartialFile partial, DownloadReporter reporter, CancellationToken cancellationToken);
}
