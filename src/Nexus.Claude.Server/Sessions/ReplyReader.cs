using System.Text;
using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>Reads the messages of a turn and tells what they mean for the client. One for each turn.</summary>
/// <param name="tools">The client's tools.</param>
/// <param name="showsThinking">Whether the client asked for the thinking.</param>
internal sealed class ReplyReader(ClientTools tools, bool showsThinking)
{
    private readonly StringBuilder _text = new();
    private readonly List<OpenCall> _calls = [];
    private readonly Dictionary<int, OpenCall> _openCalls = [];
    private TurnUsage _closed;
    private TurnUsage _current;
    private StopReason? _stopReason;
    private string? _stopSequence;
    private int _messageStart;
    private int _messageCalls;
    private int _replayed = -1;
    private bool _isOpen;
    private bool _parts;
    private bool _hasThought;

    /// <summary>What has been read and not been handed out.</summary>
    public Queue<TurnEvent> Events { get; } = new();

    /// <summary>True once the model has begun.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>True when a message of the model ended at its limit of tokens. The CLI would ask the model to go on.</summary>
    public bool IsAtLimit { get; private set; }

    /// <summary>The turn's result, once it is there.</summary>
    public ResultMessage? Result { get; private set; }

    /// <summary>What the CLI says about an answer that failed.</summary>
    public AssistantError? Error { get; private set; }

    /// <summary>How long the CLI waited before it asked the API again; null when it did not.</summary>
    public TimeSpan? RetryDelay { get; private set; }

    /// <summary>Tokens so far.</summary>
    public TurnUsage Usage => new(
        _closed.InputTokens + _current.InputTokens,
        _closed.CacheReadTokens + _current.CacheReadTokens,
        _closed.CacheCreationTokens + _current.CacheCreationTokens,
        _closed.OutputTokens + _current.OutputTokens);

    /// <summary>True when the client is to run tools.</summary>
    public bool HasCalls => _calls.Count > 0;

    /// <summary>True when a message with calls for the client is complete, and nothing but the turn's end is to come.</summary>
    public bool AwaitsEnd => HasCalls && !_isOpen;

    /// <summary>The stop sequence that ended the reply; null for none.</summary>
    public string? StopSequence => _stopSequence;

    /// <summary>Why the reply ended, as far as the model tells.</summary>
    public EndReason Reason => _stopReason?.Value switch
    {
        _ when HasCalls => EndReason.ToolUse,
        "stop_sequence" => EndReason.StopSequence,
        "max_tokens" => EndReason.MaxTokens,
        "refusal" => EndReason.Refusal,
        "model_context_window_exceeded" => EndReason.ContextWindow,
        _ => EndReason.EndTurn,
    };

    /// <summary>True when the model itself ended its reply by refusing, or because its context is full: no failure, whatever the CLI makes of it.</summary>
    public bool EndedByModel => HasBegun && Reason is EndReason.Refusal or EndReason.ContextWindow;

    /// <summary>The reply as the client is going to send it back.</summary>
    public TurnMessage Reply
    {
        get
        {
            List<ContentBlock> content = [];
            if (_text.Length > 0)
                content.Add(new TextBlock(_text.ToString()));
            foreach (var call in _calls)
                content.Add(new ToolUseBlock { Id = call.Id, Name = call.Name, Input = call.Input() });
            return new TurnMessage(TurnRole.Assistant, content);
        }
    }

    /// <summary>Takes in a message.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="GatewayException">The stream broke off, and what came instead contradicts what has been handed out.</exception>
    public void Read(ClaudeMessage message)
    {
        switch (message)
        {
            case StreamEventMessage { IsSidechain: false } part:
                if (part.TextDelta is { } text)
                    AddText(text);
                else if (part.AbandonedBlocks is null || part.Event is not MessageStopEvent)
                    Read(part.Event);
                // Else the API broke off: the message stays open, since the one that begins next repeats it.
                break;
            case AssistantMessage { IsSidechain: false, Error: { } error }:
                Error = error;
                break;
            case ApiRetryMessage retry:
                RetryDelay = retry.RetryDelay;
                break;
            case ResultMessage result:
                ReadResult(result);
                break;
        }
    }

