using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Tests.Messages;

namespace Nexus.Claude.Tests.Hooks;

/// <summary>An input of every event, with every member that the official SDK 0.3.330 knows of it, and the inputs of the recorded transcripts.</summary>
internal static class HookSamples
{
    private const string Tool = """ "tool_name":"Bash","tool_input":{"command":"ls"},"mcp_server":{"name":"tiny","source":"project"}""";
    private const string Call = Tool + ""","tool_use_id":"toolu_1" """;
    private const string Task = """ "task_id":"1","task_subject":"Do it","task_description":"Do it well","teammate_name":"Ann","team_name":"a team" """;
    private const string Stopping = """
        "stop_hook_active":true,"last_assistant_message":"Done.",
        "background_tasks":[{"id":"b1","type":"shell","status":"running","description":"waits","command":"sleep 9","agent_type":"a","server":"s","tool":"t","name":"n"}],
        "session_crons":[{"id":"c1","schedule":"0 9 * * 1-5","recurring":true,"prompt":"Morning"}]
        """;

    private const string Switch = """
        "from_model":"claude-opus-5-5","to_model":"claude-haiku-5-5","requested_model":"haiku","source":"sdk","context_tokens":2816,
        "prompt_cache_warm":true,"cache_ttl":"5m","estimated_cache_write_usd":0.0004,"pricing":"catalog"
        """;

    private static readonly Dictionary<string, string> Members = new()
    {
        ["PreToolUse"] = Call,
        ["PostToolUse"] = Call + ""","tool_response":{"stdout":"a"},"duration_ms":32""",
        ["PostToolUseFailure"] = Call + ""","error":"No such file","is_interrupt":true,"duration_ms":5""",
        ["PostToolBatch"] = """ "tool_calls":[{"tool_name":"Bash","tool_input":{"command":"ls"},"tool_use_id":"toolu_1","tool_response":"a"}]""",
        ["Notification"] = """ "message":"Look","title":"Claude","notification_type":"idle_prompt" """,
        ["UserPromptSubmit"] = """ "prompt":"Hello","source":"sdk","session_title":"A title" """,
        ["UserPromptExpansion"] =
            """ "expansion_type":"slash_command","command_name":"hi","command_args":"there","command_source":"projectSettings","prompt":"/hi there" """,
        ["SessionStart"] = """
            "source":"compact","model":"claude-opus-5-5","session_title":"A title","seconds_since_last_response":3.5,"context_tokens":10,
            "prompt_cache_likely_expired":true,"estimated_cache_write_usd":0.5
            """,
        ["SessionEnd"] = """ "reason":"clear" """,
        ["Stop"] = Stopping,
        ["StopFailure"] = """ "error":"rate_limit","error_details":"slow down","last_assistant_message":"API Error" """,
        ["SubagentStart"] = "",
        ["SubagentStop"] = Stopping + ""","agent_transcript_path":"/t/a.jsonl" """,
        ["PreCompact"] = """ "trigger":"manual","custom_instructions":"be brief" """,
        ["PostCompact"] = """ "trigger":"auto","compact_summary":"We talked." """,
        ["PreModelSwitch"] = Switch,
        ["PostModelSwitch"] = Switch,
        ["PermissionRequest"] = Tool + ""","permission_suggestions":[{"type":"setMode","mode":"acceptEdits","destination":"session"}]""",
        ["PermissionDenied"] = Call + ""","reason":"dangerous" """,
        ["Setup"] = """ "trigger":"init" """,
        ["TeammateIdle"] = """ "teammate_name":"Ann","team_name":"a team" """,
        ["TaskCreated"] = Task,
        ["TaskCompleted"] = Task,
        ["Elicitation"] =
            """ "mcp_server_name":"asking","message":"Which?","mode":"form","url":"http://x","elicitation_id":"e","requested_schema":{"type":"object"}""",
        ["ElicitationResult"] = """ "mcp_server_name":"asking","elicitation_id":"e","mode":"form","action":"accept","content":{"colour":"blue"}""",
        ["ConfigChange"] = """ "source":"project_settings","file_path":"/srv/demo/.claude/settings.json" """,
        ["WorktreeCreate"] = """ "name":"wt1" """,
        ["WorktreeRemove"] = """ "worktree_path":"/srv/wt1" """,
        ["InstructionsLoaded"] =
            """ "file_path":"/srv/CLAUDE.md","memory_type":"Project","load_reason":"include","globs":["*.cs"],"trigger_file_path":"/a","parent_file_path":"/b" """,
        ["CwdChanged"] = """ "old_cwd":"/a","new_cwd":"/b" """,
        ["FileChanged"] = """ "file_path":"/a","event":"change" """,
        ["DirectoryAdded"] = """ "directory":"/a","source":"register_repo_root" """,
        ["MessageDisplay"] = """ "turn_id":"t","message_id":"m","index":2,"final":true,"delta":"Hello." """,
    };

    public static IEnumerable<string> Events => Members.Keys;

    /// <summary>The whole input of an event.</summary>
    public static string Of(string name) =>
        $$"""
        {"session_id":"s","transcript_path":"/t.jsonl","cwd":"/srv/demo","prompt_id":"p","permission_mode":"plan","agent_id":"a1","agent_type":"Explore",
        "effort":{"level":"high"},"hook_event_name":"{{name}}"{{(Members[name].Length == 0 ? "" : "," + Members[name])}}}
        """;

    /// <summary>The inputs that the real CLI sent in the recorded transcripts.</summary>
    public static IEnumerable<JsonElement> Recorded() => Transcripts.Output()
        .Select(entry => JsonElement.Parse(entry.Line))
        .Where(line => line.TryGetProperty("request", out var request) && request.GetProperty("subtype").ValueEquals("hook_callback"))
        .Select(line => line.GetProperty("request").GetProperty("input"));

    public static JsonObject Node(string name) => JsonNode.Parse(Of(name))!.AsObject();
}
