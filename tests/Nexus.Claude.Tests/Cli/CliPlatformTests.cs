using System.Runtime.InteropServices;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
internal sealed class CliPlatformTests
{
    private const string Musl = "root/lib/ld-musl-x86_64.so.1";
    private const string Glibc = "root/lib64/ld-linux-x86-64.so.2";

    [TestCase(HostSystem.MacOS, Architecture.X64, "darwin-x64")]
    [TestCase(HostSystem.MacOS, Architecture.Arm64, "darwin-arm64")]
    [TestCase(HostSystem.Windows, Architecture.X64, "win32-x64")]
    [TestCase(HostSystem.Windows, Architecture.Arm64, "win32-arm64")]
    [TestCase(HostSystem.Linux, Architecture.X64, "linux-x64")]
    [TestCase(HostSystem.Linux, Architecture.Arm64, "linux-arm64")]
    [TestCase(HostSystem.Linux, Architecture.X86, null)]
    [TestCase(HostSystem.Other, Architecture.X64, null)]
    public void A_machine_has_the_vendors_name(object system, Architecture architecture, string? expected)
    {
        using var bench = new CliBench();
        Assert.That(
            CliPlatform.Detect(bench.Host with { System = (HostSystem)system, Architecture = architecture }), Is.EqualTo(expected));
    }

    [TestCase("linux-x64", new[] { Glibc }, "linux-x64")]
    [TestCase("linux-musl-x64", new[] { Musl }, "linux-x64-musl")]
    [TestCase("linux-x64", new[] { Musl }, "linux-x64-musl", Description = "A runtime with its own C library on Alpine")]
    [TestCase("linux-musl-x64", new[] { Glibc }, "linux-x64", Description = "A statically linked program on Debian")]
    [TestCase("linux-x64", new[] { Glibc, Musl }, "linux-x64", Description = "Debian with musl-tools")]
    [TestCase("linux-musl-x64", new[] { Glibc, Musl }, "linux-x64-musl", Description = "Alpine with gcompat")]
    [TestCase("alpine.3.22-x64", new[] { Glibc, Musl }, "linux-x64-musl")]
    [TestCase("linux-x64", new string[0], "linux-x64", Description = "NixOS")]
    [TestCase("linux-musl-x64", new string[0], "linux-x64-musl")]
    public void The_c_library_is_told_apart_by_its_loader(string runtimeIdentifier, string[] loaders, string expected)
    {
        using var bench = new CliBench();
        foreach (var loader in loaders)
            bench.Write(loader);

        Assert.That(CliPlatform.Detect(bench.Host with { RuntimeIdentifier = runtimeIdentifier }), Is.EqualTo(expected));
    }

    [Test]
    public void The_c_library_of_arm_machines_is_told_apart_too()
    {
        using var bench = new CliBench();
        bench.Write("root/lib/ld-musl-aarch64.so.1");

        Assert.That(CliPlatform.Detect(bench.Host with { Architecture = Architecture.Arm64 }), Is.EqualTo("linux-arm64-musl"));
    }

    [Test]
    public void This_machine_is_known() =>
        Assert.That(CliManifest.Pinned.Platforms.Keys, Does.Contain(CliPlatform.Detect(HostEnvironment.OfThisMachine())));

    [Test]
    public void The_manifest_describes_every_platform_of_the_pinned_version()
    {
        Assert.That(CliManifest.Pinned.Version, Is.EqualTo(ClaudeCli.PinnedVersion));
        Assert.That(CliManifest.Pinned.Platforms.Keys, Is.EquivalentTo(new[]
        {
            "linux-x64", "linux-arm64", "linux-x64-musl", "linux-arm64-musl", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64",
        }));
        Assert.That(CliManifest.Pinned.Platforms.Values.Select(binary => binary.Sha256), Has.All.Match("^[0-9a-f]{64}$"));
        Assert.That(CliManifest.Pinned.Platforms.Values.Select(binary => binary.Size), Has.All.InRange(300_000_000L, 500_000_000L));
        Assert.That(CliManifest.Pinned.Platforms, Has.All.Matches<KeyValuePair<string, CliBinary>>(
            pair => pair.Value.FileName == (pair.Key.StartsWith("win32", StringComparison.Ordinal) ? "claude.exe" : "claude")));
    }

    [Test]
    public async Task A_machine_without_a_cli_is_told_which_there_are()
    {
        using var bench = new CliBench();
        var options = bench.Options() with { Host = bench.Host with { Architecture = Architecture.S390x } };

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => ClaudeCli.InstallAsync(options));

        Assert.That(error!.Message, Does.Contain("Linux, S390x").And.Contain("linux-x64").And.Contain("NEXUS_CLAUDE_CLI"));
        Assert.That(error.IsTransient, Is.False);
    }
}
