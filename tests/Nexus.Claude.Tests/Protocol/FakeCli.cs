using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Nexus.Claude.Cli;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Tests.Protocol;

/// <summary>A CLI without a process: two pipes in memory and an end, all in the hands of the test.</summary>
internal sealed class FakeCli : ICliConnection
{
    private readonly Pipe _output = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly TaskCompletionSource<int?> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<JsonElement> _passedOver = [];
    private readonly StreamReader _lines;

    public FakeCli()
    {
        Output = _output.Reader.AsStream();
        Input = _input.Writer.AsStream();
        _lines = new StreamReader(_input.Reader.AsStream());
    }

    public Stream Output { get; }

    public Stream Input { get; }

    public int ProcessId => 4711;

    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UnixEpoch;

    public string StandardErrorTail { get; set; } = "";

    public Task<int?> Exited => _exited.Task;

    public Task StandardErrorDrained => Task.CompletedTask;

    public bool IsKilled { get; private set; }

    public bool IsInterrupted { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Starts a session on this CLI and answers its <c>initialize</c>.</summary>
    public async Task<Session> StartAsync(Func<SessionSettings, SessionSettings>? change = null)
    {
        var settings = new SessionSettings { Logger = NullLogger.Instance };
        var start = SessionStart.Begin(this, CliCommand.Create(new ClaudeOptions()), change?.Invoke(settings) ?? settings);
        await AnswerAsync(await TakeControlAsync("initialize"));
        await start.InitializeAsync(CancellationToken.None).InTime();
        return start.Session;
    }

    public void Interrupt() => IsInterrupted = true;

    public void Kill()
    {
        IsKilled = true;
        Exit(137);
    }

    /// <summary>Ends the process: no more output, and this exit code.</summary>
    public void Exit(int code)
    {
        _output.Writer.Complete();
        _exited.TrySetResult(code);
    }

    /// <summary>Ends the process while somebody else holds its output open.</summary>
    public void ExitWithOpenOutput(int code) => _exited.TrySetResult(code);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>Says lines.</summary>
    public async Task SayAsync(params string[] lines) => await _output.Writer.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));

    public Task AnswerAsync(string requestId, string payload = "{}") =>
        SayAsync($$$"""{"type":"control_response","response":{"subtype":"success","request_id":"{{{requestId}}}","response":{{{payload}}}}}""");

    /// <summary>Takes the next line of the SDK that fits; others are kept for later.</summary>
    public async Task<JsonElement> TakeAsync(Func<JsonElement, bool> fits)
    {
        if (_passedOver.FindIndex(line => fits(line)) is >= 0 and var index)
        {
            var found = _passedOver[index];
            _passedOver.RemoveAt(index);
            return found;
        }

        while (await _lines.ReadLineAsync().InTime() is { } text)
        {
            using var document = JsonDocument.Parse(text);
            var line = document.RootElement.Clone();
            if (fits(line))
                return line;
            _passedOver.Add(line);
        }

        throw new EndOfStreamException("The SDK closed the input.");
    }

    /// <summary>Takes the next control request of a kind and returns its id.</summary>
    public async Task<string> TakeControlAsync(string subtype)
    {
        var line = await TakeAsync(line => Text(line, "type") == "control_request" && Text(line.GetProperty("request"), "subtype") == subtype);
        return Text(line, "request_id")!;
    }

    /// <summary>Takes the next prompt and returns its id.</summary>
    public async Task<string> TakePromptAsync() => Text(await TakeAsync(line => Text(line, "type") == "user"), "uuid")!;

    /// <summary>Whether the SDK has sent a prompt before the lines that were taken last, which no call has taken.</summary>
    public bool HasPassedPrompt => _passedOver.Exists(line => Text(line, "type") == "user");

    /// <summary>Everything the SDK has written that no call has taken, up to its closing of the input.</summary>
    public async Task<IReadOnlyList<JsonElement>> TakeRestAsync()
    {
        while (await _lines.ReadLineAsync().InTime() is { } text)
        {
            using var document = JsonDocument.Parse(text);
            _passedOver.Add(document.RootElement.Clone());
        }

        return _passedOver;
    }

    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>Lines of the CLI as tests need them.</summary>
internal static class CliLines
{
    public static string Lifecycle(string prompt, string state) => $$"""{"type":"command_lifecycle","command_uuid":"{{prompt}}","state":"{{state}}","session_id":"s","uuid":"u"}""";

    public static string Init(params string[] prompts) =>
        $$"""{"type":"system","subtype":"init","session_id":"s","model":"m","cwd":"/"{{(prompts.Length == 0 ? "" : ",\"user_message_uuids\":[" + string.Join(',', prompts.Select(id => $"\"{id}\"")) + "]")}}}""";

    public static string Assistant(string text) =>
        $$$"""{"type":"assistant","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"{{{text}}}"}]},"parent_tool_use_id":null,"session_id":"s","uuid":"u"}""";

    public static string Delta(string text) =>
        $$$$"""{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{{text}}}}"}},"parent_tool_use_id":null,"session_id":"s","uuid":"u"}""";

    public static string Result(string? prompt = null, string members = "") =>
        $$"""{"type":"result","subtype":"success","is_error":false,"result":"done","session_id":"s","uuid":"r"{{(prompt is null ? "" : $",\"user_message_uuid\":\"{prompt}\"")}}{{members}}}""";

    public static string State(string state) => $$"""{"type":"system","subtype":"session_state_changed","state":"{{state}}","sdk_host_only":true,"session_id":"s","uuid":"u"}""";

    /// <summary>A whole turn as CLI 2.1.330 says it.</summary>
    public static string[] Turn(string prompt, string text = "Hello.") =>
    [
        Lifecycle(prompt, "queued"), Lifecycle(prompt, "started"), State("running"), Init(prompt), Assistant(text), Result(prompt),
        Lifecycle(prompt, "completed"), State("idle"),
    ];
}
