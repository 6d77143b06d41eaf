using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Nexus.Claude.Cli;

/// <summary>The platform's npm package: the binary is unpacked while the archive is being received.</summary>
internal sealed class NpmRegistrySource(HttpTransfer transfer, CliInstallOptions options, HostEnvironment host, CliCache cache) : ICliSource
{
    private readonly string _package = $"@anthropic-ai/claude-code-{cache.Platform}";
    private NpmRegistryChoice? _registry;

    public CliDownloadSource Kind => CliDownloadSource.NpmRegistry;

    public string Description => _registry is null
        ? $"npm package {_package}"
        : $"npm package {_package} from {HttpTransfer.Shown(_registry.Address)} (named by {_registry.Origin})";

    public async Task FetchAsync(PartialFile partial, DownloadReporter reporter, CancellationToken cancellationToken)
    {
        reporter.Connecting();
        _registry = await new NpmConfiguration(host, transfer.Time)
            .FindRegistryAsync(options.NpmRegistry, cancellationToken).ConfigureAwait(false);
        var archive = await FindArchiveAsync(_registry, cancellationToken).ConfigureAwait(false);

        var addresses = Candidates(archive.Address, _registry.Address).ToList();
        for (var i = 0; ; i++)
        {
            try
            {
                await UnpackAsync(addresses[i], archive.Integrity, _registry, partial, reporter, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception is HttpRequestException or InvalidDataException && i + 1 < addresses.Count)
            {
                // The next address is the one that the registry itself gave.
            }
        }
    }

    // A mirror often passes on the addresses of the registry behind it, which this machine may be unable to reach: the same path on the
    // registry that the user chose comes first.
    private static IEnumerable<Uri> Candidates(Uri archive, Uri registry)
    {
        if (Uri.Compare(archive, registry, UriComponents.HostAndPort, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) != 0)
            yield return new Uri(registry, archive.AbsolutePath.TrimStart('/'));
        yield return archive;
    }

    private async Task<(Uri Address, string? Integrity)> FindArchiveAsync(NpmRegistryChoice registry, CancellationToken cancellationToken)
    {
        var name = _package.Replace("/", "%2f", StringComparison.Ordinal);
        var authorization = registry.Credentials.For(registry.Address);
        try
        {
            // The short answer about one version. Not every registry knows it for scoped packages; all know the long one.
            var address = new Uri(registry.Address, $"{name}/{cache.Version}");
            using var version = await GetJsonAsync(address, authorization, cancellationToken).ConfigureAwait(false);
            if (ReadArchive(version.RootElement) is { } found)
                return found;
        }
        catch (HttpRequestException exception) when (exception.StatusCode is not null)
        {
            // Asked again below in the other way; if that fails too, its error is the one to show.
        }
        catch (InvalidDataException)
        {
            // Not JSON: a registry that takes the address for something else. The same holds.
        }

        using var package = await GetJsonAsync(new Uri(registry.Address, name), authorization, cancellationToken).ConfigureAwait(false);
        if (package.RootElement.ValueKind == JsonValueKind.Object
            && package.RootElement.TryGetProperty("versions", out var versions)
            && versions.ValueKind == JsonValueKind.Object
            && versions.TryGetProperty(cache.Version, out var entry)
            && ReadArchive(entry) is { } archive)
            return archive;

        throw new CliDownloadException(
            $"the registry has {_package}, but not its version {cache.Version}; a mirror may hold new versions back for some days",
            isTransient: false);
    }

    private async Task<JsonDocument> GetJsonAsync(Uri address, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        using var response = await transfer.WhileBusyAsync(
            () => transfer.GetAsync(
                address,
                authorization,
                headers => headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json")),
                transfer.Policy.RegistryResponseTimeout,
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(transfer.Policy.RegistryResponseTimeout, transfer.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var body = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
                return await JsonDocument.ParseAsync(body, default, either.Token).ConfigureAwait(false);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{HttpTransfer.Shown(address)} did not answer with JSON", exception);
        }
        catch (IOException exception)
        {
            throw new HttpRequestException(
                HttpRequestError.ResponseEnded, $"the answer of {HttpTransfer.Shown(address)} broke off", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(
                HttpRequestError.ConnectionError, $"{address.Authority} did not answer in time", exception);
        }
    }

    private static (Uri Address, string? Integrity)? ReadArchive(JsonElement version)
    {
        if (version.ValueKind != JsonValueKind.Object
            || !version.TryGetProperty("dist", out var dist)
            || dist.ValueKind != JsonValueKind.Object
            || !dist.TryGetProperty("tarball", out var tarball)
            || tarball.ValueKind != JsonValueKind.String
            || !Uri.TryCreate(tarball.GetString(), UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https"))
            return null;
        var integrity = dist.TryGetProperty("integrity", out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
        return (address, integrity);
    }

    private async Task UnpackAsync(
        Uri address,
        string? integrity,
        NpmRegistryChoice registry,
        PartialFile partial,
        DownloadReporter reporter,
        CancellationToken cancellationToken)
    {
        var authorization = registry.Credentials.For(address, registry.Address);
        var stream = await ResumableHttpStream.OpenAsync(
            transfer, address, authorization, transfer.Policy.RegistryResponseTimeout, offset: 0, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            // The archive begins at its start, so the bare binary does too.
            partial.Reset();
            var hashed = new HashingStream(stream, count => reporter.Received(count, stream.TotalLength));
            await using (hashed.ConfigureAwait(false))
            {
                await ExtractAsync(hashed, partial, cancellationToken).ConfigureAwait(false);
                await hashed.DrainAsync(cancellationToken).ConfigureAwait(false);
                reporter.Entered(CliDownloadStage.Verifying);
                partial.Verify();
                if (Sha512Of(integrity) is { } expected && hashed.GetHash() is var actual && !expected.Contains(actual))
                {
                    partial.Reset();
                    throw new InvalidDataException(
                        $"the archive is not the one the registry promised: expected {integrity}, but it is sha512-{actual}");
                }
            }
        }
    }

    private async Task ExtractAsync(Stream archive, PartialFile partial, CancellationToken cancellationToken)
    {
        try
        {
            var unzipped = new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true);
            await using (unzipped.ConfigureAwait(false))
            {
                var reader = new TarReader(unzipped, leaveOpen: true);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
                    {
                        if (entry.Name != "package/" + cache.Binary.FileName || entry.DataStream is not { } data)
                            continue;
                        var buffer = new byte[128 * 1024];
                        while (await data.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
                            await partial.AppendAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                        return;
                    }
                }
            }
        }
        catch (Exception exception) when (exception is FormatException or EndOfStreamException)
        {
            throw new InvalidDataException($"the archive is damaged ({exception.Message})", exception);
        }

        throw new InvalidDataException($"the archive holds no package/{cache.Binary.FileName}");
    }

    // One word for each algorithm, and there may be several of them; others than SHA-512 are too weak or too rare to ask for, and the
    // binary has a checksum of its own anyway.
    private static HashSet<string>? Sha512Of(string? integrity)
    {
        var hashes = (integrity ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.StartsWith("sha512-", StringComparison.Ordinal))
            .Select(word => word["sha512-".Length..].Split('?')[0])
            .ToHashSet(StringComparer.Ordinal);
        return hashes.Count == 0 ? null : hashes;
    }
}
