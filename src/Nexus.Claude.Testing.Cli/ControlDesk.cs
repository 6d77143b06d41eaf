using System.Text.Json;

namespace Nexus.Claude.Testing.Cli;

/// <summary>
/// Answers control requests: those with a standing rule at once, on the reader's thread, whatever the script is doing; the others when a
/// step asks for them, or as the real CLI would once the script leaves it to the program.
/// </summary>
internal sealed class ControlDesk(Session session, Output output)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonElement> _rules = [];
    private bool _answersAll;

    /// <summary>Called when an <c>interrupt</c> was answered, and when <c>end_session</c> was.</summary>
    public Action? Interrupted { get; set; }

    public Action? SessionEnded { get; set; }

    public void SetRule(string subtype, JsonElement step)
    {
        lock (_lock)
            _rules[subtype] = step;
    }

    public void AnswerAll()
    {
        lock (_lock)
            _answersAll = true;
    }

    /// <summary>True when the line was a control request with an answer, or one that is not to be answered.</summary>
    public bool Offer(Received line)
    {
        if (line.Type != "control_request")
            return false;
        JsonElement rule;
        bool answersAll;
        lock (_lock)
        {
            if (!_rules.TryGetValue(line.Subtype ?? "", out rule))
                rule = default;
            answersAll = _answersAll;
        }

        if (rule.ValueKind is JsonValueKind.Undefined && !answersAll)
            return false;
        Answer(line, rule);
        return true;
    }

    /// <summary>Answers one request as the step says; without a step, as the real CLI would.</summary>
    public void Answer(Received request, JsonElement step)
    {
        string id = request.RequestId ?? "";
        session.RequestId = id;
        switch (step.Text("reply"))
        {
            case "none":
                return;
            case "error":
                Error(id, session.Fill(step.Text("error") ?? "scripted error"), step.Text("error_code"));
                return;
        }

        if (step.Raw("payload") is { } payload)
            Success(id, session.Fill(payload));
        else
            AnswerAsTheCli(request, id);
        if (request.Subtype == "interrupt")
            Interrupted?.Invoke();
    }

    public void Success(string requestId, string? payload) =>
        output.WriteLine(
            $$$"""{"type":"control_response","response":{"subtype":"success","request_id":{{{JsonAccess.Quote(requestId)}}}{{{(payload is null ? "" : ",\"response\":" + payload)}}}}}""");

    public void Error(string requestId, string error, string? code) =>
        output.WriteLine(
            $$$"""{"type":"control_response","response":{"subtype":"error","request_id":{{{JsonAccess.Quote(requestId)}}},"error":{{{JsonAccess.Quote(error)}}}{{{(code is null ? "" : ",\"error_code\":" + JsonAccess.Quote(code))}}}}}""");

    private void AnswerAsTheCli(Received received, string id)
    {
        var request = received.Json.Member("request");
        switch (received.Subtype)
        {
            case "initialize":
                Success(id, InitializePayload());
                break;
            case "interrupt":
                Success(id, """{"still_queued":[]}""");
                break;
            case "set_model":
                session.Model = request.Text("model") ?? "claude-scripted-1";
                Success(id, $$$"""{"model":{{{JsonAccess.Quote(session.Model)}}}}""");
                break;
            case "set_permission_mode":
                string mode = request.Text("mode") ?? "default";
                session.PermissionMode = mode == "manual" ? "default" : mode;
                Success(id, $$$"""{"mode":{{{JsonAccess.Quote(session.PermissionMode)}}}}""");
                output.WriteLine(
                    $$$"""{"type":"system","subtype":"status","status":null,"permissionMode":{{{JsonAccess.Quote(session.PermissionMode)}}},"session_id":{{{JsonAccess.Quote(session.Id)}}},"uuid":"{{{session.NextUuid()}}}"}""");
                break;
            case "mcp_status":
                Success(id, """{"mcpServers":[]}""");
                break;
            case "mcp_set_servers":
                Success(id, """{"added":[],"removed":[],"errors":{}}""");
                break;
            case "list_models":
                Success(id, """{"models":[]}""");
                break;
            case "get_binary_version":
                Success(id, $$$"""{"version":{{{JsonAccess.Quote(session.Version)}}}}""");
                break;
            case "stop_task":
                Success(id, "{}");
                break;
            case "set_max_thinking_tokens" or "apply_flag_settings" or "rename_session" or "seed_read_state" or "mcp_message"
                or "mcp_reconnect" or "mcp_toggle" or "set_has_subscribers":
                Success(id, null);
                break;
            case "end_session":
                Success(id, null);
                SessionEnded?.Invoke();
                break;
            default:
                Error(id, $"Unsupported control request subtype: {received.Subtype ?? "undefined"}", "unsupported_request");
                break;
        }
    }

    private string InitializePayload() =>
        $$$"""{"commands":[{"name":"compact","description":"Summarise the conversation","argumentHint":"","builtin":true}],"agents":[{"name":"general-purpose","description":"General-purpose agent"}],"output_style":"default","available_output_styles":["default"],"models":[{"value":"default","resolvedModel":{{{JsonAccess.Quote(session.Model)}}},"displayName":"Scripted","description":"The scripted model"}],"account":{"tokenSource":"none","apiKeySource":"ANTHROPIC_API_KEY","apiProvider":"firstParty"},"pid":{{{Environment.ProcessId}}},"claude_code_version":{{{JsonAccess.Quote(session.Version)}}},"current_permission_mode":{{{JsonAccess.Quote(session.PermissionMode)}}},"hooks_applied":true,"hook_on_failure_supported":true,"session_state":"idle","capabilities":[]}""";
}
