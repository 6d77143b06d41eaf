using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Gateway.Load;

/// <summary>The gateway as a process of its own.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _output;

    private GatewayProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        _output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Processor time of the gateway alone, without the CLIs.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public int Id => _process.Id;

    public static async Task<GatewayProcess> StartAsync(string path, string cli, HermeticCliEnvironment environment, Dictionary<string, string>? more = null)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [path, "serve", "--port", port.ToString(CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = environment.WorkingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment.Variables)
            start.Environment[name] = value;
        start.Environment["NEXUS_CLAUDE_CLI"] = cli;
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        foreach (var (name, value) in more ?? [])
            start.Environment[name] = value;
        var gateway = new GatewayProcess(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
        await gateway.ReadyAsync();
        return gateway;
    }

    /// <summary>Waits until a process of the CLI has been started ahead.</summary>
    public async Task ReadyAsync()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var ready = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (ready.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                // It does not listen yet.
            }

            if (_process.HasExited || tries > 600)
                throw new InvalidOperationException($"The gateway is not ready (exited: {_process.HasExited}).");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _output;
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
