using System.Diagnostics;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

/// <summary>An installation in another process.</summary>
internal static class InstallProcess
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (cacheFolder, baseAddress, sha256, size) = (args[0], args[1], args[2], long.Parse(args[3], null));
        var options = new CliInstallOptions
        {
            CacheDirectory = cacheFolder,
            ReleaseBaseAddress = new Uri(baseAddress),
            Sources = [CliDownloadSource.VendorRelease],
            Host = CliBench.HostIn(Path.GetDirectoryName(cacheFolder)!),
            Manifest = CliBench.ManifestOf(new CliBinary("claude", size, sha256)),
        };
        Console.WriteLine("ready");
        var installation = await ClaudeCli.InstallAsync(options, new Progress<CliDownloadProgress>(p => Console.WriteLine($"{p.Stage} {p.BytesReceived}")));
        Console.WriteLine(installation.Path);
        return 0;
    }

    public static Process Start(CliBench bench, Uri baseAddress, params IEnumerable<KeyValuePair<string, string>> variables) => Program.Start(
        ["install", bench.CacheFolder, baseAddress.AbsoluteUri, bench.Binary.Sha256, bench.Binary.Size.ToString(null as IFormatProvider)], variables);
}
