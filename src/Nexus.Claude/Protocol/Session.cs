using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Cli;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>
/// A conversation with one CLI: one task reads its lines and hands each to whom it concerns. It waits for no consumer and runs no
/// callback. The end of the CLI, however it comes, fails everybody who waits, with the cause.
/// </summary>
internal sealed partial class Session
{
    private static readonly JsonDocumentOptions DeepJson = new() { MaxDepth = JsonTokenReader.DeepestFrame };

    private const long UnpromptedBudget = 16 * 1024 * 1024;

    private readonly ICliConnection _connection;
    private readonly SessionSettings _settings;
    private readonly LineReader _lines;
    private readonly List<StreamEventMessage> _partials = [];
    private readonly LineWriter _writer;
    private readonly PromptGate _prompts;
    private readonly InboundRequests _inbound;
    private readonly TurnRouter _router;
    private readonly SessionTelemetry _telemetry;
    private readonly Pulse _activity = new();
    private readonly TaskCompletionSource<CliExit> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly Task _ending;
    private readonly Task _watching;
    private long _lastLineAt;
    private long _waits;
    private bool _waiting;
    private string? _lastErrorResult;
    private volatile bool _runsInBackground;
    private Exception? _overflow;

    private Session(ICliConnection connection, SessionSettings settings)
    {
        _connection = connection;
        _settings = settings;
        _lines = new LineReader(connection.Output, settings.MaxLineBytes);
        _writer = new LineWriter(connection.Input);
        _prompts = new PromptGate(_writer);
        _telemetry = new SessionTelemetry(settings.Telemetry, settings.TimeProvider, settings.Logger);
        Control = new ControlChannel(_writer, settings.TimeProvider, _telemetry);
        _inbound = new InboundRequests(_writer, settings, _telemetry, RunForCaller);
        Unprompted = settings.SingleStream
            ? NewQueue()
            : new MessageQueue(MessageBuffering.DropPartialMessages(UnpromptedBudget), dropOldest: true);
        _router = new TurnRouter(Unprompted, settings.SingleStream);
        _lastLineAt = settings.TimeProvider.GetTimestamp();
        foreach (var feature in settings.Features)
            feature.Attach(this);
        _reading = Task.Run(ReadAsync);
        _ending = EndAsync();
        _watching = WatchAsync();
    }

    /// <summary>Our control requests.</summary>
    public ControlChannel Control { get; }

    /// <summary>Messages that belong to no turn; with <see cref="SessionSettings.SingleStream"/> all messages.</summary>
    public MessageQueue Unprompted { get; }

    /// <summary>The process, its streams and its end.</summary>
    public ICliConnection Connection => _connection;

    /// <summary>The session's settings.</summary>
    public SessionSettings Settings => _settings;

    /// <summary>The session's spans and metrics.</summary>
    public SessionTelemetry Telemetry => _telemetry;

    /// <summary>Ends when the CLI has ended and everybody has been told.</summary>
    public Task<CliExit> Completion => _completion.Task;

    /// <summary>The id of the CLI's session as last seen on a message; null before the first.</summary>
    public string? SessionId { get; private set; }

    /// <summary>The state that the CLI reported last; null when it reports none (CLI 2.1.197).</summary>
    public SessionState? State { get; private set; }

    /// <summary>True while a prompt has no result yet, or the CLI works in the background.</summary>
    public bool IsBusy => _router.OpenTurns.Length > 0 || _runsInBackground;

    /// <summary>The last word of the CLI about its commands; null before the first.</summary>
    public CommandsChangedMessage? CommandsChanged { get; private set; }

    /// <summary>The newest prompt of the conversation whose turn has ended in this process; null before the first.</summary>
    public string? LastPromptId { get; private set; }

    /// <summary>The tasks that the CLI runs in the background and whose end may start a turn.</summary>
    public BackgroundTaskLedger BackgroundTasks { get; } = new();

    /// <summary>Starts to read.</summary>
    /// <param name="connection">The CLI.</param>
    /// <param name="settings">The settings.</param>
    /// <returns>The session.</returns>
    public static Session Start(ICliConnection connection, SessionSettings settings) => new(connection, settings);

