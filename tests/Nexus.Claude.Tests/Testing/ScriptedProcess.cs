using System.Diagnostics;
using System.Text.Json;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Testing;

/// <summary>Runs the scripted CLI as a bare process, so that its own behaviour is tested and not a client's.</summary>
internal sealed class ScriptedProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;

    public ScriptedProcess(ScriptedCli? cli, params string[] arguments)
        : this(ScriptedCli.ExecutablePath, cli, arguments)
    {
    }

    public ScriptedProcess(string program, ScriptedCli? cli, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = TestContext.CurrentContext.WorkDirectory,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in cli?.Environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public Stream Output => _process.StandardOutput.BaseStream;

    public Task<string> ErrorAsync() => _error;

    public async Task SendAsync(string line)
    {
        await _process.StandardInput.WriteAsync(line + "\n");
        await _process.StandardInput.FlushAsync();
    }

    public Task SendUserAsync(string text, string uuid = "11111111-1111-4111-8111-111111111111") =>
        SendAsync($$$$"""{"type":"user","session_id":"","message":{"role":"user","content":[{"type":"text","text":{{{{JsonSerializer.Serialize(text)}}}}}]},"parent_tool_use_id":null,"uuid":"{{{{uuid}}}}"}""");

    public Task SendControlAsync(string id, string subtype) =>
        SendAsync($$$$"""{"type":"control_request","request_id":"{{{{id}}}}","request":{"subtype":"{{{{subtype}}}}"}}""");

    public void EndInput() => _process.StandardInput.Close();

    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync(Patience()).AsTask();

    public async Task<JsonElement> ReadAsync()
    {
        string line = await ReadLineAsync() ?? throw new EndOfStreamException("The scripted CLI's output ended.");
        return JsonDocument.Parse(line).RootElement;
    }

    public async Task<JsonElement> ReadUntilAsync(string type, string? subtype = null)
    {
        while (true)
        {
            var message = await ReadAsync();
            if (message.GetProperty("type").GetString() == type && (subtype is null || message.GetProperty("subtype").GetString() == subtype))
                return message;
        }
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(Patience());
        return _process.ExitCode;
    }

    public bool HasExited => _process.HasExited;

    public void Kill() => _process.Kill(entireProcessTree: true);

    /// <summary>Sends a signal by its name, as a terminal or a supervisor would.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("/bin/kill", [$"-{name}", Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    /// <summary>How long a test waits for what should come at once.</summary>
    public static CancellationToken Patience() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;
}
