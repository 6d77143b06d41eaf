using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Testing;

public sealed partial class CliScript
{
    /// <summary>Waits for a user message and writes a complete turn: lifecycle, init, (stream events,) assistant text, result.</summary>
    /// <param name="text">What the model says. The default repeats the prompt.</param>
    /// <param name="partialMessages">Whether stream events are written; null does so when the SDK asked with <c>--include-partial-messages</c>.</param>
    /// <param name="resultJson">
    /// Members that replace those of the standard result, such as <c>{"is_error":true,"api_error_status":529,"result":"API Error: 529"}</c>.
    /// </param>
    /// <returns>The script.</returns>
    public CliScript Turn(
        string text = "You said: {{prompt}}", bool? partialMessages = null, [StringSyntax(StringSyntaxAttribute.Json)] string? resultJson = null) =>
        Step(StepNames.Turn, new() { ["text"] = text, ["partial"] = partialMessages, ["result"] = Parse(resultJson, nameof(resultJson)) });

    /// <summary>Waits for a user message and writes a complete turn whose text is streamed in these pieces.</summary>
    /// <param name="chunks">The pieces.</param>
    /// <returns>The script.</returns>
    public CliScript StreamedTurn(params IEnumerable<string> chunks) =>
        Step(StepNames.Turn, new() { ["chunks"] = Array(chunks), ["partial"] = true });

    /// <summary>
    /// Answers every user message with a complete turn, and control requests as the real CLI would, until the end of the input; then exits.
    /// </summary>
    /// <param name="text">What the model says each time. The default repeats the prompt.</param>
    /// <param name="partialMessages">Whether stream events are written; null does so when the SDK asked for them.</param>
    /// <returns>The script.</returns>
    public CliScript Turns(string text = "You said: {{prompt}}", bool? partialMessages = null) =>
        Step(StepNames.Turns, new() { ["text"] = text, ["partial"] = partialMessages });

    /// <summary>
    /// Waits for a user message, begins to stream an answer and stands still until an <c>interrupt</c> comes; then writes what the real
    /// CLI does: the receipt, the partial answer, the interruption marker and the aborted result.
    /// </summary>
    /// <param name="chunks">The pieces streamed before it stands still.</param>
    /// <returns>The script.</returns>
    public CliScript InterruptibleTurn(params IEnumerable<string> chunks) => Step(StepNames.InterruptibleTurn, new() { ["chunks"] = Array(chunks) });