    /// <summary>A queue for messages whose reader the caller is; when it overflows and the caller wants that to be fatal, the session ends.</summary>
    private MessageQueue NewQueue() => new(_settings.Buffering) { Overflowed = failure => _overflow ??= failure };

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private async Task ReadAsync()
    {
        try
        {
            while (await WaitForLinesAsync())
            {
                Volatile.Write(ref _waiting, false);
                Volatile.Write(ref _lastLineAt, _settings.TimeProvider.GetTimestamp());
                while (_lines.TryRead(out var line))
                    Accept(line);
                RoutePartials();
                if (_overflow is { } overflow)
                    Fail(overflow);
            }
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The pipe broke with its process; what ended the process is told by the exit.
        }
        catch (Exception failure)
        {
            // Nothing in a line may end the loop; if something does all the same, it must not look like an orderly end.
            _settings.Logger.ReadLoopFailed(_connection.ProcessId, failure);
            Fail(new ProtocolException("The output of the CLI could not be read. This is a defect of the SDK; please report it.", failure));
        }
        finally
        {
            RoutePartials();
            _router.Flush();
            _lines.Dispose();
        }
    }

    private WaitThenWake WaitForLinesAsync()
    {
        _waits++;
        Volatile.Write(ref _waiting, true);
        return new WaitThenWake(_lines.WaitAsync(CancellationToken.None), _router.FlushAllButOne());
    }

    private void Accept(in Line line)
    {
        // Nine lines of ten in a streamed answer are of this one shape, which says by itself what it is.
        if (line.Kind == LineKind.Whole && StreamEventScanner.TryRead(line.Bytes) is { } partial)
        {
            _partials.Add(partial);
            return;
        }

        RoutePartials();
        if (line.Kind != LineKind.Whole && !IsUsable(line))
            return;
        if (!FrameScanner.TryScan(line.Bytes.Span, out var type, out var subtype))
        {
            Skip(line);
            return;
        }

        if (type.SequenceEqual("control_response"u8))
        {
            AcceptResponse(line);
        }
        else if (type.SequenceEqual("control_request"u8))
        {
            AcceptControl(line, static (session, frame) => session._inbound.Accept(frame));
        }
        else if (type.SequenceEqual("control_cancel_request"u8))
        {
            AcceptControl(line, static (session, frame) => session._inbound.Cancel(frame));
        }
        else if (!type.SequenceEqual("keep_alive"u8))
        {
            Route(line, type, subtype);
        }
    }

    /// <summary>Says what is wrong with a line that did not come whole.</summary>
    /// <returns>True when nothing is, because only the line feed is missing.</returns>
    private bool IsUsable(in Line line)
    {
        if (line.Kind == LineKind.TooLong)
        {
            Warn(StreamWarning.LineTooLong, line,
                $"A line of {line.Length} bytes is over the limit of {_settings.MaxLineBytes} bytes and was skipped; everything after it is complete. "
                + "Raise ClaudeOptions.MaxLineBytes to receive such lines.");
            return false;
        }

        if (IsWholeObject(line.Bytes))
            return true;
        Warn(StreamWarning.LineCutOff, line, $"The CLI ended in the middle of a line; its first {line.Length} bytes are in Raw.");
        return false;
    }

    /// <summary>Routes the pieces of text that have been read since the last call: two locks for all of them, not for each.</summary>
    private void RoutePartials()
    {
        if (_partials.Count == 0)
            return;
        _router.Route(_partials);
        _partials.Clear();
    }

    /// <summary>An answer; one to <c>initialize</c> may bring along requests that an earlier host left open (protocol.md 4.1).</summary>
    private void AcceptResponse(in Line line)
    {
        ControlResponse? response;
        try
        {
            response = ControlResponse.Read(LineRepair.Repair(line.Bytes));
        }
        catch (JsonException)
        {
            Skip(line);
            return;
        }

        if (response is null)
            return;
        Control.Accept(response);
        foreach (var pending in response.PendingRequests)
            AcceptPending(pending);
    }

    private void AcceptPending(ReadOnlyMemory<byte> requests)
    {
        using var pending = JsonDocument.Parse(requests, DeepJson);
        foreach (var request in pending.RootElement.EnumerateArray())
            _inbound.Accept(request);
    }

    private void AcceptControl(in Line line, Action<Session, JsonElement> accept)
    {
        try
        {
            using var frame = JsonDocument.Parse(LineRepair.Repair(line.Bytes), DeepJson);
            accept(this, frame.RootElement);
        }
        catch (JsonException)
        {
            Skip(line);
        }
    }

