using System.Security.Cryptography;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

/// <summary>The real thing, into the cache of this user; later tests and runs find it there.</summary>
[Category("RealCli")]
internal sealed class RealCliInstallTests
{
    [Test]
    [CancelAfter(600_000)]
    public async Task The_pinned_cli_comes_from_the_registry_of_the_npm_configuration(CancellationToken cancellationToken)
    {
        var options = new CliInstallOptions { Sources = [CliDownloadSource.NpmRegistry] };
        CliInstallation installation;
        try
        {
            installation = await ClaudeCli.InstallAsync(options, cancellationToken: cancellationToken);
        }
        catch (CliDownloadException exception) when (exception.IsTransient || exception.Message.Contains("no npm registry is known", StringComparison.Ordinal))
        {
            Assert.Ignore($"Neither a cached CLI nor a way to one: {exception.Message}");
            return;
        }

        var expected = CliManifest.Pinned.Platforms[CliPlatform.Detect(HostEnvironment.OfThisMachine())!];
        await using var file = File.OpenRead(installation.Path);
        Assert.That(Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)), Is.EqualTo(expected.Sha256));
        Assert.That(installation.Version, Is.EqualTo("2.1.330"));

        var again = await ClaudeCli.InstallAsync(options, cancellationToken: cancellationToken);
        Assert.That(again, Is.EqualTo(new CliInstallation(installation.Path, "2.1.330", CliInstallationSource.Cache)));
    }
}
