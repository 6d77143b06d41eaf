using System.Diagnostics;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
internal sealed class ConcurrentInstallTests
{
    [Test]
    public async Task Ten_calls_at_once_download_once_and_all_see_the_progress()
    {
        using var bench = new CliBench();
        var release = new TaskCompletionSource();
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content) { Release = release.Task }.ServeAsync);
        var options = bench.Options(origin.Address);
        var progresses = Enumerable.Range(0, 10).Select(_ => new RecordedProgress()).ToList();
        var connecting = progresses.Select(p => p.WhenAsync(report => report.Stage == CliDownloadStage.Connecting)).ToList();

        var installs = progresses.Select(progress => ClaudeCli.InstallAsync(options, progress)).ToList();
        await Task.WhenAll(connecting);
        release.SetResult();
        await Task.WhenAll(installs);

        Assert.That(origin.Requests, Has.Count.EqualTo(1));
        Assert.That(progresses, Has.All.Matches<RecordedProgress>(p => p?.Reports.Last().Stage == CliDownloadStage.Done));
    }

    [Test]
    public async Task One_caller_that_gives_up_does_not_take_the_download_from_the_others()
    {
        using var bench = new CliBench();
        var release = new TaskCompletionSource();
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content) { Release = release.Task }.ServeAsync);
        var options = bench.Options(origin.Address);
        var (first, second) = (new RecordedProgress(), new RecordedProgress());
        var (firstJoined, secondJoined) = (first.WhenAsync(_ => true), second.WhenAsync(_ => true));
        using var cancellation = new CancellationTokenSource();

        var impatient = ClaudeCli.InstallAsync(options, first, cancellation.Token);
        await firstJoined;
        var patient = ClaudeCli.InstallAsync(options, second);
        await secondJoined;
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => impatient);
        release.SetResult();
        await patient;

        Assert.That(origin.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_failure_reaches_all_who_wait_and_the_next_call_tries_again()
    {
        using var bench = new CliBench();
        var release = new TaskCompletionSource();
        var file = new FileBehaviour(new byte[bench.Content.Length]) { Release = release.Task };
        await using var origin = await LoopbackOrigin.StartAsync(file.ServeAsync);
        var options = bench.Options(origin.Address);
        var progresses = Enumerable.Range(0, 3).Select(_ => new RecordedProgress()).ToList();
        var joined = progresses.Select(p => p.WhenAsync(_ => true)).ToList();

        var installs = progresses.Select(progress => ClaudeCli.InstallAsync(options, progress)).ToList();
        await Task.WhenAll(joined);
        release.SetResult();
        foreach (var install in installs)
            await Assert.ThrowsAsync<CliDownloadException>(() => install);
        Assert.That(origin.Requests, Has.Count.EqualTo(1));

        file.Content = bench.Content;
        await ClaudeCli.InstallAsync(options);
        bench.AssertInstalled();
    }

    [Test]
    public async Task A_call_that_waits_for_another_process_says_so_and_can_be_cancelled()
    {
        using var bench = new CliBench();
        bench.LeavePartial(bench.Content.AsSpan(0, 1234));
        await using var held = new FileStream(
            Path.Combine(bench.InstallFolder, "install.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var progress = new RecordedProgress();
        var waiting = progress.WhenAsync(p => p.Stage == CliDownloadStage.Waiting);
        using var cancellation = new CancellationTokenSource();

        var install = ClaudeCli.InstallAsync(bench.Options(new Uri("http://releases.invalid")), progress, cancellation.Token);
        await waiting;
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => install);

        Assert.That(progress.Reports, Has.All.EqualTo(
            new CliDownloadProgress(CliDownloadStage.Waiting, 1234, bench.Content.Length, null)));
    }

    [Test]
    public async Task Several_processes_at_once_download_once()
    {
        using var bench = new CliBench();
        var release = new TaskCompletionSource();
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content) { Release = release.Task }.ServeAsync);
        var processes = Enumerable.Range(0, 4).Select(_ => InstallProcess.Start(bench, origin.Address)).ToList();
        try
        {
            foreach (var process in processes)
                Assert.That(await process.StandardOutput.ReadLineAsync(), Is.EqualTo("ready"));
            release.SetResult();
            foreach (var process in processes)
                Assert.That(await EndAsync(process), Is.EqualTo((0, "")));
        }
        finally
        {
            foreach (var process in processes)
                Discard(process);
        }

        Assert.That(origin.Requests, Has.Count.EqualTo(1));
        bench.AssertInstalled();
    }

    [Test]
    public async Task What_a_killed_process_was_doing_is_taken_over_at_once()
    {
        using var bench = new CliBench();
        var file = new FileBehaviour(bench.Content);
        file.Cuts.Enqueue(100_000);
        await using var origin = await LoopbackOrigin.StartAsync(file.ServeAsync);
        var process = InstallProcess.Start(bench, origin.Address);
        try
        {
            string? line;
            do
                line = await process.StandardOutput.ReadLineAsync();
            while (line is not null && !(line.StartsWith("Downloading", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal)));
            Assert.That(line, Is.Not.Null, "the process ended before it downloaded anything");
            process.Kill();
            await process.WaitForExitAsync();
        }
        finally
        {
            Discard(process);
        }

        await ClaudeCli.InstallAsync(bench.Options(origin.Address));

        bench.AssertInstalled();
        Assert.That(origin.Requests[^1].Range, Does.Match("^bytes=[1-9][0-9]*-$"));
    }

    [Test]
    public async Task The_proxy_of_the_environment_is_used_by_default()
    {
        using var bench = new CliBench();
        await using var proxy = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);

        var process = InstallProcess.Start(
            bench, new Uri("http://releases.invalid/"), new Dictionary<string, string> { ["http_proxy"] = proxy.Address.AbsoluteUri, ["no_proxy"] = "" });
        try
        {
            Assert.That(await EndAsync(process), Is.EqualTo((0, "")));
        }
        finally
        {
            Discard(process);
        }

        Assert.That(proxy.Requests.Select(r => r.Host), Is.EqualTo(new[] { "releases.invalid" }));
    }

    private static async Task<(int ExitCode, string Error)> EndAsync(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, error);
    }

    private static void Discard(Process process)
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }
}
