using System.Net;
using Nexus.Claude.Cli;

namespace Nexus.Claude;

/// <summary>Where the pinned CLI is kept and where it is downloaded from. Every property has a default that suits most machines.</summary>
public sealed record CliInstallOptions
{
    private static readonly CliDownloadSource[] AllSources = [CliDownloadSource.VendorRelease, CliDownloadSource.NpmRegistry];

    // Below what its properties are initialised with: statics run from top to bottom.
    internal static readonly CliInstallOptions Default = new();

    /// <summary>
    /// The folder that holds downloaded CLIs, one sub-folder for each version and platform. Null (the default) means the environment
    /// variable <c>NEXUS_CLAUDE_CACHE</c>, or else <c>nexus-claude/cli</c> in the user's cache folder: <c>$XDG_CACHE_HOME</c> or
    /// <c>~/.cache</c> on Linux, <c>~/Library/Caches</c> on macOS, <c>%LOCALAPPDATA%</c> on Windows.
    /// Other accounts must not be able to write to it.
    /// </summary>
    public string? CacheDirectory { get; init; }

    /// <summary>
    /// The address of a mirror of the vendor's releases. Default: <see cref="DefaultReleaseBaseAddress"/>.
    /// A mirror needs no trust; what it delivers is checked.
    /// </summary>
    public Uri ReleaseBaseAddress { get => field ?? DefaultReleaseBaseAddress; init; }

    /// <summary>The address under which the vendor publishes releases as <c>{version}/{platform}/{binary}</c>.</summary>
    public static Uri DefaultReleaseBaseAddress => VendorAddress.Releases;

    /// <summary>The sources to try, in this order. Default: the vendor's releases, then the npm registry.</summary>
    public IReadOnlyList<CliDownloadSource> Sources { get; init; } = AllSources;

    /// <summary>
    /// The npm registry to use. Null (the default) means the one that the user's npm configuration names: a registry for the scope
    /// <c>@anthropic-ai</c> in an <c>.npmrc</c>, the environment variable <c>npm_config_registry</c>, <c>registry</c> in an
    /// <c>.npmrc</c> of the project or the user, or else the answer of <c>npm config get registry</c>. Credentials for its host are
    /// taken from the same configuration and are sent to no other host.
    /// </summary>
    public Uri? NpmRegistry { get; init; }

    /// <summary>
    /// The proxy to use. Null (the default) means the system's, including <c>HTTPS_PROXY</c>, <c>ALL_PROXY</c> and <c>NO_PROXY</c>.
    /// Ignored when <see cref="HttpClient"/> is set.
    /// </summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>
    /// The client to download with, for networks with special needs; it is not disposed. Null (the default) means one of our own that
    /// gives up on a host that cannot be reached within seconds, and never on a slow transfer that still moves.
    /// </summary>
    public HttpClient? HttpClient { get; init; }

    /// <summary>The clock behind waits and timeouts. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal CliManifest Manifest { get; init; } = CliManifest.Pinned;

    internal TransferPolicy Transfer { get; init; } = TransferPolicy.Default;

    /// <summary>The machine to look at; null for the real one as it is at the time of the call.</summary>
    internal HostEnvironment? Host { get; init; }

    /// <summary>By itself, so that a start that downloads nothing does not pay for the first <see cref="Uri"/> of the program.</summary>
    private static class VendorAddress
    {
        public static readonly Uri Releases = new("https://downloads.claude.ai/claude-code-releases");
    }
}
