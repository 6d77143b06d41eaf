using Microsoft.AspNetCore.Http;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
internal sealed class NpmInstallTests
{
    private const string Version = NpmRegistryBehaviour.Package + "/9.9.9";

    [Test]
    public async Task The_binary_is_taken_out_of_the_package_of_the_platform()
    {
        using var bench = new CliBench(2_000_000);
        var npm = new NpmRegistryBehaviour(bench.Content);
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);
        var progress = new RecordedProgress();

        var installation = await ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm")), progress);

        Assert.That(installation.Path, Is.EqualTo(bench.InstalledPath));
        bench.AssertInstalled();
        Assert.That(origin.Requests.Select(r => r.Path), Is.EqualTo(new[] { Version, NpmRegistryBehaviour.ArchivePath }));
        var total = npm.Archive.Content.Length;
        Assert.That(progress.Reports, Does.Contain(
            new CliDownloadProgress(CliDownloadStage.Downloading, total, total, CliDownloadSource.NpmRegistry)));
    }

    [Test]
    public async Task It_is_the_second_source_when_the_vendor_does_not_have_the_file()
    {
        using var bench = new CliBench();
        await using var origin = await LoopbackOrigin.StartAsync(new NpmRegistryBehaviour(bench.Content).ServeAsync);

        await ClaudeCli.InstallAsync(bench.Options(new Uri(origin.Address, "releases"), new Uri(origin.Address, "npm/")));

        Assert.That(origin.Requests.Select(r => r.Path), Is.EqualTo(new[]
        {
            "/releases/9.9.9/linux-x64/claude", Version, NpmRegistryBehaviour.ArchivePath,
        }));
        bench.AssertInstalled();
    }

    [Test]
    public async Task It_is_the_second_source_when_the_vendor_delivers_something_else()
    {
        using var bench = new CliBench();
        await using var vendor = await LoopbackOrigin.StartAsync(context => context.Response.WriteAsync("<html>Please log in</html>"));
        await using var origin = await LoopbackOrigin.StartAsync(new NpmRegistryBehaviour(bench.Content).ServeAsync);

        await ClaudeCli.InstallAsync(bench.Options(vendor.Address, new Uri(origin.Address, "npm/")));

        bench.AssertInstalled();
    }

    [Test]
    public async Task It_gets_its_turn_soon_when_the_vendor_never_answers()
    {
        using var bench = new CliBench();
        await using var vendor = await LoopbackOrigin.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var origin = await LoopbackOrigin.StartAsync(new NpmRegistryBehaviour(bench.Content).ServeAsync);
        var options = bench.Options(vendor.Address, new Uri(origin.Address, "npm/"));

        await ClaudeCli.InstallAsync(options with
        {
            Transfer = options.Transfer with { VendorResponseTimeout = TimeSpan.FromMilliseconds(100) },
        });

        Assert.That(vendor.Requests, Has.Count.LessThanOrEqualTo(1));
        bench.AssertInstalled();
    }

    [Test]
    public void The_options_of_a_call_without_options_are_those_of_new_ones()
    {
        CliDownloadSource[] order = [CliDownloadSource.VendorRelease, CliDownloadSource.NpmRegistry];
        Assert.That(CliInstallOptions.Default.Sources, Is.EqualTo(order));
        Assert.That(new CliInstallOptions().Sources, Is.EqualTo(order));
        Assert.That(CliInstallOptions.Default.ReleaseBaseAddress, Is.EqualTo(CliInstallOptions.DefaultReleaseBaseAddress));
    }

    [Test]
    public void The_vendor_gets_no_more_than_ten_seconds_to_answer_by_default() =>
        Assert.That(
            (TransferPolicy.Default.VendorResponseTimeout, TransferPolicy.Default.ConnectTimeout),
            Is.EqualTo((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(8))));

    [Test]
    public async Task A_registry_without_answers_about_single_versions_is_asked_for_all_of_them()
    {
        using var bench = new CliBench();
        var npm = new NpmRegistryBehaviour(bench.Content) { KnowsSingleVersions = false };
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);

        await ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm/")));

        Assert.That(origin.Requests.Select(r => r.Path), Is.EqualTo(new[]
        {
            Version, NpmRegistryBehaviour.Package, NpmRegistryBehaviour.ArchivePath,
        }));
    }

    [Test]
    public async Task A_broken_transfer_goes_on_where_it_broke_while_it_is_being_unpacked()
    {
        using var bench = new CliBench(2_000_000);
        var npm = new NpmRegistryBehaviour(bench.Content);
        npm.Archive.Cuts.Enqueue(900_000);
        var progress = new RecordedProgress();
        var received = progress.WhenAsync(p => p.BytesReceived > 0);
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);

        var install = ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm/")), progress);
        await received;
        npm.Archive.CutNow.SetResult();
        await install;

        bench.AssertInstalled();
        Assert.That(origin.Requests[^1].Range, Does.Match("^bytes=[1-9][0-9]*-$"));
    }

    [Test]
    public async Task A_mirror_that_passes_on_foreign_addresses_is_asked_for_the_file_itself()
    {
        using var bench = new CliBench();
        var npm = new NpmRegistryBehaviour(bench.Content)
        {
            ArchiveAddress = "http://upstream.invalid/@anthropic-ai/claude-code-linux-x64/-/claude-code-linux-x64-9.9.9.tgz",
        };
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);

        await ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm/")));

        Assert.That(origin.Requests[^1].Path, Is.EqualTo(NpmRegistryBehaviour.ArchivePath));
    }

    [Test]
    public async Task A_registry_that_keeps_its_files_elsewhere_is_followed_there_without_its_credentials()
    {
        using var bench = new CliBench();
        var file = new NpmRegistryBehaviour(bench.Content);
        await using var store = await LoopbackOrigin.StartAsync(file.Archive.ServeAsync);
        var npm = new NpmRegistryBehaviour(bench.Content) { ArchiveAddress = new Uri(store.Address, "files/a.tgz").AbsoluteUri, Demands = "Bearer s3cret" };
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);
        bench.Write("home/.npmrc", $"//{origin.Address.Authority}/npm/:_authToken=s3cret\n");

        await ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm/")));

        Assert.That(origin.Requests.Select(r => r.Authorization), Has.All.EqualTo("Bearer s3cret"));
        Assert.That(store.Requests, Is.EqualTo(new[] { new SeenRequest(store.Address.Authority, "/files/a.tgz", null, null) }));
        bench.AssertInstalled();
    }

    [Test]
    public async Task The_registry_and_its_credentials_are_those_of_the_npm_configuration()
    {
        using var bench = new CliBench();
        var npm = new NpmRegistryBehaviour(bench.Content) { Demands = "Bearer s3cret" };
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);
        bench.SetVariables(("NPM_TOKEN", "s3cret"));
        bench.Write("home/.npmrc", $"registry={origin.Address}npm/\n//{origin.Address.Authority}/npm/:_authToken=${{NPM_TOKEN}}\n");

        await ClaudeCli.InstallAsync(bench.Options() with { Sources = [CliDownloadSource.NpmRegistry] });

        Assert.That(origin.Requests.Select(r => r.Authorization), Is.EqualTo(new[] { "Bearer s3cret", "Bearer s3cret" }));
        bench.AssertInstalled();
    }

    [Test]
    public async Task A_registry_that_is_busy_for_a_moment_is_waited_for()
    {
        using var bench = new CliBench();
        var npm = new NpmRegistryBehaviour(bench.Content);
        var answers = 0;
        await using var origin = await LoopbackOrigin.StartAsync(context =>
        {
            if (Interlocked.Increment(ref answers) > 2)
                return npm.ServeAsync(context);
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return Task.CompletedTask;
        });

        await ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm/")));

        Assert.That(origin.Requests.Select(r => r.Path), Is.EqualTo(new[] { Version, Version, Version, NpmRegistryBehaviour.ArchivePath }));
    }

    [Test]
    public async Task A_registry_that_refuses_access_is_named_with_what_to_do()
    {
        using var bench = new CliBench();
        var npm = new NpmRegistryBehaviour(bench.Content) { Demands = "Bearer s3cret" };
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);

        var error = await Assert.ThrowsAsync<CliDownloadException>(
            () => ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm/"))));

        Assert.That(error!.Message, Does.Contain("answered 401").And.Contain("credentials are missing or wrong").And.Contain(origin.Address.Authority));
        Assert.That(error.IsTransient, Is.False);
    }

    [Test]
    public async Task A_registry_without_the_pinned_version_says_so()
    {
        using var bench = new CliBench();
        var npm = new NpmRegistryBehaviour(bench.Content) { KnowsSingleVersions = false, Version = "9.9.8" };
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);

        var error = await Assert.ThrowsAsync<CliDownloadException>(
            () => ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm/"))));

        Assert.That(error!.Message, Does.Contain("but not its version 9.9.9"));
    }

    [Test]
    public async Task An_archive_that_is_not_the_one_the_registry_promised_is_refused()
    {
        using var bench = new CliBench();
        var npm = new NpmRegistryBehaviour(bench.Content) { Integrity = "sha512-AAAA" };
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);

        var error = await Assert.ThrowsAsync<CliDownloadException>(
            () => ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm/"))));

        Assert.That(error!.Message, Does.Contain("expected sha512-AAAA, but it is sha512-"));
        Assert.That(File.Exists(bench.InstalledPath), Is.False);
    }

    [TestCase(null, TestName = "A_package_without_integrity_is_judged_by_the_checksum_of_the_binary")]
    [TestCase("sha1-abc", TestName = "A_package_with_a_weak_integrity_is_judged_by_the_checksum_of_the_binary")]
    [TestCase("sha1-abc sha512-", TestName = "One_right_hash_of_several_is_enough")]
    public async Task Integrity_is_compared_when_it_is_strong_enough(string? integrity)
    {
        using var bench = new CliBench();
        var npm = new NpmRegistryBehaviour(bench.Content);
        npm.Integrity = integrity?.Replace("sha512-", npm.Integrity, StringComparison.Ordinal);
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);

        await ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm/")));

        bench.AssertInstalled();
    }

    [TestCase("changed", "expected SHA-256")]
    [TestCase("longer", "more than 300,000 bytes")]
    [TestCase("shorter", "299,999 of 300,000 bytes")]
    [TestCase("absent", "holds no package/claude")]
    [TestCase("no archive", "unsupported compression method")]
    [TestCase("truncated archive", "")]
    public async Task A_package_with_something_else_in_it_is_refused(string fault, string expected)
    {
        using var bench = new CliBench();
        var npm = fault switch
        {
            "changed" => new NpmRegistryBehaviour([.. bench.Content.AsSpan(1), 0]),
            "longer" => new NpmRegistryBehaviour([.. bench.Content, 0]),
            "shorter" => new NpmRegistryBehaviour(bench.Content[..^1]),
            "absent" => new NpmRegistryBehaviour(bench.Content, "package/other"),
            _ => new NpmRegistryBehaviour(bench.Content),
        };
        if (fault == "no archive")
            npm.Archive.Content = "this is no archive at all"u8.ToArray();
        if (fault == "truncated archive")
            npm.Archive.Content = npm.Archive.Content[..100_000];
        await using var origin = await LoopbackOrigin.StartAsync(npm.ServeAsync);

        var error = await Assert.ThrowsAsync<CliDownloadException>(
            () => ClaudeCli.InstallAsync(bench.Options(registry: new Uri(origin.Address, "npm/"))));

        Assert.That(error!.Message, Does.Contain(expected));
        Assert.That(error.IsTransient, Is.False);
        Assert.That(File.Exists(bench.InstalledPath), Is.False);
    }
}
