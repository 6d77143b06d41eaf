using System.Runtime.CompilerServices;
using System.Text;
using Nexus.Claude.Usage;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>
/// Reads and routes one line of each kind that a first turn brings, while the first CLI of this process boots: the JIT then compiles the readers in
/// time that would be spent waiting. A program that is compiled ahead has nothing to gain, and does nothing.
/// </summary>
internal static class WarmUp
{
    /// <summary>The lines.</summary>
    internal static readonly IReadOnlyList<string> Lines =
    [
        """{"type":"command_lifecycle","command_uuid":"1","state":"queued","uuid":"2","session_id":"3"}""",
        """{"type":"system","subtype":"init","cwd":"/","session_id":"3","tools":["Bash"],"mcp_servers":[{"name":"a","status":"connected"}],"model":"m","permissionMode":"default","slash_commands":["a"],"apiKeySource":"none","claude_code_version":"2.1.330","output_style":"default","agents":["a"],"skills":["a"],"plugins":[{"name":"a","path":"builtin","source":"a"}],"capabilities":["a"],"analytics_disabled":true,"uuid":"2","fast_mode_state":"off","user_message_uuids":["1"]}""",
        """{"type":"system","subtype":"status","status":"requesting","uuid":"2","session_id":"3"}""",
        """{"type":"system","subtype":"session_state_changed","state":"running","sdk_host_only":true,"uuid":"2","session_id":"3"}""",
        """{"type":"stream_event","event":{"type":"message_start","message":{"id":"a","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}},"session_id":"3","parent_tool_use_id":null,"uuid":"2","ttft_ms":1}""",
        """{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}},"session_id":"3","parent_tool_use_id":null,"uuid":"2","api_message_id":"a"}""",
        """{"type":"assistant","message":{"id":"a","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"a"}],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}},"parent_tool_use_id":null,"session_id":"3","uuid":"2","timestamp":"2026-01-01T00:00:00.000Z","request_id":"r"}""",
        """{"duration_api_ms":1,"stop_reason":"end_turn","session_id":"3","total_cost_usd":0.1,"usage":{"input_tokens":1,"output_tokens":1},"modelUsage":{"m":{"inputTokens":1,"outputTokens":1,"costUSD":0.1}},"permission_denials":[],"terminal_reason":"completed","fast_mode_state":"off","is_error":false,"num_turns":1,"subtype":"success","api_error_status":null,"result":"a","ttft_ms":1,"type":"result","duration_ms":1,"uuid":"2","user_message_uuid":"1"}""",
    ];

    /// <summary>The answer to <c>initialize</c>.</summary>
    internal const string Initialized =
        """{"type":"control_response","response":{"subtype":"success","request_id":"req_1","response":{"commands":[{"name":"a","description":"a","argumentHint":"a"}],"agents":[{"name":"a","description":"a"}],"output_style":"default","available_output_styles":["default"],"models":[{"value":"a","displayName":"a","description":"a","supportsEffort":true}],"account":{"tokenSource":"none"},"pid":1,"session_state":"idle"},"pending_permission_requests":[]}}""";

    private static int _done;

    /// <summary>Reads the lines, the first time it is called in a process.</summary>
    public static void Run()
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled || Interlocked.Exchange(ref _done, 1) != 0)
            return;
        var queue = new MessageQueue(MessageBuffering.Default);
        var router = new TurnRouter(queue, singleStream: true);
        var usage = new UsageMeter(budget: null);
        foreach (var line in Lines)
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            if (!FrameScanner.TryScan(bytes, out var type, out var subtype))
                continue;
            var message = MessageReader.Read(bytes, type, subtype);
            usage.Observe(message);
            router.Route(message);
            router.Flush();
        }

        var batch = new Queue<ClaudeMessage>();
        queue.TryTake(ref batch);

        ControlResponse.Read(Encoding.UTF8.GetBytes(Initialized));
    }
}