    /// <summary>Writes one line.</summary>
    /// <param name="json">The JSON of the line, without a line end.</param>
    /// <returns>The script.</returns>
    /// <exception cref="ArgumentException">The text holds a line end or is not JSON; <see cref="WriteText"/> writes anything.</exception>
    public CliScript WriteLine([StringSyntax(StringSyntaxAttribute.Json)] string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.AsSpan().ContainsAny('\n', '\r'))
            throw new ArgumentException("One line of the protocol holds no line end; WriteText writes anything.", nameof(json));
        _ = Parse(json, nameof(json));
        return WriteText(json);
    }

    /// <summary>Writes text as it is, JSON or not.</summary>
    /// <param name="text">The text.</param>
    /// <param name="newLine">Whether a line end follows; false writes half a line.</param>
    /// <returns>The script.</returns>
    public CliScript WriteText(string text, bool newLine = true) => Step(StepNames.Write, new() { ["text"] = text, ["newline"] = newLine });

    /// <summary>Writes bytes as they are: invalid UTF-8, half a character, zeros.</summary>
    /// <param name="bytes">The bytes; no line end is added.</param>
    /// <returns>The script.</returns>
    public CliScript WriteBytes(ReadOnlySpan<byte> bytes) => Step(StepNames.WriteBytes, new() { ["base64"] = Convert.ToBase64String(bytes) });

    /// <summary>Writes a run of <c>stream_event</c> lines with text deltas as fast as it can.</summary>
    /// <param name="count">How many lines.</param>
    /// <param name="bytes">About how many bytes each.</param>
    /// <returns>The script.</returns>
    public CliScript Burst(int count, int bytes = 350) => Step(StepNames.Burst, new() { ["count"] = count, ["bytes"] = bytes });

    /// <summary>Writes one assistant message of exactly this many bytes with its line end.</summary>
    /// <param name="bytes">The line's length.</param>
    /// <returns>The script.</returns>
    public CliScript GiantLine(long bytes) => Step(StepNames.GiantLine, new() { ["bytes"] = bytes });

    /// <summary>Writes a line to stderr.</summary>
    /// <param name="text">The text.</param>
    /// <param name="newLine">Whether a line end follows.</param>
    /// <returns>The script.</returns>
    public CliScript WriteError(string text, bool newLine = true) => Step(StepNames.StandardError, new() { ["text"] = text, ["newline"] = newLine });

    /// <summary>Floods stderr with lines of 120 bytes.</summary>
    /// <param name="bytes">How many bytes in all.</param>
    /// <returns>The script.</returns>
    public CliScript FloodError(long bytes) => Step(StepNames.StandardErrorFlood, new() { ["bytes"] = bytes });

    /// <summary>Sends a control request to the SDK; <see cref="AwaitControlResponse"/> waits for the answer.</summary>
    /// <param name="requestJson">The request with its <c>subtype</c>.</param>
    /// <param name="requestId">The id; null makes one. Sending the same id twice is how a duplicate is made.</param>
    /// <returns>The script.</returns>
    public CliScript SendControl([StringSyntax(StringSyntaxAttribute.Json)] string requestJson, string? requestId = null)
    {
        ApiJson.RequireObject(requestJson, nameof(requestJson));
        return Step(StepNames.SendControl, new() { ["request"] = Parse(requestJson, nameof(requestJson)), ["request_id"] = requestId });
    }

    /// <summary>Asks the SDK for permission to use a tool.</summary>
    /// <param name="toolName">The tool's name.</param>
    /// <param name="inputJson">The tool's input.</param>
    /// <param name="toolUseId">The tool call's id.</param>
    /// <param name="requestId">The request's id; null makes one.</param>
    /// <returns>The script.</returns>
    public CliScript AskPermission(
        string toolName, [StringSyntax(StringSyntaxAttribute.Json)] string inputJson = "{}", string toolUseId = "toolu_1", string? requestId = null) =>
        Send(new() { ["subtype"] = "can_use_tool", ["tool_name"] = toolName, ["input"] = Parse(inputJson, nameof(inputJson)), ["tool_use_id"] = toolUseId }, requestId);

    /// <summary>Calls a hook of the SDK.</summary>
    /// <param name="callbackId">The id the SDK gave the hook in <c>initialize</c>.</param>
    /// <param name="inputJson">The hook's input, with <c>hook_event_name</c>.</param>
    /// <param name="toolUseId">The tool call's id, for tool events.</param>
    /// <param name="requestId">The request's id; null makes one.</param>
    /// <returns>The script.</returns>
    public CliScript CallHook(
        string callbackId, [StringSyntax(StringSyntaxAttribute.Json)] string inputJson, string? toolUseId = null, string? requestId = null) =>
        Send(new() { ["subtype"] = "hook_callback", ["callback_id"] = callbackId, ["input"] = Parse(inputJson, nameof(inputJson)), ["tool_use_id"] = toolUseId }, requestId);

    /// <summary>Sends a message to one of the SDK's in-process MCP servers.</summary>
    /// <param name="serverName">The server's name.</param>
    /// <param name="messageJson">The JSON-RPC message.</param>
    /// <param name="requestId">The request's id; null makes one.</param>
    /// <returns>The script.</returns>
    public CliScript SendMcp(string serverName, [StringSyntax(StringSyntaxAttribute.Json)] string messageJson, string? requestId = null) =>
        Send(new() { ["subtype"] = "mcp_message", ["server_name"] = serverName, ["message"] = Parse(messageJson, nameof(messageJson)) }, requestId);

    /// <summary>Withdraws a control request this script sent.</summary>
    /// <param name="requestId">The request's id; null takes the newest one sent.</param>
    /// <returns>The script.</returns>
    public CliScript CancelControl(string? requestId = null) => Step(StepNames.CancelControl, new() { ["request_id"] = requestId });

    /// <summary>Writes a successful control response: late, a second time, or for an id nobody asked with.</summary>
    /// <param name="requestId">The id; null takes the newest control request received.</param>
    /// <param name="payloadJson">The payload.</param>
    /// <returns>The script.</returns>
    public CliScript Respond(string? requestId = null, [StringSyntax(StringSyntaxAttribute.Json)] string payloadJson = "{}") =>
        Step(StepNames.Respond, new() { ["request_id"] = requestId, ["payload"] = Parse(payloadJson, nameof(payloadJson)) });

    private CliScript Send(JsonObject request, string? requestId)
    {
        foreach (string absent in request.Where(member => member.Value is null).Select(member => member.Key).ToArray())
            request.Remove(absent);
        return Step(StepNames.SendControl, new() { ["request"] = request, ["request_id"] = requestId });
    }

    private static JsonArray Array(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode)JsonValue.Create(item))]);
}
