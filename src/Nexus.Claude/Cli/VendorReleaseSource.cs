namespace Nexus.Claude.Cli;

/// <summary>The vendor's release address, which serves bare binaries and can go on where an earlier attempt ended.</summary>
internal sealed class VendorReleaseSource(HttpTransfer transfer, Uri baseAddress, CliCache cache) : ICliSource
{
    private readonly Uri _address = new($"{baseAddress.AbsoluteUri.TrimEnd('/')}/{cache.Version}/{cache.Platform}/{cache.Binary.FileName}");

    private bool _wasContinued;

    public CliDownloadSource Kind => CliDownloadSource.VendorRelease;

    public string Description => $"vendor release {HttpTransfer.Shown(_address)}";

    public async Task FetchAsync(PartialFile partial, DownloadReporter reporter, CancellationToken cancellationToken)
    {
        _wasContinued = partial.Length > 0;
        try
        {
            await FetchOnceAsync(partial, reporter, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException) when (_wasContinued)
        {
            // The parts may not belong together; only a file received in one piece proves that the source itself is wrong.
            partial.Reset();
            await FetchOnceAsync(partial, reporter, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FetchOnceAsync(PartialFile partial, DownloadReporter reporter, CancellationToken cancellationToken)
    {
        if (partial.Length < partial.ExpectedLength)
        {
            reporter.Connecting();
            var stream = await ResumableHttpStream.OpenAsync(
                transfer, _address, authorization: null, transfer.Policy.VendorResponseTimeout, partial.Length, cancellationToken)
                .ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                if (stream.TotalLength is { } total && total != partial.ExpectedLength)
                {
                    throw new CliDownloadException(
                        $"what was offered is not the promised file: expected {partial.ExpectedLength:N0} bytes, but there are {total:N0}",
                        isTransient: false);
                }

                if (stream.StartOffset != partial.Length)
                    partial.Reset();
                await ReceiveAsync(stream, partial, reporter, cancellationToken).ConfigureAwait(false);
                _wasContinued |= stream.WasResumed;
            }
        }

        reporter.Entered(CliDownloadStage.Verifying);
        partial.Verify();
    }

    private static async Task ReceiveAsync(
        ResumableHttpStream stream, PartialFile partial, DownloadReporter reporter, CancellationToken cancellationToken)
    {
        var buffer = new byte[128 * 1024];
        reporter.Received(stream.Position, partial.ExpectedLength);
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
        {
            await partial.AppendAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            reporter.Received(stream.Position, partial.ExpectedLength);
        }
    }
}
