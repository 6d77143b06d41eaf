using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

/// <summary>A machine of its own in a temporary folder, and a small release of a pretended CLI for it.</summary>
internal sealed class CliBench : IDisposable
{
    public const string Platform = "linux-x64";

    public CliBench(int size = 300_000)
    {
        Folder = Directory.CreateTempSubdirectory("nexus-cli-").FullName;
        Content = new byte[size];
        new Random(20_261_120).NextBytes(Content);
        Binary = new CliBinary("claude", size, Convert.ToHexStringLower(SHA256.HashData(Content)));
        Host = HostIn(Folder);
    }

    public string Folder { get; }

    public string CacheFolder => Path.Combine(Folder, "cache");

    public string Home => Host.HomeDirectory;

    public byte[] Content { get; }

    public CliBinary Binary { get; }

    public HostEnvironment Host { get; set; }

    public string InstallFolder => Path.Combine(CacheFolder, "9.9.9", Platform);

    public string InstalledPath => Path.Combine(InstallFolder, "claude");

    public string PartialPath => InstalledPath + ".partial";

    public static CliManifest ManifestOf(CliBinary binary) =>
        new("9.9.9", new Dictionary<string, CliBinary> { [Platform] = binary });

    public static HostEnvironment HostIn(string folder)
    {
        var home = Path.Combine(folder, "home");
        var work = Path.Combine(folder, "work");
        Directory.CreateDirectory(home);
        Directory.CreateDirectory(work);
        return new HostEnvironment
        {
            System = HostSystem.Linux,
            Architecture = Architecture.X64,
            RuntimeIdentifier = "linux-x64",
            Variables = new Dictionary<string, string>(),
            HomeDirectory = home,
            CurrentDirectory = work,
            RootDirectory = Path.Combine(folder, "root"),
        };
    }

    public CliInstallOptions Options(Uri? releases = null, Uri? registry = null) => new()
    {
        CacheDirectory = CacheFolder,
        ReleaseBaseAddress = releases ?? new Uri("http://releases.invalid/"),
        NpmRegistry = registry,
        Sources = (releases, registry) switch
        {
            (null, not null) => [CliDownloadSource.NpmRegistry],
            (not null, null) => [CliDownloadSource.VendorRelease],
            _ => [CliDownloadSource.VendorRelease, CliDownloadSource.NpmRegistry],
        },
        Manifest = ManifestOf(Binary),
        Host = Host,
        Transfer = TransferPolicy.Default with { RetryDelay = TimeSpan.FromMilliseconds(1), LockPollInterval = TimeSpan.FromMilliseconds(5) },
    };

    public void SetVariables(params (string Name, string Value)[] variables) =>
        Host = Host with { Variables = variables.ToDictionary(pair => pair.Name, pair => pair.Value) };

    public string Write(string relativePath, string text = "")
    {
        var path = Path.Combine(Folder, relativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public string WriteExecutable(string relativePath, string text = "")
    {
        var path = Write(relativePath, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public void LeavePartial(ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(InstallFolder);
        File.WriteAllBytes(PartialPath, bytes);
    }

    // Not by Is.EqualTo, which takes seconds for megabytes.
    public void AssertInstalled() =>
        Assert.That(File.ReadAllBytes(InstalledPath).AsSpan().SequenceEqual(Content), "the installed file has the right content");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>Keeps every report, and lets a test wait for one.</summary>
internal sealed class RecordedProgress : IProgress<CliDownloadProgress>
{
    private readonly ConcurrentQueue<CliDownloadProgress> _reports = new();
    private readonly List<(Func<CliDownloadProgress, bool> Condition, TaskCompletionSource Reached)> _waits = [];

    public IReadOnlyCollection<CliDownloadProgress> Reports => _reports;

    public Task WhenAsync(Func<CliDownloadProgress, bool> condition)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waits)
            _waits.Add((condition, reached));
        return reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public void Report(CliDownloadProgress value)
    {
        _reports.Enqueue(value);
        lock (_waits)
        {
            foreach (var (condition, reached) in _waits)
            {
                if (condition(value))
                    reached.TrySetResult();
            }
        }
    }
}