    private void Read(StreamEvent part)
    {
        switch (part)
        {
            case MessageStartEvent start:
                Begin(start.Message);
                break;
            case ContentBlockStartEvent { ContentBlock: ToolUseBlock call } block:
                BeginCall(block.Index, call);
                break;
            case ContentBlockDeltaEvent { Delta: InputJsonDelta { PartialJson.Length: > 0 } json } block:
                if (_openCalls.TryGetValue(block.Index, out var open))
                {
                    open.Json.Append(json.PartialJson);
                    Events.Enqueue(new TurnEvent.ToolArguments(open.Index, json.PartialJson));
                }

                break;
            case ContentBlockDeltaEvent { Delta: ThinkingDelta { Thinking.Length: > 0 } thinking }:
                _hasThought |= showsThinking;
                if (_replayed < 0 && showsThinking)
                    Events.Enqueue(new TurnEvent.ThinkingDelta(thinking.Thinking));
                break;
            case ContentBlockDeltaEvent { Delta: SignatureDelta { Signature.Length: > 0 } signature }:
                if (_replayed < 0 && showsThinking)
                    Events.Enqueue(new TurnEvent.ThinkingSignature(signature.Signature));
                break;
            case ContentBlockStopEvent block:
                EndCall(block.Index);
                break;
            case MessageDeltaEvent delta:
                _stopReason = delta.Delta.StopReason ?? _stopReason;
                _stopSequence = delta.Delta.StopSequence;
                _current = Merge(_current, delta.Usage);
                IsAtLimit |= delta.Delta.StopReason == StopReason.MaxTokens;
                break;
            case MessageStopEvent:
                Close();
                break;
        }
    }

    private void Begin(ApiMessage message)
    {
        if (_isOpen)
        {
            // The API broke off and is asked again: what comes now repeats what has been handed out of this message.
            if (_calls.Count > _messageCalls)
                throw BrokenOff();
            _replayed = _text.Length > _messageStart || _hasThought ? _messageStart : -1;
        }
        else
        {
            Close();
            _messageStart = _text.Length;
            _messageCalls = _calls.Count;
            _hasThought = false;
        }

        _isOpen = true;
        _current = Merge(default, message.StartUsage);
        if (HasBegun)
            return;
        HasBegun = true;
        Events.Enqueue(new TurnEvent.Began(message.Model, Usage));
    }

    private void AddText(string text)
    {
        if (text.Length == 0)
            return;
        if (_replayed >= 0 && _replayed < _text.Length)
        {
            var known = Math.Min(text.Length, _text.Length - _replayed);
            if (!_text.ToString(_replayed, known).AsSpan().SequenceEqual(text.AsSpan(0, known)))
                throw BrokenOff();
            _replayed += known;
            text = text[known..];
            if (text.Length == 0)
                return;
        }

        _parts = true;
        if (_text.Length == _messageStart && _messageStart > 0)
        {
            // One reply of several messages, with tools of this server between them.
            _text.Append("\n\n");
            Events.Enqueue(new TurnEvent.TextDelta("\n\n"));
        }

        _text.Append(text);
        Events.Enqueue(new TurnEvent.TextDelta(text));
    }

    private void BeginCall(int block, ToolUseBlock call)
    {
        // A name that the client does not have is the CLI's affair: it tells the model, or runs a tool of the operator's.
        if (tools.PlainName(call.Name) is not { } name)
            return;
        if (_replayed >= 0 && _replayed < _text.Length)
            throw BrokenOff();
        var open = new OpenCall(_calls.Count, call.Id, name);
        _calls.Add(open);
        _openCalls[block] = open;
        Events.Enqueue(new TurnEvent.ToolCall(open.Index, open.Id, name));
    }

    private void EndCall(int block)
    {
        if (!_openCalls.Remove(block, out var call) || call.Json.Length > 0)
            return;
        call.Json.Append("{}");
        Events.Enqueue(new TurnEvent.ToolArguments(call.Index, "{}"));
    }

    private void Close()
    {
        _isOpen = false;
        _replayed = -1;
        _closed = Usage;
        _current = default;
        _openCalls.Clear();
    }

    private void ReadResult(ResultMessage result)
    {
        Result = result;
        if (result.IsSuccess && !_parts && !HasCalls && result.Text is { Length: > 0 } text && !HasBegun)
        {
            // It did not come in parts.
            HasBegun = true;
            _current = Merge(default, result.TurnUsage);
            Events.Enqueue(new TurnEvent.Began(result.SessionModelUsage.Keys.FirstOrDefault() ?? "", Usage));
            AddText(text);
        }
    }

    private static GatewayException BrokenOff() => new(
        502,
        "server_error",
        "upstream_broken_off",
        "The model's reply broke off and could not be taken up where it was. Send the request again.");

    private static TurnUsage Merge(TurnUsage known, TokenUsage? told)
    {
        if (told is null)
            return known;
        // Members that are not repeated read 0.
        return new TurnUsage(
            Math.Max(known.InputTokens, told.InputTokens),
            Math.Max(known.CacheReadTokens, told.CacheReadInputTokens),
            Math.Max(known.CacheCreationTokens, told.CacheCreationInputTokens),
            Math.Max(known.OutputTokens, told.OutputTokens));
    }

    private sealed class OpenCall(int index, string id, string name)
    {
        public int Index => index;

        public string Id => id;

        public string Name => name;

        public StringBuilder Json { get; } = new();

        public JsonElement Input()
        {
            try
            {
                using var document = JsonDocument.Parse(Json.ToString());
                return document.RootElement.Clone();
            }
            catch (JsonException)
            {
                // Arguments that were cut off; nobody can send them back in a form that matches.
                return default;
            }
        }
    }
}
