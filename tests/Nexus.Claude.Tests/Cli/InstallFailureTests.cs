using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
internal sealed class InstallFailureTests
{
    [Test]
    public async Task Offline_says_what_was_tried_and_what_helps()
    {
        using var bench = new CliBench();
        var nobody = ClosedPort();

        var error = await Assert.ThrowsAsync<CliDownloadException>(
            () => ClaudeCli.InstallAsync(bench.Options(new Uri(nobody, "releases"), new Uri(nobody, "npm"))));

        Assert.That(error!.IsTransient, Is.True);
        Assert.That(error.Message, Does.Contain($"vendor release {nobody}releases/9.9.9/linux-x64/claude: ")
            .And.Contain($"npm package @anthropic-ai/claude-code-linux-x64 from {nobody}npm/")
            .And.Contain("Connection refused").IgnoreCase
            .And.Contain("HTTPS_PROXY")
            .And.Contain(bench.InstalledPath)
            .And.Contain(bench.Binary.Sha256)
            .And.Contain("NEXUS_CLAUDE_CLI"));
    }

    [Test]
    public async Task A_wrong_checksum_is_final_and_names_both_checksums()
    {
        using var bench = new CliBench();
        var wrong = bench.Content.ToArray();
        wrong[^1] ^= 1;
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(wrong).ServeAsync);

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => ClaudeCli.InstallAsync(bench.Options(origin.Address)));

        Assert.That(error!.IsTransient, Is.False);
        Assert.That(error.Message, Does.Contain($"expected SHA-256 {bench.Binary.Sha256}")
            .And.Contain(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(wrong))));
        Assert.That(origin.Requests, Has.Count.EqualTo(1));
        Assert.That(new FileInfo(bench.PartialPath).Length, Is.Zero);
        Assert.That(File.Exists(bench.InstalledPath), Is.False);
    }

    [Test]
    public async Task A_checksum_that_is_wrong_again_after_a_restart_is_final()
    {
        using var bench = new CliBench();
        bench.LeavePartial(new byte[1000]);
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(new byte[bench.Content.Length]).ServeAsync);

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => ClaudeCli.InstallAsync(bench.Options(origin.Address)));

        Assert.That(error!.IsTransient, Is.False);
        Assert.That(origin.Requests.Select(r => r.Range), Is.EqualTo(new[] { "bytes=1000-", null }));
    }

    [TestCase(404, 1, false, "answered 404 (Not Found): it does not have this version")]
    [TestCase(403, 1, false, "answered 403 (Forbidden): access was refused")]
    [TestCase(407, 1, false, "the proxy wants credentials")]
    [TestCase(503, 3, true, "answered 503 (Service Unavailable)")]
    [TestCase(429, 3, true, "answered 429 (Too Many Requests)")]
    public async Task A_refusal_is_quoted_and_only_a_busy_server_is_asked_again(int status, int requests, bool isTransient, string expected)
    {
        using var bench = new CliBench();
        await using var origin = await LoopbackOrigin.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => ClaudeCli.InstallAsync(bench.Options(origin.Address)));

        Assert.That(error!.Message, Does.Contain(expected));
        Assert.That(error.IsTransient, Is.EqualTo(isTransient));
        Assert.That(origin.Requests, Has.Count.EqualTo(requests));
    }

    [Test]
    public async Task A_server_that_is_busy_for_a_moment_is_waited_for()
    {
        using var bench = new CliBench();
        var file = new FileBehaviour(bench.Content);
        var answers = 0;
        await using var origin = await LoopbackOrigin.StartAsync(context =>
        {
            if (Interlocked.Increment(ref answers) > 2)
                return file.ServeAsync(context);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });

        await ClaudeCli.InstallAsync(bench.Options(origin.Address));

        bench.AssertInstalled();
    }

    [Test]
    public async Task A_cache_folder_that_cannot_be_made_is_named_with_the_way_out()
    {
        using var bench = new CliBench();
        var file = bench.Write("a-file");
        var options = bench.Options() with { CacheDirectory = Path.Combine(file, "cache") };

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => ClaudeCli.InstallAsync(options));

        Assert.That(error!.IsTransient, Is.False);
        Assert.That(error.Message, Does.Contain("cannot be written").And.Contain(file).And.Contain("NEXUS_CLAUDE_CACHE"));
    }

    [Test]
    [Platform(Include = "Linux")]
    public async Task A_read_only_cache_folder_is_named_with_the_way_out()
    {
        using var bench = new CliBench();
        // Not even root can make a folder there.
        var options = bench.Options() with { CacheDirectory = "/proc/sys/nexus-claude" };

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => ClaudeCli.InstallAsync(options));

        Assert.That(error!.Message, Does.Contain("cannot be written").And.Contain("/proc/sys/nexus-claude"));
    }

    [Test]
    public async Task A_binary_that_cannot_be_put_in_its_place_is_named_and_no_other_source_is_asked()
    {
        using var bench = new CliBench();
        bench.Write($"cache/9.9.9/{CliBench.Platform}/claude/occupied");
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);

        var error = await Assert.ThrowsAsync<CliDownloadException>(
            () => ClaudeCli.InstallAsync(bench.Options(origin.Address, new Uri(origin.Address, "npm"))));

        Assert.That(error!.Message, Does.Contain(bench.InstalledPath).And.Contain("cannot be written"));
        Assert.That(origin.Requests, Has.Count.EqualTo(1));
    }

    [TestCase(28, true)]
    [TestCase(unchecked((int)0x80070070), true)]
    [TestCase(unchecked((int)0x80070027), true)]
    [TestCase(5, false)]
    public void A_full_disk_is_called_that(int code, bool isFull) =>
        Assert.That(
            new CacheWriteException("/cache/claude.partial", new IOException("The system's words", code)).Message,
            isFull ? Does.StartWith("the disk that holds /cache/claude.partial is full") : Does.Contain("The system's words"));

    [Test]
    [Platform(Include = "Linux")]
    public async Task A_disk_that_fills_up_during_the_download_stops_it()
    {
        using var bench = new CliBench();
        var partial = await PartialFile.OpenAsync("/dev/full", bench.Binary, CancellationToken.None);
        await using (partial)
        {
            var error = await Assert.ThrowsAsync<CacheWriteException>(
                async () => await partial.AppendAsync(bench.Content, CancellationToken.None));
            Assert.That(error!.Message, Does.Contain("is full"));
        }
    }

    [Test]
    public async Task An_account_without_a_home_folder_is_told_how_to_name_a_cache()
    {
        using var bench = new CliBench();
        var options = bench.Options() with { CacheDirectory = null, Host = bench.Host with { HomeDirectory = "" } };

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => ClaudeCli.InstallAsync(options));

        Assert.That(error!.Message, Does.Contain("no home folder").And.Contain("NEXUS_CLAUDE_CACHE"));
    }

    [Test]
    public async Task Addresses_are_shown_without_the_secrets_in_them()
    {
        using var bench = new CliBench();
        var nobody = new UriBuilder(ClosedPort()) { UserName = "me", Password = "s3cret", Path = "npm", Query = "key=s3cret" }.Uri;

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => ClaudeCli.InstallAsync(bench.Options(registry: nobody)));

        Assert.That(error!.ToString(), Does.Not.Contain("s3cret"));
    }

    [Test]
    public async Task A_token_that_is_already_cancelled_asks_nobody()
    {
        using var bench = new CliBench();
        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);

        await Assert.CatchAsync<OperationCanceledException>(
            () => ClaudeCli.InstallAsync(bench.Options(origin.Address), cancellationToken: new CancellationToken(canceled: true)));

        Assert.That(origin.Requests, Is.Empty);
    }

    private static Uri ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }
}
