using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Server.Tests;

/// <summary>A headless Chromium with one page, driven over its DevTools protocol. It reaches loopback and nothing else.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _deadline = new(Patience, TimeProvider.System);
    private int _id;

    private Browser(Process process, string profile) => (_process, _profile) = (process, profile);

    public CancellationToken Deadline => _deadline.Token;

    /// <summary>The executable; null when there is none.</summary>
    public static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(static folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public static async Task<Browser> OpenAsync(Uri address)
    {
        var profile = Directory.CreateTempSubdirectory("nexus-browser-").FullName;
        var start = new ProcessStartInfo(Executable!)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--window-size=1100,1000", $"--user-data-dir={profile}",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-port=0", "--remote-allow-origins=*", "about:blank",
            },
        };
        start.Environment["HOME"] = profile;
        var browser = new Browser(Process.Start(start)!, profile);
        try
        {
            await browser.AttachAsync();
            await browser.NavigateAsync(address);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs JavaScript in the page.</summary>
    public async Task<JsonElement> EvaluateAsync(string script)
    {
        var result = await SendAsync("Runtime.evaluate", new JsonObject { ["expression"] = script, ["awaitPromise"] = true, ["returnByValue"] = true });
        Assert.That(result.TryGetProperty("exceptionDetails", out var failure), Is.False, failure.ToString());
        return result.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Waits until JavaScript in the page says true, which the page itself tells.</summary>
    public async Task UntilAsync(string condition)
    {
        var met = await EvaluateAsync(
            $$"""
            new Promise((resolve) => {
              const check = () => { if ({{condition}}) { observer.disconnect(); resolve(true); } };
              const observer = new MutationObserver(check);
              observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
              check();
            })
            """.ReplaceLineEndings(" "));
        Assert.That(met.GetBoolean(), condition);
    }

    /// <summary>Takes a picture.</summary>
    public async Task<byte[]> ScreenshotAsync()
    {
        var result = await SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = true });
        return result.GetProperty("data").GetBytesFromBase64();
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _deadline.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A helper process of the browser may still write its last files; the folder is in the system's temporary one.
        }
    }

    private async Task AttachAsync()
    {
        string? endpoint = null;
        while (endpoint is null && await _process.StandardError.ReadLineAsync(Deadline) is { } line)
            endpoint = line.StartsWith("DevTools listening on ws://", StringComparison.Ordinal) ? line["DevTools listening on ".Length..] : null;
        Assert.That(endpoint, Is.Not.Null, "the browser has ended");
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);

        using var client = new HttpClient();
        var list = new Uri($"http://{new Uri(endpoint!).Authority}/json/list");
        string? page = null;
        while (page is null)
        {
            using var targets = JsonDocument.Parse(await client.GetStringAsync(list, Deadline));
            page = targets.RootElement.EnumerateArray().Where(static target => target.GetProperty("type").GetString() == "page")
                .Select(static target => target.GetProperty("webSocketDebuggerUrl").GetString()).FirstOrDefault();
        }

        await _socket.ConnectAsync(new Uri(page), Deadline);
    }

    private async Task NavigateAsync(Uri address)
    {
        await SendAsync("Page.enable", []);
        var loaded = false;
        await SendAsync("Page.navigate", new JsonObject { ["url"] = address.ToString() }, message => loaded |= IsLoad(message));
        while (!loaded)
            loaded = IsLoad(await ReceiveAsync());

        static bool IsLoad(JsonElement message) => message.TryGetProperty("method", out var method) && method.GetString() == "Page.loadEventFired";
    }

    private async Task<JsonElement> SendAsync(string method, JsonObject parameters, Action<JsonElement>? onEvent = null)
    {
        var id = ++_id;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters }.ToJsonString();
        await _socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, Deadline);
        while (true)
        {
            var received = await ReceiveAsync();
            if (!received.TryGetProperty("id", out var answered) || answered.GetInt32() != id)
            {
                onEvent?.Invoke(received);
                continue;
            }

            Assert.That(received.TryGetProperty("error", out var error), Is.False, error.ToString());
            return received.GetProperty("result");
        }
    }

    private async Task<JsonElement> ReceiveAsync()
    {
        using var received = new MemoryStream();
        ValueWebSocketReceiveResult part;
        var buffer = new byte[64 * 1024];
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), Deadline);
            received.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        using var document = JsonDocument.Parse(received.ToArray());
        return document.RootElement.Clone();
    }
}
