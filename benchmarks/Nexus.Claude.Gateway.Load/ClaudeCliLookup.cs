namespace Nexus.Claude.Gateway.Load;

/// <summary>The pinned CLI.</summary>
internal static class ClaudeCliLookup
{
    public static async Task<string> FindAsync()
    {
        var installation = await ClaudeCli.InstallAsync(new CliInstallOptions { Sources = [CliDownloadSource.NpmRegistry, CliDownloadSource.VendorRelease] });
        return installation.Path;
    }
}
