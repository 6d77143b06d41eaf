// The namespace above those of all assemblies that run the real CLI: a set-up counts for what lies below it.
namespace Nexus.Claude;

/// <summary>The CLI under test: the pinned one, fetched once for the assembly and kept in this user's cache.</summary>
[SetUpFixture]
internal sealed class PinnedCli
{
    private static CliInstallation? s_installation;

    /// <summary>The path of the executable.</summary>
    public static string ExecutablePath =>
        s_installation?.Path ?? throw new InvalidOperationException("The CLI is fetched by the set-up of the assembly, which has not run.");

    [OneTimeSetUp]
    public async Task Fetch()
    {
        // The registry first: it is the one way that works on build machines, and the vendor's address fails late where it is blocked.
        var options = new CliInstallOptions { Sources = [CliDownloadSource.NpmRegistry, CliDownloadSource.VendorRelease] };
        try
        {
            s_installation = await ClaudeCli.InstallAsync(options, cancellationToken: TestContext.CurrentContext.CancellationToken);
        }
        catch (CliDownloadException exception) when (exception.IsTransient && Environment.GetEnvironmentVariable("CI") is null)
        {
            Assert.Ignore($"No Claude Code CLI in the cache, and neither an npm registry nor the vendor can be reached: {exception.Message}");
        }
    }
}
