using Nexus.Claude.Cli;

namespace Nexus.Claude;

/// <summary>Finds, downloads and checks the Claude Code CLI that this version of Nexus.Claude is made for.</summary>
/// <remarks>
/// One exact version is pinned, and the package carries the SHA-256 of every platform's binary: whatever is downloaded or cached is
/// checked against it, so it does not matter how far the place it came from is trusted. Nothing is ever piped into a shell.
/// </remarks>
public static class ClaudeCli
{
    /// <summary>The CLI version that this package was built and tested against, and the only one it downloads.</summary>
    public const string PinnedVersion = "2.1.330";

    /// <summary>The environment variable that names a CLI executable to use instead of looking for one.</summary>
    public const string ExecutableVariable = "NEXUS_CLAUDE_CLI";

    /// <summary>The environment variable that moves the folder in which downloaded CLIs are kept.</summary>
    public const string CacheVariable = "NEXUS_CLAUDE_CACHE";

    /// <summary>
    /// Makes sure that the pinned CLI is in the cache: returns at once when it is there and unchanged, downloads it otherwise
    /// (about 175 MB from an npm registry, about 380 MB from the vendor; 380 MB on disk).
    /// </summary>
    /// <param name="options">Where to put it and where to get it from; null for the defaults.</param>
    /// <param name="progress">
    /// Told how far the download is; not called when the CLI is already there. It is called on the downloading thread, so it should
    /// return quickly. Should it throw, the download goes on without reporting to it any more.
    /// </param>
    /// <param name="cancellationToken">
    /// Gives up. What was received stays in the cache folder and the next call goes on from there where the source can do so.
    /// </param>
    /// <returns>The CLI in the cache; <see cref="CliInstallation.Source"/> tells whether it had to be downloaded.</returns>
    /// <remarks>
    /// Any number of calls and processes may do this at once: one downloads, the others wait for it. A cached binary is hashed again
    /// only when its size or date is no longer what was recorded; one that was altered is replaced.
    /// </remarks>
    /// <exception cref="CliDownloadException">No source delivered it, or the cache folder cannot be written. The message says what
    /// was tried, what went wrong with each source, and what to do.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<CliInstallation> InstallAsync(
        CliInstallOptions? options = null,
        IProgress<CliDownloadProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        CliInstaller.InstallAsync(options ?? CliInstallOptions.Default, progress, cancellationToken);

    /// <summary>
    /// Looks for a CLI without downloading one: the executable named by <c>NEXUS_CLAUDE_CLI</c>, the pinned one in the cache,
    /// <c>claude</c> on <c>PATH</c>, then the folders that installers use.
    /// </summary>
    /// <param name="options">Where the cache is; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The first CLI found, or null when there is none.</returns>
    /// <exception cref="CliNotFoundException"><c>NEXUS_CLAUDE_CLI</c> names a file that does not exist.</exception>
    /// <exception cref="CliStartException"><c>NEXUS_CLAUDE_CLI</c> names a Windows batch file, which is not started.</exception>
    public static async Task<CliInstallation?> FindAsync(CliInstallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var lookup = new CliLookup(options);
        return await lookup.FindAsync(explicitPath: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Answers which executable a client is to start.</summary>
    /// <param name="explicitPath">The path the caller gave, or null. It is never second-guessed: when it is wrong, this fails.</param>
    /// <param name="download">Whether to download the pinned CLI when none is found.</param>
    /// <param name="options">Where the cache is and where to download from; null for the defaults.</param>
    /// <param name="progress">Told about a download.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The executable.</returns>
    /// <exception cref="CliNotFoundException">There is none, or what was named explicitly does not exist.</exception>
    /// <exception cref="CliStartException">What was named explicitly is a Windows batch file.</exception>
    /// <exception cref="CliDownloadException">There is none and the download failed.</exception>
    internal static async Task<CliInstallation> ResolveAsync(
        string? explicitPath,
        bool download,
        CliInstallOptions? options,
        IProgress<CliDownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        var lookup = new CliLookup(options);
        if (await lookup.FindAsync(explicitPath, cancellationToken).ConfigureAwait(false) is { } found)
            return found;
        if (!download)
            throw lookup.NotFound();
        return await CliInstaller.InstallAsync(options ?? CliInstallOptions.Default, progress, cancellationToken).ConfigureAwait(false);
    }
}
