using System.Text.Json.Nodes;

namespace Nexus.Claude.Tests.Docs;

/// <summary>The C# blocks of docs/hooks.md, compiled. Nothing here is run.</summary>
internal static class HookSnippets
{
    internal static ClaudeOptions Register()
    {
        var options = new ClaudeOptions();
        options.Hooks
            .On(HookEvent.PreToolUse, "Bash", input =>
                input.ToolInput.GetProperty("command").GetString()!.Contains("rm -rf") ? PreToolUseHookOutput.Deny("Nothing is deleted here.") : null)
            .On(HookEvent.UserPromptSubmit, async (input, cancellationToken) =>
                UserPromptSubmitHookOutput.AddContext(await FindNotesAsync(input.Prompt, cancellationToken)))
            .On(HookEvent.Stop, input => input.StopHookActive ? null : StopHookOutput.Block("Run the tests before you say that you are done."));
        return options;
    }

    internal static void Guard(ClaudeOptions options)
    {
        options.Hooks.On(
            HookEvent.PreToolUse,
            "mcp__tickets__.*",
            async (input, cancellationToken) => await AskColleagueAsync(input.ToolName, cancellationToken) ? PreToolUseHookOutput.Allow() : PreToolUseHookOutput.Deny("Refused."),
            timeout: TimeSpan.FromMinutes(30),
            onFailure: HookFailurePolicy.Block);
    }

    internal static void Change(ClaudeOptions options)
    {
        options.Hooks
            .On(HookEvent.PreToolUse, "Write", input =>
            {
                var changed = JsonObject.Create(input.ToolInput)!;
                changed["file_path"] = Path.Combine("/sandbox", Path.GetFileName((string)changed["file_path"]!));
                return PreToolUseHookOutput.Allow(changed);
            })
            .On(HookEvent.PostToolUse, "Bash", input =>
            {
                var output = JsonObject.Create(input.ToolResponse!.Value)!;
                output["stdout"] = Redact((string?)output["stdout"]);
                return new PostToolUseHookOutput { UpdatedToolOutput = output };
            });
    }

    public static ClaudeOptions AddGreeting(this ClaudeOptions options)
    {
        options.Hooks.Add(Hook.For(HookEvent.UserPromptSubmit, _ => UserPromptSubmitHookOutput.AddContext("Greet the user by name.")) with
        {
            Timeout = TimeSpan.FromSeconds(2),
        });
        return options;
    }

    internal static void Unknown(ClaudeOptions options)
    {
        options.Hooks.On(new HookEvent("Future"), input => RawHookOutput.Parse("""{"systemMessage":"seen"}"""));
    }

    private static Task<string> FindNotesAsync(string prompt, CancellationToken cancellationToken) => Task.FromResult(prompt).WaitAsync(cancellationToken);

    private static Task<bool> AskColleagueAsync(string tool, CancellationToken cancellationToken) => Task.FromResult(tool.Length > 0).WaitAsync(cancellationToken);

    private static string? Redact(string? text) => text?.Replace("secret", "…", StringComparison.Ordinal);
}
