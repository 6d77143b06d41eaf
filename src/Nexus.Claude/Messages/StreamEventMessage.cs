using System.Text.Json;
using System.Text.Json.Serialization;
using Nexus.Claude.Wire;

namespace Nexus.Claude;

/// <summary>
/// One event of an answer while it streams; only when partial messages are asked for. The complete <see cref="AssistantMessage"/>
/// still follows.
/// </summary>
/// <remarks>
/// These messages come by the thousand. One that carries text holds little more than <see cref="TextDelta"/>; the rest is made from
/// <see cref="ClaudeMessage.Raw"/> when it is asked for.
/// </remarks>
public sealed record StreamEventMessage : ClaudeMessage
{
    // Of a message that the scanner read: the text, the block, and where the other strings lie in Raw. See Wire/StreamEventScanner.
    private readonly string? _text;
    private readonly int _index;
    private readonly RawSlice _uuidSlice;
    private readonly RawSlice _apiMessageIdSlice;

    private StreamEvent? _event;
    private readonly StreamEventExtras? _extras;

    /// <summary>Creates an empty message.</summary>
    [JsonConstructor]
    public StreamEventMessage()
    {
    }

    internal StreamEventMessage(StreamEvent? content, StreamEventExtras? extras)
    {
        _event = content;
        _extras = extras;
    }

    internal StreamEventMessage(string text, int index, RawSlice uuid, RawSlice apiMessageId)
    {
        _text = text;
        _index = index;
        _uuidSlice = uuid;
        _apiMessageIdSlice = apiMessageId;
    }

    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "stream_event";

    /// <summary>The event as the Messages API sent it.</summary>
    [JsonPropertyName("event")]
    public StreamEvent Event
    {
        get => _event ??= _text is null
            ? new UnknownStreamEvent(default)
            : new ContentBlockDeltaEvent { Index = _index, Delta = new TextDelta { Text = _text } };
        init
        {
            _event = value;
            _text = null;
        }
    }

    /// <summary>The text that the answer grows by; null when the event is another.</summary>
    [JsonIgnore]
    public string? TextDelta => _text ?? ((_event as ContentBlockDeltaEvent)?.Delta as TextDelta)?.Text;

    /// <inheritdoc/>
    [JsonPropertyName("uuid")]
    public override string? Uuid
    {
        get => UuidText ??= _uuidSlice.ToText(Raw);
        init => UuidText = value;
    }

    /// <summary>The tool use whose subagent answers; null on the main thread.</summary>
    [JsonPropertyName("parent_tool_use_id")]
    public string? ParentToolUseId { get; init; }

    /// <summary>True when a subagent answers, not the main thread.</summary>
    [JsonIgnore]
    public bool IsSidechain => ParentToolUseId is not null;

    /// <summary>The API's id of the answer; null from CLIs before 2.1.330.</summary>
    [JsonPropertyName("api_message_id")]
    public string? ApiMessageId
    {
        get => _extras?.ApiMessageId ?? _apiMessageIdSlice.ToText(Raw);
        init => _extras = Extras with { ApiMessageId = value };
    }

    /// <summary>From the start of the request to the first token; only on <c>message_start</c>.</summary>
    [JsonPropertyName("ttft_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? TimeToFirstToken
    {
        get => _extras?.TimeToFirstToken;
        init => _extras = Extras with { TimeToFirstToken = value };
    }

    /// <summary>
    /// The <c>uuid</c> of the user message that is answered; only on the first event of a turn, and only when the prompt had one.
    /// </summary>
    [JsonPropertyName("user_message_uuid")]
    public string? UserMessageUuid
    {
        get => _extras?.UserMessageUuid;
        init => _extras = Extras with { UserMessageUuid = value };
    }

    /// <summary>The <c>uuid</c>s of all user messages taken into the turn so far, oldest first; empty on all but the first event.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> UserMessageUuids
    {
        get => _extras?.UserMessageUuids ?? [];
        init => _extras = Extras with { UserMessageUuids = value };
    }

    [JsonInclude]
    [JsonPropertyName("user_message_uuids")]
    internal IReadOnlyList<string>? WireUserMessageUuids
    {
        get => _extras?.UserMessageUuids;
        init => _extras = Extras with { UserMessageUuids = value };
    }

    /// <summary>Why this turn goes on with one that a restart interrupted.</summary>
    [JsonPropertyName("resume_reason")]
    public string? ResumeReason
    {
        get => _extras?.ResumeReason;
        init => _extras = Extras with { ResumeReason = value };
    }

    /// <summary>How the CLI would show the thinking.</summary>
    [JsonPropertyName("thinking_display")]
    public string? ThinkingDisplay
    {
        get => _extras?.ThinkingDisplay;
        init => _extras = Extras with { ThinkingDisplay = value };
    }

    /// <summary>Rows that a display owes, as raw JSON.</summary>
    [JsonPropertyName("owed_rows")]
    public JsonElement? OwedRows
    {
        get => _extras?.OwedRows?.Value;
        init => _extras = Extras with { OwedRows = UnparsedJson.Of(value) };
    }

    /// <summary>The blocks that are given up because the stream is repeated, as raw JSON.</summary>
    [JsonPropertyName("abandoned_blocks")]
    public JsonElement? AbandonedBlocks
    {
        get => _extras?.AbandonedBlocks?.Value;
        init => _extras = Extras with { AbandonedBlocks = UnparsedJson.Of(value) };
    }

    private StreamEventExtras Extras => _extras ?? StreamEventExtras.None;

    /// <summary>Compares what the messages say, made already or not.</summary>
    /// <param name="other">The message to compare with.</param>
    /// <returns>True when they are equal.</returns>
    public bool Equals(StreamEventMessage? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Uuid == other.Uuid && SessionId == other.SessionId && ParentToolUseId == other.ParentToolUseId
            && TextDelta == other.TextDelta && ApiMessageId == other.ApiMessageId && Event == other.Event && Raw == other.Raw);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Uuid, SessionId, TextDelta);

    private protected override string Describe() => TextDelta ?? Event.Type;
}

/// <summary>The members of a stream event message that few of them carry. Set while the message is read, copied from then on.</summary>
internal sealed record StreamEventExtras
{
    internal static StreamEventExtras None { get; } = new();

    internal string? ApiMessageId { get; set; }

    internal TimeSpan? TimeToFirstToken { get; set; }

    internal string? UserMessageUuid { get; set; }

    internal IReadOnlyList<string>? UserMessageUuids { get; set; }

    internal string? ResumeReason { get; set; }

    internal string? ThinkingDisplay { get; set; }

    internal UnparsedJson? OwedRows { get; set; }

    internal UnparsedJson? AbandonedBlocks { get; set; }
}

/// <summary>Where an unescaped string lies in a raw line.</summary>
internal readonly record struct RawSlice(int Start, int Length)
{
    // Nothing starts at 0: the line begins with a brace. A text may be empty.
    internal string? ToText(RawJson raw) => Start == 0 ? null : Utf8Text.ToString(raw.Utf8.Span.Slice(Start, Length));
}
