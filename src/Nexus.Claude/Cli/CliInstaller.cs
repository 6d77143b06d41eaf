using System.Globalization;
using System.Text;

namespace Nexus.Claude.Cli;

/// <summary>Puts the pinned CLI into the cache: one download at a time on the whole machine, from the first source that delivers it.</summary>
internal sealed class CliInstaller(CliInstallOptions options, HostEnvironment host, CliCache cache)
{
    public static async Task<CliInstallation> InstallAsync(
        CliInstallOptions options, IProgress<CliDownloadProgress>? progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var host = options.Host ?? HostEnvironment.OfThisMachine();
        var cache = CliCache.Open(options, host) ?? throw NoPlace(options, host);
        if (await cache.CheckAsync(cancellationToken).ConfigureAwait(false) == CacheState.Valid)
            return new CliInstallation(cache.BinaryPath, cache.Version, CliInstallationSource.Cache);

        var installer = new CliInstaller(options, host, cache);
        await SharedInstall.JoinAsync((cache.BinaryPath, options), installer.RunAsync, progress, cancellationToken).ConfigureAwait(false);
        return new CliInstallation(cache.BinaryPath, cache.Version, CliInstallationSource.Downloaded);
    }

    private async Task RunAsync(IProgress<CliDownloadProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            var held = await InstallLock.AcquireAsync(
                cache.LockPath,
                options.Transfer.LockPollInterval,
                () => progress.Report(Waiting()),
                options.TimeProvider,
                cancellationToken).ConfigureAwait(false);
            await using (held.ConfigureAwait(false))
            {
                // Whoever held the lock before may have done the work.
                if (await cache.CheckAsync(cancellationToken).ConfigureAwait(false) != CacheState.Valid)
                    await DownloadAsync(progress, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (CacheWriteException exception)
        {
            throw new CliDownloadException(
                $"The Claude Code CLI {cache.Version} cannot be installed: {exception.Message}, or choose another folder in the environment " +
                $"variable {ClaudeCli.CacheVariable} or in {nameof(CliInstallOptions)}.{nameof(CliInstallOptions.CacheDirectory)}.",
                isTransient: false,
                exception);
        }

        progress.Report(new CliDownloadProgress(CliDownloadStage.Done, cache.Binary.Size, cache.Binary.Size, null));
    }

    private async Task DownloadAsync(IProgress<CliDownloadProgress> progress, CancellationToken cancellationToken)
    {
        using var transfer = new HttpTransfer(options);
        var failures = new List<(ICliSource Source, Exception Error)>();
        foreach (var source in Sources(transfer))
        {
            var reporter = new DownloadReporter(progress, source.Kind);
            try
            {
                var partial = await PartialFile.OpenAsync(cache.PartialPath, cache.Binary, cancellationToken).ConfigureAwait(false);
                await using (partial.ConfigureAwait(false))
                    await source.FetchAsync(partial, reporter, cancellationToken).ConfigureAwait(false);
                reporter.Entered(CliDownloadStage.Installing);
                cache.Accept();
                return;
            }
            catch (Exception exception) when (exception is HttpRequestException or InvalidDataException or CliDownloadException)
            {
                failures.Add((source, exception));
            }
        }

        throw Failed(failures);
    }

    private IEnumerable<ICliSource> Sources(HttpTransfer transfer) => options.Sources.Distinct().Select(kind => (ICliSource)(kind switch
    {
        CliDownloadSource.VendorRelease => new VendorReleaseSource(transfer, options.ReleaseBaseAddress, cache),
        CliDownloadSource.NpmRegistry => new NpmRegistrySource(transfer, options, host, cache),
        _ => throw new ArgumentException($"{nameof(CliInstallOptions.Sources)} holds {kind}, which is no source."),
    }));

    private CliDownloadProgress Waiting()
    {
        var partial = new FileInfo(cache.PartialPath);
        return new CliDownloadProgress(CliDownloadStage.Waiting, partial.Exists ? partial.Length : 0, cache.Binary.Size, null);
    }

    private static CliDownloadException NoPlace(CliInstallOptions options, HostEnvironment host) =>
        CliPlatform.Detect(host) is { } platform && options.Manifest.Platforms.ContainsKey(platform)
            ? new CliDownloadException(
                "There is nowhere to keep the Claude Code CLI: this account has no home folder. Name a folder in the environment variable " +
                $"{ClaudeCli.CacheVariable} or in {nameof(CliInstallOptions)}.{nameof(CliInstallOptions.CacheDirectory)}.",
                isTransient: false)
            : CliPlatform.Unsupported(host, options.Manifest);

    private CliDownloadException Failed(List<(ICliSource Source, Exception Error)> failures)
    {
        var message = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"The Claude Code CLI {cache.Version} for {cache.Platform} could not be downloaded.");
        foreach (var (source, error) in failures)
            message.AppendLine(CultureInfo.InvariantCulture, $"- {source.Description}: {Explain(error)}.");
        message
            .AppendLine("What helps:")
            .AppendLine("- behind a proxy, set HTTPS_PROXY; for another npm registry, set npm_config_registry or log in with npm;")
            .AppendLine("- without a network, put a copy of the file here; it is taken once its SHA-256 is")
            .AppendLine(CultureInfo.InvariantCulture, $"  {cache.Binary.Sha256}:")
            .AppendLine(CultureInfo.InvariantCulture, $"  {cache.BinaryPath}")
            .Append("- or name a CLI that is already on this machine in the environment variable ")
            .Append(ClaudeCli.ExecutableVariable).Append('.');

        var causes = failures.Select(failure => failure.Error).ToList();
        return new CliDownloadException(
            message.ToString(), causes.Exists(IsTransient), causes.Count == 1 ? causes[0] : new AggregateException(causes));
    }

    private static bool IsTransient(Exception error) => error switch
    {
        HttpRequestException http => HttpTransfer.IsWorthRetrying(http),
        CliDownloadException download => download.IsTransient,
        _ => false,
    };

    private static string Explain(Exception error)
    {
        var text = error.Message.TrimEnd('.');
        if (error is HttpRequestException { StatusCode: { } status })
        {
            return text + (int)status switch
            {
                401 or 403 => ": access was refused, so credentials are missing or wrong, or a proxy forbids it",
                404 => ": it does not have this version",
                407 => ": the proxy wants credentials",
                _ => "",
            };
        }

        // The outer message often says no more than that the connection failed; the reason stands inside.
        var root = error.GetBaseException();
        var reason = root.Message.TrimEnd('.');
        return root == error || text.Contains(reason, StringComparison.Ordinal) ? text : $"{text} ({reason})";
    }
}
