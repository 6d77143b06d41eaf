using System.Net;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
internal sealed class InstallTests
{
    [Test]
    public async Task The_first_call_downloads_the_binary_of_this_platform_and_puts_it_into_the_cache()
    {
        using var bench = new CliBench(3_000_000);
        var file = new FileBehaviour(bench.Content);
        await using var origin = await LoopbackOrigin.StartAsync(file.ServeAsync);
        var progress = new RecordedProgress();

        var installation = await ClaudeCli.InstallAsync(bench.Options(new Uri(origin.Address, "releases/")), progress);

        Assert.That(installation, Is.EqualTo(new CliInstallation(bench.InstalledPath, "9.9.9", CliInstallationSource.Downloaded)));
        bench.AssertInstalled();
        Assert.That(origin.Requests.Select(r => r.Path), Is.EqualTo(new[] { "/releases/9.9.9/linux-x64/claude" }));
        Assert.That(File.Exists(bench.PartialPath), Is.False);
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(bench.InstalledPath) & UnixFileMode.UserExecute, Is.EqualTo(UnixFileMode.UserExecute));

        Assert.That(progress.Reports.Select(p => p.Stage).Distinct(), Is.EqualTo(new[]
        {
            CliDownloadStage.Connecting, CliDownloadStage.Downloading, CliDownloadStage.Verifying, CliDownloadStage.Installing, CliDownloadStage.Done,
        }));
        var downloading = progress.Reports.Where(p => p.Stage == CliDownloadStage.Downloading).ToList();
        Assert.That(downloading.Select(p => p.BytesReceived), Is.Ordered);
        Assert.That(downloading[^1], Is.EqualTo(
            new CliDownloadProgress(CliDownloadStage.Downloading, bench.Content.Length, bench.Content.Length, CliDownloadSource.VendorRelease)));
    }

    [Test]
    public async Task A_second_call_asks_nobody()
    {
        using var bench = new CliBench();
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);
        await ClaudeCli.InstallAsync(bench.Options(origin.Address));
        var progress = new RecordedProgress();

        var again = await ClaudeCli.InstallAsync(bench.Options(origin.Address), progress);

        Assert.That(again.Source, Is.EqualTo(CliInstallationSource.Cache));
        Assert.That(origin.Requests, Has.Count.EqualTo(1));
        Assert.That(progress.Reports, Is.Empty);
    }

    [Test]
    public async Task An_unchanged_binary_is_not_read_again()
    {
        using var bench = new CliBench();
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);
        await ClaudeCli.InstallAsync(bench.Options(origin.Address));

        // Same size and date, other bytes: only reading all of it could tell.
        var date = File.GetLastWriteTimeUtc(bench.InstalledPath);
        await File.WriteAllBytesAsync(bench.InstalledPath, new byte[bench.Content.Length]);
        File.SetLastWriteTimeUtc(bench.InstalledPath, date);

        Assert.That((await ClaudeCli.InstallAsync(bench.Options(origin.Address))).Source, Is.EqualTo(CliInstallationSource.Cache));
    }

    [Test]
    public async Task A_changed_date_has_the_binary_checked_again_and_a_good_one_is_kept()
    {
        using var bench = new CliBench();
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);
        await ClaudeCli.InstallAsync(bench.Options(origin.Address));
        File.SetLastWriteTimeUtc(bench.InstalledPath, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.That((await ClaudeCli.InstallAsync(bench.Options(origin.Address))).Source, Is.EqualTo(CliInstallationSource.Cache));
        Assert.That(origin.Requests, Has.Count.EqualTo(1));
        Assert.That(File.ReadAllText(Path.Combine(bench.InstallFolder, "checked.json")),
            Does.Contain($"{new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks}"));
    }

    [TestCase(false, TestName = "A_binary_altered_at_the_same_size_is_replaced")]
    [TestCase(true, TestName = "A_truncated_binary_is_replaced")]
    public async Task An_altered_binary_is_replaced(bool truncated)
    {
        using var bench = new CliBench();
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);
        await ClaudeCli.InstallAsync(bench.Options(origin.Address));
        await File.WriteAllBytesAsync(bench.InstalledPath, new byte[truncated ? 10 : bench.Content.Length]);
        File.SetLastWriteTimeUtc(bench.InstalledPath, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.That((await ClaudeCli.InstallAsync(bench.Options(origin.Address))).Source, Is.EqualTo(CliInstallationSource.Downloaded));
        bench.AssertInstalled();
    }

    [Test]
    public async Task A_copy_that_somebody_put_into_the_cache_is_taken_once_its_checksum_is_right()
    {
        using var bench = new CliBench();
        Directory.CreateDirectory(bench.InstallFolder);
        await File.WriteAllBytesAsync(bench.InstalledPath, bench.Content);

        Assert.That((await ClaudeCli.InstallAsync(bench.Options())).Source, Is.EqualTo(CliInstallationSource.Cache));
    }

    [Test]
    public async Task A_broken_transfer_goes_on_where_it_broke()
    {
        using var bench = new CliBench();
        var progress = new RecordedProgress();
        var received = progress.WhenAsync(p => p.BytesReceived > 0);
        var file = new FileBehaviour(bench.Content);
        file.Cuts.Enqueue(100_000);
        await using var origin = await LoopbackOrigin.StartAsync(file.ServeAsync);

        var install = ClaudeCli.InstallAsync(bench.Options(origin.Address), progress);
        await received;
        file.CutNow.SetResult();
        await install;

        bench.AssertInstalled();
        Assert.That(origin.Requests.Select(r => r.Range is null), Is.EqualTo(new[] { true, false }));
        Assert.That(origin.Requests[1].Range, Does.Match("^bytes=[1-9][0-9]*-$"));
    }

    [Test]
    public async Task A_broken_transfer_is_completed_from_a_server_that_knows_no_ranges()
    {
        using var bench = new CliBench();
        var progress = new RecordedProgress();
        var received = progress.WhenAsync(p => p.BytesReceived > 0);
        var file = new FileBehaviour(bench.Content) { SupportsRanges = false };
        file.Cuts.Enqueue(100_000);
        await using var origin = await LoopbackOrigin.StartAsync(file.ServeAsync);

        var install = ClaudeCli.InstallAsync(bench.Options(origin.Address), progress);
        await received;
        file.CutNow.SetResult();
        await install;

        bench.AssertInstalled();
    }

    [Test]
    public async Task A_server_that_falls_silent_in_the_middle_is_asked_for_the_rest()
    {
        using var bench = new CliBench();
        var file = new FileBehaviour(bench.Content);
        file.Cuts.Enqueue(100_000);
        await using var origin = await LoopbackOrigin.StartAsync(file.ServeAsync);
        var options = bench.Options(origin.Address);

        await ClaudeCli.InstallAsync(options with { Transfer = options.Transfer with { IdleTimeout = TimeSpan.FromMilliseconds(300) } });

        bench.AssertInstalled();
        Assert.That(origin.Requests, Has.Count.GreaterThanOrEqualTo(2));
    }

    [Test]
    public async Task A_transfer_that_breaks_every_time_ends_with_a_transient_error()
    {
        using var bench = new CliBench();
        var file = new FileBehaviour(bench.Content);
        file.CutNow.SetResult();
        for (var i = 0; i < 50; i++)
            file.Cuts.Enqueue(0);
        await using var origin = await LoopbackOrigin.StartAsync(file.ServeAsync);

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => ClaudeCli.InstallAsync(bench.Options(origin.Address)));

        Assert.That(error!.IsTransient, Is.True);
        Assert.That(origin.Requests, Has.Count.LessThanOrEqualTo(TransferPolicy.Default.MaxRetries + 1));
    }

    [Test]
    public async Task What_an_earlier_process_left_is_continued()
    {
        using var bench = new CliBench();
        bench.LeavePartial(bench.Content.AsSpan(0, 123_456));
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);
        var progress = new RecordedProgress();

        await ClaudeCli.InstallAsync(bench.Options(origin.Address), progress);

        Assert.That(origin.Requests.Select(r => r.Range), Is.EqualTo(new[] { "bytes=123456-" }));
        bench.AssertInstalled();
        Assert.That(progress.Reports.First(p => p.Stage == CliDownloadStage.Downloading).BytesReceived, Is.EqualTo(123_456));
    }

    [Test]
    public async Task What_an_earlier_process_left_is_replaced_when_the_server_knows_no_ranges()
    {
        using var bench = new CliBench();
        bench.LeavePartial(new byte[100_000]);
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content) { SupportsRanges = false }.ServeAsync);

        await ClaudeCli.InstallAsync(bench.Options(origin.Address));

        bench.AssertInstalled();
        Assert.That(origin.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_bad_beginning_left_by_an_earlier_process_costs_one_restart_from_zero()
    {
        using var bench = new CliBench();
        bench.LeavePartial(new byte[100_000]);
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);

        await ClaudeCli.InstallAsync(bench.Options(origin.Address));

        Assert.That(origin.Requests.Select(r => r.Range), Is.EqualTo(new[] { "bytes=100000-", null }));
        bench.AssertInstalled();
    }

    [TestCase(0, TestName = "A_complete_file_left_by_an_earlier_process_needs_no_request")]
    [TestCase(7, TestName = "A_file_longer_than_it_should_be_is_fetched_anew")]
    public async Task A_left_file_of_full_length_is_judged_by_its_checksum(int extra)
    {
        using var bench = new CliBench();
        bench.LeavePartial([.. bench.Content, .. new byte[extra]]);
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);

        await ClaudeCli.InstallAsync(bench.Options(origin.Address));

        Assert.That(origin.Requests, Has.Count.EqualTo(extra == 0 ? 0 : 1));
        bench.AssertInstalled();
    }

    [Test]
    public async Task Cancelling_leaves_what_was_received_and_the_next_call_goes_on_from_there()
    {
        using var bench = new CliBench();
        var progress = new RecordedProgress();
        var received = progress.WhenAsync(p => p.BytesReceived > 0);
        var file = new FileBehaviour(bench.Content);
        file.Cuts.Enqueue(100_000);
        await using var origin = await LoopbackOrigin.StartAsync(file.ServeAsync);
        using var cancellation = new CancellationTokenSource();

        var install = ClaudeCli.InstallAsync(bench.Options(origin.Address), progress, cancellation.Token);
        await received;
        await cancellation.CancelAsync();
        var error = await Assert.CatchAsync<OperationCanceledException>(() => install);

        Assert.That(error!.CancellationToken, Is.EqualTo(cancellation.Token));
        var left = new FileInfo(bench.PartialPath).Length;
        Assert.That(left, Is.GreaterThan(0));
        Assert.That(File.Exists(bench.InstalledPath), Is.False);

        await ClaudeCli.InstallAsync(bench.Options(origin.Address));
        Assert.That(origin.Requests[^1].Range, Is.EqualTo($"bytes={left}-"));
        bench.AssertInstalled();
    }

    [Test]
    public async Task A_proxy_is_used_when_one_is_given()
    {
        using var bench = new CliBench();
        await using var proxy = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);

        await ClaudeCli.InstallAsync(bench.Options(new Uri("http://releases.invalid/")) with { Proxy = new WebProxy(proxy.Address) });

        Assert.That(proxy.Requests.Select(r => r.Host), Is.EqualTo(new[] { "releases.invalid" }));
        bench.AssertInstalled();
    }

    [Test]
    public async Task A_client_of_the_caller_is_used_and_not_disposed()
    {
        using var bench = new CliBench();
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);
        using var client = new HttpClient();

        await ClaudeCli.InstallAsync(bench.Options(origin.Address) with { HttpClient = client });

        Assert.That(await client.GetByteArrayAsync(origin.Address), Is.EqualTo(bench.Content));
    }

    [Test]
    public async Task A_progress_handler_that_throws_does_not_spoil_the_download()
    {
        using var bench = new CliBench();
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);
        var progress = new ThrowingProgress();

        await ClaudeCli.InstallAsync(bench.Options(origin.Address), progress);

        bench.AssertInstalled();
        Assert.That(progress.Calls, Is.EqualTo(1));
    }

    private sealed class ThrowingProgress : IProgress<CliDownloadProgress>
    {
        public int Calls { get; private set; }

        public void Report(CliDownloadProgress value)
        {
            Calls++;
            throw new InvalidOperationException("A mistake of the caller.");
        }
    }
}
