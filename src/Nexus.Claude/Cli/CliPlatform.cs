using System.Runtime.InteropServices;

namespace Nexus.Claude.Cli;

/// <summary>Names the machine as the vendor's releases and npm packages do.</summary>
internal static class CliPlatform
{
    /// <summary>The platform's name, or null when there is no CLI for this kind of machine.</summary>
    public static string? Detect(HostEnvironment host)
    {
        var architecture = host.Architecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            _ => null,
        };
        if (architecture is null)
            return null;

        return host.System switch
        {
            HostSystem.Linux => IsMusl(host) ? $"linux-{architecture}-musl" : $"linux-{architecture}",
            HostSystem.MacOS => $"darwin-{architecture}",
            HostSystem.Windows => $"win32-{architecture}",
            _ => null,
        };
    }

    public static CliDownloadException Unsupported(HostEnvironment host, CliManifest manifest) => new(
        $"There is no Claude Code CLI {manifest.Version} for this machine ({host.System}, {host.Architecture}). It is published for " +
        $"{string.Join(", ", manifest.Platforms.Keys.Order(StringComparer.Ordinal))}. If you have a CLI that runs here, name it in the " +
        $"environment variable {ClaudeCli.ExecutableVariable} or in the options.",
        isTransient: false);

    // The loaders on disk decide what can run. Only when both are there (gcompat on Alpine, musl-tools on Debian) does the library
    // this very process runs on decide.
    private static bool IsMusl(HostEnvironment host)
    {
        var arm = host.Architecture == Architecture.Arm64;
        var runsOnMusl = host.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
            || host.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal);
        var hasMusl = File.Exists(Path.Combine(host.RootDirectory, "lib", arm ? "ld-musl-aarch64.so.1" : "ld-musl-x86_64.so.1"));
        var hasGlibc = arm
            ? File.Exists(Path.Combine(host.RootDirectory, "lib", "ld-linux-aarch64.so.1"))
            : File.Exists(Path.Combine(host.RootDirectory, "lib64", "ld-linux-x86-64.so.2"));

        return hasMusl == hasGlibc ? runsOnMusl : hasMusl;
    }
}
