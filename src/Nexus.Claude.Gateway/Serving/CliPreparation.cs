namespace Nexus.Claude.Gateway;

/// <summary>Sees to it that there is a CLI before the server listens, so that the first client does not wait for a download.</summary>
internal static class CliPreparation
{
    /// <summary>Finds it, or downloads it.</summary>
    /// <param name="options">What is configured; gets the path.</param>
    /// <param name="surroundings">Told about a download.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ClaudeException">There is none, and it could not be downloaded.</exception>
    public static async Task<ClaudeOptions> FindAsync(ClaudeOptions options, Surroundings surroundings, CancellationToken cancellationToken)
    {
        if (options.CliPath is { } configured)
        {
            if (!File.Exists(configured))
                throw new OptionsValidationException([$"claude.command is '{configured}', which does not exist."]);
            return options;
        }

        if (await ClaudeCli.FindAsync(options.Installation, cancellationToken).ConfigureAwait(false) is not { } found)
            found = await InstallAsync(options.Installation, surroundings, cancellationToken).ConfigureAwait(false);
        options.CliPath = found.Path;
        return options;
    }

    /// <summary>Downloads the pinned CLI when it is not in the cache, and shows how far it is.</summary>
    /// <param name="options">Where to; null for the defaults.</param>
    /// <param name="surroundings">Shown to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The CLI.</returns>
    /// <exception cref="CliDownloadException">It could not be downloaded.</exception>
    public static async Task<CliInstallation> InstallAsync(CliInstallOptions? options, Surroundings surroundings, CancellationToken cancellationToken)
    {
        await surroundings.Error.WriteLineAsync($"Downloading the Claude Code CLI {ClaudeCli.PinnedVersion} (once, 175 to 380 MB) ...").ConfigureAwait(false);
        var tenth = -1L;
        var progress = new Steps(step =>
        {
            if (step is { TotalBytes: > 0 and var total } && step.BytesReceived * 10 / total is var now && now > tenth)
            {
                tenth = now;
                surroundings.Error.WriteLine($"  {now * 10} %");
            }
        });
        return await ClaudeCli.InstallAsync(options, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reports where it happens, in order; the framework's own class posts to the thread pool.</summary>
    private sealed class Steps(Action<CliDownloadProgress> report) : IProgress<CliDownloadProgress>
    {
        public void Report(CliDownloadProgress value) => report(value);
    }
}
