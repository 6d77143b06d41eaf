using System.Diagnostics.CodeAnalysis;

namespace Nexus.Claude.Testing;

/// <summary>
/// What the scripted Messages API answers to one request: content blocks with their usage and stop reason, an HTTP error, or a stream
/// that goes wrong on the way. Replies are immutable; each <c>Then…</c> and <c>With…</c> returns a changed copy, so one reply can serve
/// many requests.
/// </summary>
/// <remarks>
/// Where a member counts events, it counts the server-sent events of the stream in their order: <c>message_start</c> is the first,
/// <c>content_block_start</c> the second, each delta one, and so on; <c>ping</c> is not counted. For a request that does not stream,
/// delays and gates apply before the body, and every broken stream becomes a connection that breaks in the middle of the body.
/// </remarks>
public sealed record ScriptedReply
{
    private ScriptedReply()
    {
    }

    internal IReadOnlyList<ReplyBlock> Blocks { get; private init; } = [];

    internal ScriptedUsage? Usage { get; private init; }

    internal string? StopReason { get; private init; }

    internal string? StopSequence { get; private init; }

    internal string? Model { get; private init; }

    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; private init; } = [];

    internal HttpErrorReply? HttpError { get; private init; }

    internal StreamErrorReply? StreamError { get; private init; }

    internal int? CutOffAfter { get; private init; }

    internal bool IsTruncated { get; private init; }

    internal TimeSpan Delay { get; private init; }

    internal IReadOnlyList<ReplyHold> Holds { get; private init; } = [];

    internal bool IsStreamWhole => CutOffAfter is null && !IsTruncated && StreamError is null;

    /// <summary>A text answer, streamed word by word.</summary>
    /// <param name="text">The whole text.</param>
    /// <returns>The reply; its stop reason is <c>end_turn</c>.</returns>
    public static ScriptedReply Text(string text) => new ScriptedReply().ThenText(text);

    /// <summary>A text answer, streamed in exactly these pieces.</summary>
    /// <param name="chunks">The pieces, one <c>text_delta</c> each; together they are the text.</param>
    /// <returns>The reply; its stop reason is <c>end_turn</c>.</returns>
    public static ScriptedReply TextChunks(params IReadOnlyList<string> chunks)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        return new ScriptedReply().With(new TextReplyBlock(string.Concat(chunks), [.. chunks]));
    }

    /// <summary>An answer that begins with a thinking block; add what follows with <see cref="ThenText"/> or <see cref="ThenToolUse"/>.</summary>
    /// <param name="thinking">The thinking, streamed word by word as <c>thinking_delta</c>.</param>
    /// <param name="signature">The block's signature, sent as one <c>signature_delta</c>.</param>
    /// <returns>The reply.</returns>
    public static ScriptedReply Thinking(string thinking, string signature = "c2NyaXB0ZWQ=") =>
        new ScriptedReply().ThenThinking(thinking, signature);

    /// <summary>An answer that asks for one tool call.</summary>
    /// <param name="name">The tool's name as the CLI offers it.</param>
    /// <param name="inputJson">The input: the text of one JSON object.</param>
    /// <param name="id">The <c>tool_use</c> id; null makes one.</param>
    /// <returns>The reply; its stop reason is <c>tool_use</c>.</returns>
    /// <exception cref="ArgumentException"><paramref name="inputJson"/> is not a JSON object.</exception>
    public static ScriptedReply ToolUse(
        string name, [StringSyntax(StringSyntaxAttribute.Json)] string inputJson = "{}", string? id = null) =>
        new ScriptedReply().ThenToolUse(name, inputJson, id);

    /// <summary>An answer that asks for several tool calls at once (parallel tool use).</summary>
    /// <param name="calls">The calls in order; each becomes its own content block.</param>
    /// <returns>The reply; its stop reason is <c>tool_use</c>.</returns>
    /// <exception cref="ArgumentException">An input is not a JSON object.</exception>
    public static ScriptedReply ToolUses(params IReadOnlyList<ToolCall> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        return calls.Aggregate(new ScriptedReply(), (reply, call) => reply.ThenToolUse(call.Name, call.InputJson, call.Id));
    }

    /// <summary>An HTTP error with the API's JSON error body instead of a message.</summary>
    /// <param name="status">The HTTP status: 400, 401, 403, 404, 413, 429, 500, 529 and so on.</param>
    /// <param name="message">The message for people; null takes a plain one.</param>
    /// <param name="type">The error type; null takes the API's type for the status, such as <c>rate_limit_error</c> for 429.</param>
    /// <param name="retryAfter">Sent as the <c>retry-after</c> header in whole seconds when given.</param>
    /// <returns>The reply.</returns>
    /// <remarks>
    /// The CLI (2.1.330) tries again after most errors, and each try is a request of its own: 429, 500 and 529 as often as
    /// <c>CLAUDE_CODE_MAX_RETRIES</c> says, 401 once, 404 once without streaming, 400 up to five times with fewer features. To make it
    /// give up, queue the error often enough or set it as rule or default.
    /// </remarks>
    public static ScriptedReply Error(int status, string? message = null, string? type = null, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        return new ScriptedReply
        {
            HttpError = new HttpErrorReply(status, type ?? ApiError.TypeOf(status), message ?? ApiError.MessageOf(status), retryAfter),
        };
    }

    /// <summary>Appends a text block, streamed word by word.</summary>
    /// <param name="text">The text.</param>
    /// <returns>A copy with the block.</returns>
    public ScriptedReply ThenText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return With(new TextReplyBlock(text, Words.Split(text)));
    }

    /// <summary>Appends a thinking block, streamed word by word.</summary>
    /// <param name="thinking">The thinking.</param>
    /// <param name="signature">The block's signature.</param>
    /// <returns>A copy with the block.</returns>
    public ScriptedReply ThenThinking(string thinking, string signature = "c2NyaXB0ZWQ=")
    {
        ArgumentNullException.ThrowIfNull(thinking);
        ArgumentNullException.ThrowIfNull(signature);
        return With(new ThinkingReplyBlock(thinking, Words.Split(thinking), signature));
    }

    /// <summary>Appends a tool call; call it several times for parallel tool use.</summary>
    /// <param name="name">The tool's name as the CLI offers it.</param>
    /// <param name="inputJson">The input: the text of one JSON object.</param>
    /// <param name="id">The <c>tool_use</c> id; null makes one.</param>
    /// <returns>A copy with the block.</returns>
    /// <exception cref="ArgumentException"><paramref name="inputJson"/> is not a JSON object.</exception>
    public ScriptedReply ThenToolUse(
        string name, [StringSyntax(StringSyntaxAttribute.Json)] string inputJson = "{}", string? id = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ApiJson.RequireObject(inputJson, nameof(inputJson));
        return With(new ToolUseReplyBlock(new ToolCall(name, inputJson, id)));
    }

    /// <summary>Sets the token figures. Without it: 12 input tokens and one output token a streamed piece.</summary>
    /// <param name="usage">The figures.</param>
    /// <returns>A changed copy.</returns>
    public ScriptedReply WithUsage(ScriptedUsage usage) => this with { Usage = usage };

    /// <summary>
    /// Sets the stop reason: <c>max_tokens</c>, <c>refusal</c>, <c>stop_sequence</c>, <c>pause_turn</c> or whatever a test needs.
    /// Without it: <c>tool_use</c> when the reply asks for a tool, else <c>end_turn</c>.
    /// </summary>
    /// <param name="stopReason">The stop reason.</param>
    /// <param name="stopSequence">The stop sequence that was hit, if any.</param>
    /// <returns>A changed copy.</returns>
    public ScriptedReply WithStopReason(string stopReason, string? stopSequence = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(stopReason);
        return this with { StopReason = stopReason, StopSequence = stopSequence };
    }

    /// <summary>Sets the model the reply says it comes from. Without it: the model the request named.</summary>
    /// <param name="model">The model id.</param>
    /// <returns>A changed copy.</returns>
    public ScriptedReply WithModel(string model) => this with { Model = model };

    /// <summary>Adds an HTTP header to the reply, for example a rate-limit header.</summary>
    /// <param name="name">The header's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>A changed copy.</returns>
    public ScriptedReply WithHeader(string name, string value) => this with { Headers = [.. Headers, new(name, value)] };

    /// <summary>Waits this long before each event after the first, by the API's time provider.</summary>
    /// <param name="delay">The pause between two events.</param>
    /// <returns>A changed copy.</returns>
    public ScriptedReply Slow(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return this with { Delay = delay };
    }

    /// <summary>Stops in front of a gate until the test opens it. Several gates may be set at different places.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="afterEvents">How many events are sent first; 0 stops before the status line, so that the client has nothing yet.</param>
    /// <returns>A changed copy.</returns>
    public ScriptedReply WaitFor(ScriptedGate gate, int afterEvents = 0)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentOutOfRangeException.ThrowIfNegative(afterEvents);
        return this with { Holds = [.. Holds, new(gate, afterEvents)] };
    }

    /// <summary>
    /// Ends the stream with an <c>error</c> event, after status 200 was sent. The CLI (2.1.330) then silently repeats the request without
    /// streaming; that repetition is a request of its own and takes the next reply.
    /// </summary>
    /// <param name="afterEvents">How many events are sent first.</param>
    /// <param name="type">The error type.</param>
    /// <param name="message">The message for people.</param>
    /// <returns>A changed copy.</returns>
    public ScriptedReply ErrorMidStream(int afterEvents, string type = "overloaded_error", string message = "Overloaded")
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterEvents);
        return this with { StreamError = new StreamErrorReply(type, message, afterEvents) };
    }

    /// <summary>Closes the connection in mid-stream, as a broken network would; what was sent before arrives.</summary>
    /// <param name="afterEvents">How many events are sent first.</param>
    /// <returns>A changed copy.</returns>
    public ScriptedReply CutOff(int afterEvents)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterEvents);
        return this with { CutOffAfter = afterEvents };
    }

    /// <summary>Ends the stream in good order but without its last event, <c>message_stop</c>.</summary>
    /// <returns>A changed copy.</returns>
    public ScriptedReply Truncated() => this with { IsTruncated = true };

    private ScriptedReply With(ReplyBlock block) => this with { Blocks = [.. Blocks, block] };
}
