using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>Hooks: every input is read and answers are written without reflection.</summary>
internal static class HookChecks
{
    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("the CLI's calls of hooks reach typed handlers and their answers reach the CLI", CallAsync);
        await report.CheckAsync("a hook that fails denies", DenyAsync);
        await report.CheckAsync("every event's input is read", _ =>
        {
            foreach (var name in (string[])["PreToolUse", "PostToolBatch", "Stop", "SessionStart", "PermissionRequest", "PreModelSwitch", "Elicitation", "MessageDisplay"])
                Report.Equal($"{name}HookInput", HookInput.Parse($$"""{"hook_event_name":"{{name}}","new":1}""").GetType().Name, "the type");
            var stop = (StopHookInput)HookInput.Parse("""{"hook_event_name":"Stop","effort":{"level":"low"},"background_tasks":[{"id":"b1","type":"shell"}]}""");
            Report.Equal("b1", stop.BackgroundTasks[0].Id, "the task");
            Report.Equal(EffortLevel.Low, stop.Effort!.Value, "the effort");
            Report.Equal("Future", HookInput.Parse("""{"hook_event_name":"Future"}""").Event.Value, "the unknown event");
            return Task.CompletedTask;
        });
    }

    private static async Task CallAsync(CancellationToken cancellationToken)
    {
        await using var cli = ScriptedCli.Create(new CliScript()
            .AnswerInitialize()
            .AwaitUserMessage()
            .CallHook("hook_0", """{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls"}}""", "toolu_1", "call_1")
            .AwaitControlResponse("call_1")
            .CallHook("hook_1", """{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_response":{"stdout":"a"}}""", "toolu_1", "call_2")
            .AwaitControlResponse("call_2")
            .WriteLine("""{"type":"result","subtype":"success","is_error":false,"result":"done","session_id":"s","user_message_uuid":"{{uuid}}"}"""));
        var options = ConversationChecks.OptionsFor(cli);
        var seen = new ConcurrentQueue<string>();
        options.Hooks
            .On(HookEvent.PreToolUse, "Bash", input =>
            {
                seen.Enqueue(input.ToolName);
                var changed = JsonObject.Create(input.ToolInput)!;
                changed["command"] = "pwd";
                return PreToolUseHookOutput.Allow(changed);
            })
            .On(HookEvent.PostToolUse, async (input, token) =>
            {
                await Task.Delay(1, token);
                seen.Enqueue(input.ToolResponse!.Value.GetProperty("stdout").GetString()!);
                return new PostToolUseHookOutput { UpdatedToolOutput = "b", AdditionalContext = "c" };
            });

        Report.Equal("done", await ClaudeCode.AskAsync("Hello", options, cancellationToken), "the answer");

        Report.Equal("Bash,a", string.Join(',', seen), "what the hooks saw");
        var answers = (await cli.ReadRecordAsync(cancellationToken)).Where(record => record.Line?.Contains("control_response", StringComparison.Ordinal) == true).ToList();
        Report.True(answers[0].Line!.Contains("\"updatedInput\":{\"command\":\"pwd\"}", StringComparison.Ordinal), "the changed input is sent");
        Report.True(answers[1].Line!.Contains("\"updatedToolOutput\":\"b\"", StringComparison.Ordinal), "the changed output is sent");
    }

    private static async Task DenyAsync(CancellationToken cancellationToken)
    {
        await using var cli = ScriptedCli.Create(new CliScript()
            .AnswerInitialize()
            .AwaitUserMessage()
            .CallHook("hook_0", """{"hook_event_name":"PreToolUse","tool_name":"Bash"}""", "toolu_1", "call_1")
            .AwaitControlResponse("call_1")
            .WriteLine("""{"type":"result","subtype":"success","is_error":false,"result":"done","session_id":"s","user_message_uuid":"{{uuid}}"}"""));
        var options = ConversationChecks.OptionsFor(cli);
        options.Hooks.On(HookEvent.PreToolUse, _ => throw new InvalidOperationException("no rules"));

        await ClaudeCode.AskAsync("Hello", options, cancellationToken);

        var answer = (await cli.ReadRecordAsync(cancellationToken)).Single(record => record.Line?.Contains("control_response", StringComparison.Ordinal) == true).Line!;
        Report.True(answer.Contains("\"permissionDecision\":\"deny\"", StringComparison.Ordinal) && answer.Contains("no rules", StringComparison.Ordinal), "it is denied");
    }
}
