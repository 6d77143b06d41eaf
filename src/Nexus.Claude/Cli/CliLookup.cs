namespace Nexus.Claude.Cli;

/// <summary>Looks for a CLI in the order the documentation promises, and remembers where it looked.</summary>
/// <param name="options">Where the cache is; null for the defaults.</param>
/// <remarks>Nothing is asked of the machine before it is needed: for a CLI that is named, that is hardly anything.</remarks>
internal sealed class CliLookup(CliInstallOptions? options)
{
    private static readonly string[] ShimNames = ["claude.cmd", "claude.bat"];

    private readonly List<string> _searched = [];
    private readonly List<string> _shims = [];

    private HostEnvironment Host => field ??= options?.Host ?? HostEnvironment.OfThisMachine();

    private bool IsWindows => options?.Host?.IsWindows ?? OperatingSystem.IsWindows();

    public async Task<CliInstallation?> FindAsync(string? explicitPath, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(explicitPath))
            return Named(explicitPath, "the options", CliInstallationSource.Explicit);
        if (Host.Variable(ClaudeCli.ExecutableVariable) is { } variable)
            return Named(variable, $"the environment variable {ClaudeCli.ExecutableVariable}", CliInstallationSource.EnvironmentVariable);
        _searched.Add($"{ClaudeCli.ExecutableVariable} (not set)");

        if (CliCache.Open(options ?? CliInstallOptions.Default, Host) is { } cache)
        {
            var state = await cache.CheckAsync(cancellationToken).ConfigureAwait(false);
            if (state == CacheState.Valid)
                return new CliInstallation(cache.BinaryPath, cache.Version, CliInstallationSource.Cache);
            _searched.Add(state == CacheState.Altered ? $"{cache.BinaryPath} (is not the file it should be)" : cache.BinaryPath);
        }

        foreach (var folder in PathFolders())
        {
            if (Look(folder) is { } path)
                return new CliInstallation(path, null, CliInstallationSource.Path);
        }

        foreach (var folder in KnownFolders())
        {
            if (Look(folder) is { } path)
                return new CliInstallation(path, null, CliInstallationSource.KnownFolder);
        }

        return null;
    }

    /// <summary>The error to raise when <see cref="FindAsync"/> found nothing and nothing is to be downloaded.</summary>
    public CliNotFoundException NotFound()
    {
        var shims = _shims.Count == 0
            ? ""
            : $" Batch files were found but are not started, because cmd.exe would interpret the arguments again: {string.Join(", ", _shims)}.";
        return new CliNotFoundException(
            $"The Claude Code CLI was not found and downloading is turned off.{shims} Searched: {string.Join("; ", _searched)}. " +
            "Download it once with `await ClaudeCli.InstallAsync()`, allow the download in the options, or name an executable in the " +
            $"options or in the environment variable {ClaudeCli.ExecutableVariable}.",
            [.. _searched]);
    }

    /// <summary>Whether Windows would hand this file to cmd.exe, whatever dots, blanks or stream names decorate it.</summary>
    public static bool IsBatchFile(string path) =>
        path.Split('/', '\\', ':')
            .Select(part => part.TrimEnd('.', ' '))
            .Any(part => part.EndsWith(".cmd", StringComparison.OrdinalIgnoreCase) || part.EndsWith(".bat", StringComparison.OrdinalIgnoreCase));

    private CliInstallation Named(string value, string origin, CliInstallationSource source)
    {
        if (IsWindows && IsBatchFile(value))
        {
            throw new CliStartException(
                CliStartFailure.NotExecutable,
                value,
                $"{value}, named in {origin}, is a batch file. It is not started, because cmd.exe would interpret the arguments again. Name " +
                @"the native executable (the npm package keeps it at node_modules\@anthropic-ai\claude-code\bin\claude.exe), or name " +
                "nothing and let Nexus.Claude download it.");
        }

        var isBareName = value.IndexOfAny(['/', '\\']) < 0 && !Path.IsPathRooted(value);
        // The current folder is asked for only where it counts: that is slow the first time.
        var path = isBareName ? FindBareName(value)
            : Path.IsPathFullyQualified(value) ? Path.GetFullPath(value)
            : Path.GetFullPath(value, Host.CurrentDirectory);
        if (path is not null && File.Exists(path))
            return new CliInstallation(path, null, source);

        throw new CliNotFoundException(
            $"The Claude Code CLI named in {origin} does not exist: {value}" +
            $"{(isBareName ? " is neither on PATH nor in the current folder" : "")}. " +
            "Correct the path, or name nothing and let Nexus.Claude find or download the CLI.",
            [path ?? value]);
    }

    private string? FindBareName(string name)
    {
        string[] names = IsWindows && !Path.HasExtension(name) ? [name + ".exe", name + ".com"] : [name];
        return PathFolders().Append(Host.CurrentDirectory)
            .SelectMany(folder => names.Select(candidate => Path.Combine(folder, candidate)))
            .FirstOrDefault(IsExecutable);
    }

    private string? Look(string folder)
    {
        _searched.Add(folder);
        string[] names = IsWindows ? ["claude.exe", "claude.com"] : ["claude"];
        foreach (var name in names)
        {
            var path = Path.Combine(folder, name);
            if (IsExecutable(path))
                return path;
        }

        if (!IsWindows)
            return null;
        foreach (var shim in ShimNames.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            // npm's batch file starts a native program that lies beside it.
            var native = Path.Combine(folder, "node_modules", "@anthropic-ai", "claude-code", "bin", "claude.exe");
            if (File.Exists(native))
                return native;
            _shims.Add(shim);
        }

        return null;
    }

    private bool IsExecutable(string path)
    {
        if (!File.Exists(path))
            return false;
        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return IsWindows || OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != 0;
    }

    // A relative entry would make the answer depend on the current folder, where anybody's repository may lie.
    private IEnumerable<string> PathFolders() =>
        (Host.Variable("PATH") ?? "")
            .Split(IsWindows ? ';' : ':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(folder => folder.Trim('"'))
            .Where(Path.IsPathRooted);

    private IEnumerable<string> KnownFolders()
    {
        var home = Host.HomeDirectory;
        if (IsWindows)
        {
            if (home.Length > 0)
                yield return Path.Combine(home, ".local", "bin");
            if (Host.Variable("LOCALAPPDATA") is { } local)
                yield return Path.Combine(local, "Programs", "claude");
            if (Host.Variable("APPDATA") is { } roaming)
                yield return Path.Combine(roaming, "npm");
            if (home.Length > 0)
                yield return Path.Combine(home, ".claude", "local");
            yield break;
        }

        if (home.Length > 0)
        {
            yield return Path.Combine(home, ".local", "bin");
            yield return Path.Combine(home, ".npm-global", "bin");
        }

        yield return Path.Combine(Host.RootDirectory, "usr", "local", "bin");
        yield return Path.Combine(Host.RootDirectory, "opt", "homebrew", "bin");
        if (home.Length > 0)
        {
            yield return Path.Combine(home, "node_modules", ".bin");
            yield return Path.Combine(home, ".yarn", "bin");
            yield return Path.Combine(home, ".claude", "local");
        }
    }
}
