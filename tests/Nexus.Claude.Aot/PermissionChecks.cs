using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>Permission questions are read and answered without reflection.</summary>
internal static class PermissionChecks
{
    private const string Suggestion = """{"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"ls *"}],"behavior":"allow","destination":"session","later":1}""";

    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("a permission question reaches the callback and suggestions go back as they came", async cancellationToken =>
        {
            var record = await AskAsync(request => PermissionDecision.Allow(updatedPermissions: request.Suggestions), cancellationToken);
            Report.True(record.Contains(Suggestion, StringComparison.Ordinal), $"the suggestion is in {record}");
            Report.True(record.Contains("\"behavior\":\"allow\"", StringComparison.Ordinal), $"it is an allowance: {record}");
        });
        await report.CheckAsync("a callback that throws denies", async cancellationToken =>
        {
            var record = await AskAsync(_ => throw new InvalidOperationException(), cancellationToken);
            Report.True(record.Contains("\"behavior\":\"deny\"", StringComparison.Ordinal), $"it is a denial: {record}");
        });
        await report.CheckAsync("policies compose", async cancellationToken =>
        {
            var policy = PermissionPolicy.DenyTools("Bash").Then(PermissionPolicy.AllowReadsWithin(Path.GetTempPath()));
            var bash = await policy.DecideAsync(new ToolPermissionRequest { ToolName = "Bash" }, cancellationToken);
            var read = await policy.DecideAsync(
                new ToolPermissionRequest
                {
                    ToolName = "Read",
                    Input = System.Text.Json.JsonElement.Parse($$"""{"file_path":"{{Path.Join(Path.GetTempPath(), "x").Replace("\\", "\\\\", StringComparison.Ordinal)}}"}"""),
                },
                cancellationToken);
            Report.True(!bash.IsAllowed && read.IsAllowed, "the first decision wins");
        });
    }

    private static async Task<string> AskAsync(Func<ToolPermissionRequest, PermissionDecision> decide, CancellationToken cancellationToken)
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage()
            .SendControl($$"""{"subtype":"can_use_tool","tool_name":"Bash","input":{"command":"ls"},"tool_use_id":"toolu_1","permission_suggestions":[{{Suggestion}}]}""", "q")
            .AwaitControlResponse("q").Exit());
        var options = ConversationChecks.OptionsFor(cli);
        options.CanUseTool = (request, _) => ValueTask.FromResult(decide(request));
        await Report.ThrowsAsync<CliExitedException>(() => ClaudeCode.AskAsync("Hello", options, cancellationToken));
        return string.Concat((await cli.ReadRecordAsync(cancellationToken)).Select(record => record.Line).Where(line => line?.Contains("control_response", StringComparison.Ordinal) == true));
    }
}
