using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nexus.Claude.Server.Tests;

/// <summary>A Redis of a test's own on a port of loopback, with nothing on disk. From Debian's packages where it is missing and this is root.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly Lazy<Task<string?>> Missing = new(InstallAsync);

    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-redis-").FullName;
    private Process? _process;

    private RedisServer(int port) => Port = port;

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>How to reach it.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Starts a Redis; ignores the test where there is none.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        if (await Missing.Value is { } reason)
            Assert.Ignore(reason);
        for (var attempt = 0; ; attempt++)
        {
            var server = new RedisServer(FreePort());
            if (await server.TryStartAsync())
                return server;
            await server.DisposeAsync();

            // Somebody else may have taken the port since it was free.
            if (attempt == 5)
                throw new InvalidOperationException("redis-server does not start on any port of loopback.");
        }
    }

    /// <summary>Ends it, as a machine that dies would.</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } process)
            return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Starts it again at the same place, empty.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        Assert.That(await TryStartAsync(), Is.True, "redis-server could not take its port again");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string?> InstallAsync()
    {
        if (await RunAsync("redis-server", "--version") is 0)
            return null;
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
            return "There is no redis-server on the PATH; install it to run the tests of many gateways.";
        await RunAsync("apt-get", "update");
        await RunAsync("apt-get", "install", "-y", "--no-install-recommends", "redis-server");
        return await RunAsync("redis-server", "--version") is 0 ? null : "There is no redis-server, and apt-get could not install it.";
    }

    private static async Task<int?> RunAsync(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync(), process.WaitForExitAsync());
            return process.ExitCode;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private async Task<bool> TryStartAsync()
    {
        _process?.Dispose();
        string[] arguments =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder,
            "--databases", "1", "--daemonize", "no",
        ];
        var start = new ProcessStartInfo("redis-server", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                ready.TrySetResult(false);
            else if (line.Data.Contains("Ready to accept connections", StringComparison.Ordinal))
                ready.TrySetResult(true);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        return await ready.Task;
    }
}
