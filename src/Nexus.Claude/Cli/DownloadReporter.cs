namespace Nexus.Claude.Cli;

/// <summary>Turns a source's steps into progress reports, no more of them than a progress bar can show.</summary>
internal sealed class DownloadReporter(IProgress<CliDownloadProgress> progress, CliDownloadSource source)
{
    private const long Step = 512 * 1024;

    private long _received;
    private long? _total;
    private long _reported;

    public void Connecting() => Report(CliDownloadStage.Connecting);

    public void Received(long received, long? total)
    {
        // After a restart the figure stands still until the transfer has caught up; a progress bar never runs backwards.
        _received = Math.Max(_received, received);
        _total = total;
        if (_reported > 0 && _received - _reported < Step && _received != total)
            return;
        _reported = _received;
        Report(CliDownloadStage.Downloading);
    }

    public void Entered(CliDownloadStage stage) => Report(stage);

    private void Report(CliDownloadStage stage) => progress.Report(new CliDownloadProgress(stage, _received, _total, source));
}
