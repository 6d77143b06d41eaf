using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Nexus.Claude.Server.Tests;

/// <summary>The program as its users start it: a process of its own, with a home and an environment of its own.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    // Far above what any of it takes; it turns a hang into a failure.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _all = new();
    private readonly CancellationTokenSource _deadline = new(Patience, TimeProvider.System);

    private GatewayProcess(string home, IReadOnlyDictionary<string, string> variables, IEnumerable<string> args)
    {
        Home = home;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "nexus-claude.dll"));
        foreach (var arg in args)
            start.ArgumentList.Add(arg);
        start.Environment.Clear();
        foreach (var name in new[] { "PATH", "DOTNET_ROOT", "TMPDIR", "SystemRoot" })
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }

        start.Environment["HOME"] = home;
        start.Environment["CLAUDE_CONFIG_DIR"] = Path.Combine(home, ".claude");
        start.Environment["NEXUS_CLAUDE_CLI"] = PinnedCli.ExecutablePath;
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["CLAUDE_CODE__PROCESS_POOL__MIN_IDLE"] = "1";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        Read(_process.StandardOutput);
        Read(_process.StandardError);
    }

    public string Home { get; }

    public int Id => _process.Id;

    /// <summary>Everything it wrote so far.</summary>
    public string Output
    {
        get
        {
            lock (_all)
                return _all.ToString();
        }
    }

    public CancellationToken Deadline => _deadline.Token;

    public static GatewayProcess Start(IReadOnlyDictionary<string, string>? variables = null, params string[] args) =>
        new(Directory.CreateTempSubdirectory("nexus-gateway-").FullName, variables ?? new Dictionary<string, string>(), args);

    /// <summary>Waits for the address in the banner.</summary>
    public async Task<Uri> ListensAsync()
    {
        var line = await LineAsync("listens on ");
        return new Uri(line[(line.IndexOf("listens on ", StringComparison.Ordinal) + "listens on ".Length)..].Split(',')[0]);
    }

    /// <summary>Waits for a line.</summary>
    public async Task<string> LineAsync(string part)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(Deadline))
        {
            if (line.Contains(part, StringComparison.Ordinal))
                return line;
        }

        throw new AssertionException($"The gateway ended without a line with '{part}':\n{Output}");
    }

    /// <summary>Sends a signal to it alone.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Deadline);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndsAsync()
    {
        await _process.WaitForExitAsync(Deadline);
        return _process.ExitCode;
    }

    /// <summary>The processes that it has started and that live.</summary>
    public IReadOnlyList<int> Children() => OperatingSystem.IsLinux()
        ? [.. Directory.GetDirectories($"/proc/{Id}/task").SelectMany(static thread => File.ReadAllLines(Path.Combine(thread, "children"))).SelectMany(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(static id => int.Parse(id, CultureInfo.InvariantCulture))]
        : [];

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _deadline.Dispose();
        Directory.Delete(Home, recursive: true);
    }

    private void Read(StreamReader reader) => _ = Task.Run(async () =>
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_all)
                _all.AppendLine(line);
            _lines.Writer.TryWrite(line);
        }

        // Both streams end with the process.
        if (_process.HasExited || reader == _process.StandardOutput)
            _lines.Writer.TryComplete();
    });
}