    private void Route(in Line line, ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype)
    {
        ClaudeMessage message;
        try
        {
            message = MessageReader.Read(line.Bytes, type, subtype);
        }
        catch (JsonException)
        {
            Skip(line);
            return;
        }

        Observe(message);
        if (message is not StreamEventMessage)
        {
            if (Listeners.ArePossible)
                _telemetry.Observe(message, SessionTelemetry.FollowsTurns ? _router.Current?.Telemetry : null);
            if (_settings.Telemetry.IncludeContent && _settings.Logger.IsEnabled(LogLevel.Trace))
                _settings.Logger.MessageReceivedSensitive(_connection.ProcessId, Encoding.UTF8.GetString(line.Bytes.Span));

            foreach (var feature in _settings.Features)
            {
                if (feature.Takes(message))
                    return;
                feature.Observe(message);
            }
        }

        _router.Route(message, message is ResultMessage result ? BeforeAsync(result) : ISessionFeature.NothingBefore);
    }

    /// <summary>What the features want done before a result is handed out.</summary>
    private Task<IReadOnlyList<ClaudeMessage>> BeforeAsync(ResultMessage result)
    {
        var before = ISessionFeature.NothingBefore;
        foreach (var feature in _settings.Features)
        {
            var more = feature.BeforeResultAsync(result);
            before = before == ISessionFeature.NothingBefore ? more : more == ISessionFeature.NothingBefore ? before : BothAsync(before, more);
        }

        return before;

        static async Task<IReadOnlyList<ClaudeMessage>> BothAsync(Task<IReadOnlyList<ClaudeMessage>> first, Task<IReadOnlyList<ClaudeMessage>> second) =>
            [.. await first.ConfigureAwait(false), .. await second.ConfigureAwait(false)];
    }

    /// <summary>Adds a message of our own to the stream, from any thread.</summary>
    /// <param name="message">The message.</param>
    public void Say(ClaudeMessage message) => _router.Say(message);

    /// <summary>Notes what the session itself must know.</summary>
    private void Observe(ClaudeMessage message)
    {
        switch (message)
        {
            case StreamEventMessage:
                return;
            case InitMessage init:
                SessionId = init.SessionId;
                break;
            case ResultMessage result:
                SessionId = result.SessionId;
                _settings.Logger.ResultReceived(
                    _connection.ProcessId, result.Subtype.Value, result.TerminalReason?.Value, result.UserMessageUuid, result.Duration);
                _lastErrorResult = result.IsSuccess ? null : TurnOutcome.TextOf(result);
                LastPromptId = result.UserMessageUuids is [.., var newest] ? newest : result.UserMessageUuid ?? LastPromptId;
                break;
            case CommandsChangedMessage commands:
                CommandsChanged = commands;
                break;
            case BackgroundTasksChangedMessage background:
                _runsInBackground = background.Tasks.Count > 0;
                break;
            case SessionStateChangedMessage state:
                State = state.State;
                _activity.Fire();
                break;
            default:
                if (BackgroundTasks.Observe(message))
                    _activity.Fire();
                break;
        }
    }

    /// <summary>Starts the answer to a request of the CLI in the context of the turn that it belongs to, or of the session.</summary>
    private void RunForCaller(InboundRequest request, Action answer)
    {
        // A hook on the prompt comes before the CLI says which turn it begins.
        var turn = _router.Current ?? (_router.OpenTurns is [var oldest, ..] ? oldest : null);
        var activity = turn?.Telemetry?.SpanOf(request.Text("tool_use_id") ?? ToolUseOf(request));
        CallerContext.Run(turn?.CallerContext ?? _settings.CallerContext, activity, answer);
    }

    /// <summary>The tool call that an MCP message is about; the CLI says it in the message's metadata.</summary>
    private static string? ToolUseOf(InboundRequest request) =>
        request.Member("message") is { ValueKind: JsonValueKind.Object } message
        && message.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object
        && parameters.TryGetProperty("_meta", out var meta)
            ? InboundRequest.TextOf(meta, "claudecode/toolUseId")
            : null;

    /// <summary>A line that is no message: log noise when it does not even look like an object, a damaged message otherwise.</summary>
    private void Skip(in Line line)
    {
        _settings.Logger.NoiseSkipped(_connection.ProcessId, line.Length);
        var text = line.Bytes.Span.TrimStart(" \t"u8);
        if (text.Length > 0 && text[0] == (byte)'{')
            Warn(StreamWarning.LineNotJson, line, $"A line of {line.Length} bytes is not valid JSON and was skipped; it is in Raw.");
    }

    private void Warn(StreamWarning kind, in Line line, string text) => _router.Route(new StreamWarningMessage
    {
        Kind = kind,
        Count = 1,
        Bytes = line.Length,
        Text = text,
        Raw = new RawJson(line.Bytes),
    });

    private static bool IsWholeObject(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
