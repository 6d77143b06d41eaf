using CliWrap;
using CliWrap.Buffered;

namespace Nexus.Claude.Cli;

/// <summary>The registry an npm configuration names, what named it, and the credentials that go with it.</summary>
internal sealed record NpmRegistryChoice(Uri Address, string Origin, NpmCredentials Credentials);

/// <summary>Asks the user's npm configuration for the registry of the CLI's packages. No registry is known to this code itself.</summary>
internal sealed class NpmConfiguration(HostEnvironment host, TimeProvider time)
{
    private const string ScopeKey = "@anthropic-ai:registry";
    private const string RegistryKey = "registry";
    private const string VariablePrefix = "npm_config_";

    /// <summary>Finds the registry.</summary>
    /// <param name="explicitRegistry">The one given in the options, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliDownloadException">Nothing names a registry, or what names it is no web address.</exception>
    public async Task<NpmRegistryChoice> FindRegistryAsync(Uri? explicitRegistry, CancellationToken cancellationToken)
    {
        var npm = FindNpm();
        var layers = await ReadLayersAsync(npm, cancellationToken).ConfigureAwait(false);

        var merged = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (_, settings) in layers)
        {
            foreach (var (key, value) in settings)
                merged.TryAdd(key, value);
        }

        var credentials = new NpmCredentials(merged);
        if (explicitRegistry is not null)
            return new NpmRegistryChoice(WithSlash(explicitRegistry), nameof(CliInstallOptions.NpmRegistry), credentials);

        // A registry for the scope outranks a general one wherever either stands; npm installs from there too.
        foreach (var key in new[] { ScopeKey, RegistryKey })
        {
            foreach (var (origin, settings) in layers)
            {
                if (settings.TryGetValue(key, out var value) && value.Length > 0)
                    return new NpmRegistryChoice(ToAddress(value, origin), origin, credentials);
            }
        }

        if (npm is not null && await AskNpmAsync(npm, cancellationToken).ConfigureAwait(false) is { } answer)
            return new NpmRegistryChoice(ToAddress(answer, "npm config get registry"), "npm config get registry", credentials);

        throw new CliDownloadException(
            "no npm registry is known: there is neither a registry in an .npmrc or in npm_config_registry, nor an npm to ask. Name one in " +
            $"npm_config_registry or in {nameof(CliInstallOptions)}.{nameof(CliInstallOptions.NpmRegistry)}",
            isTransient: false);
    }

    private async Task<List<(string Origin, IReadOnlyDictionary<string, string> Settings)>> ReadLayersAsync(
        string? npm, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in host.Variables)
        {
            if (!name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase) || value.Length == 0)
                continue;
            // npm's reading: any case, and an underscore stands for a dash; scopes and credentials are taken as they are.
            var key = name[VariablePrefix.Length..];
            variables[key.StartsWith("//", StringComparison.Ordinal) || key.StartsWith('@') ? key : key.ToLowerInvariant()] = value;
        }

        List<(string, IReadOnlyDictionary<string, string>)> layers = [("npm_config_registry", variables)];
        var project = ProjectFile();
        var user = variables.GetValueOrDefault("userconfig")
            ?? (host.HomeDirectory.Length > 0 ? Path.Combine(host.HomeDirectory, ".npmrc") : null);

        // A project's file may come from anybody's repository: it names a registry, but sees only what is meant for npm, so that it
        // cannot have this process send another secret of the environment to an address of its choice.
        if (project is not null && project != user)
            await AddAsync(project, name => IsMeantForNpm(name) ? host.Variable(name) : null).ConfigureAwait(false);
        if (user is not null)
            await AddAsync(user, host.Variable).ConfigureAwait(false);
        if ((variables.GetValueOrDefault("globalconfig") ?? GlobalFile(npm)) is { } global)
            await AddAsync(global, host.Variable).ConfigureAwait(false);
        return layers;

        async Task AddAsync(string path, Func<string, string?> variable)
        {
            if (!File.Exists(path))
                return;
            try
            {
                layers.Add((path, Npmrc.Parse(await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false), variable)));
            }
            catch (Exception exception) when (CacheWriteException.IsFileFault(exception))
            {
                throw new CliDownloadException(
                    $"npm's configuration {path} cannot be read ({exception.Message})", isTransient: false, exception);
            }
        }
    }

    private static bool IsMeantForNpm(string variable) =>
        variable.StartsWith("NPM_", StringComparison.OrdinalIgnoreCase) || variable == "NODE_AUTH_TOKEN";

    // npm's rule: the nearest folder upward that holds a package, else the current one.
    private string? ProjectFile()
    {
        for (var folder = host.CurrentDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "package.json")) || Directory.Exists(Path.Combine(folder, "node_modules")))
                return Path.Combine(folder, ".npmrc");
        }

        return Path.Combine(host.CurrentDirectory, ".npmrc");
    }

    private string? GlobalFile(string? npm)
    {
        if (host.IsWindows)
            return host.Variable("APPDATA") is { } roaming ? Path.Combine(roaming, "npm", "etc", "npmrc") : null;
        var prefix = host.Variable("PREFIX") ?? Path.GetDirectoryName(Path.GetDirectoryName(npm));
        return prefix is null ? null : Path.Combine(prefix, "etc", "npmrc");
    }

    private string? FindNpm() =>
        (host.Variable("PATH") ?? "")
            .Split(host.IsWindows ? ';' : ':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(Path.IsPathRooted)
            .Select(folder => Path.Combine(folder, host.IsWindows ? "npm.cmd" : "npm"))
            .FirstOrDefault(File.Exists);

    private async Task<string?> AskNpmAsync(string npm, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var command = CliWrap.Cli.Wrap(npm)
                .WithArguments(["config", "get", RegistryKey])
                .WithEnvironmentVariables(host.Variables.ToDictionary(pair => pair.Key, string? (pair) => pair.Value))
                .WithValidation(CommandResultValidation.None);
            // The project's file has been read already, by our own rule; asked from the home folder npm does not read it again.
            if (Directory.Exists(host.HomeDirectory))
                command = command.WithWorkingDirectory(host.HomeDirectory);
            var result = await command.ExecuteBufferedAsync(either.Token).ConfigureAwait(false);
            var answer = result.StandardOutput
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .LastOrDefault();
            if (result.ExitCode == 0)
                return answer is null or "undefined" or "null" ? null : answer;
            throw new CliDownloadException(
                $"`npm config get registry` ended with exit code {result.ExitCode}: {result.StandardError.Trim()}", isTransient: false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliDownloadException("`npm config get registry` did not answer within 15 seconds", isTransient: true, exception);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new CliDownloadException(
                $"{npm} could not be started to ask for the registry ({exception.Message})", isTransient: false, exception);
        }
    }

    private static Uri ToAddress(string value, string origin) =>
        Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? WithSlash(address)
            : throw new CliDownloadException($"the npm registry named by {origin} is not an http or https address", isTransient: false);

    private static Uri WithSlash(Uri address) =>
        address.AbsolutePath.EndsWith('/') ? address : new UriBuilder(address) { Path = address.AbsolutePath + "/" }.Uri;
}
