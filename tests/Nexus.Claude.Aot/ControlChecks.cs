using System.Text.Json.Nodes;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>Control requests and their typed answers, against the scripted CLI.</summary>
internal static class ControlChecks
{
    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("control requests are written and their answers read", AskAsync);
        await report.CheckAsync("files are rewound with their list", RewindAsync);
    }

    private static async Task AskAsync(CancellationToken cancellationToken)
    {
        await using var cli = ScriptedCli.Create(new CliScript()
            .AlwaysAnswer("get_context_usage", """{"totalTokens":5,"categories":[{"id":"messages","tokens":5,"kind":"used"}],"gridRows":[[{"tokens":5}]],"tomorrow":1}""")
            .AlwaysAnswer("get_usage", """{"session":{"total_cost_usd":0.5,"model_usage":{"m":{"inputTokens":3}}},"rate_limits":{"five_hour":{"utilization":4}}}""")
            .AlwaysAnswer("get_settings", """{"effective":{"a":1},"applied":{"effort":"low"}}""")
            .AlwaysAnswer("list_permission_rules", """{"state":{"rules":[{"rule":"Bash","behavior":"deny"}]}}""")
            .AlwaysAnswer("get_hooks_listing", """{"hooks":[{"event":"Stop","timeout":5}]}""")
            .AlwaysAnswer("reload_plugins", """{"commands":[{"name":"c"}],"agents":[{"name":"a"}],"plugins":[{"name":"p"}]}""")
            .AlwaysAnswer("read_file", """{"contents":"AQI=","encoding":"base64"}""")
            .AlwaysAnswer("side_question", """{"response":"yes"}""")
            .AlwaysAnswer("apply_flag_settings")
            .AlwaysAnswer("tomorrow", """{"x":1}""")
            .AnswerInitialize()
            .Turns());
        await using var client = await ClaudeClient.ConnectAsync(ConversationChecks.OptionsFor(cli), cancellationToken);

        var context = await client.GetContextUsageAsync(ContextUsageDetail.Summary, cancellationToken);
        Report.Equal(5, context.TotalTokens, "the tokens in the window");
        Report.Equal(5, context.Grid[0][0].Tokens, "the tokens of a square");
        Report.True(context.AdditionalProperties!.ContainsKey("tomorrow"), "an unknown member is kept");
        var usage = await client.GetUsageAsync(cancellationToken: cancellationToken);
        Report.Equal(3, usage.Totals.SessionModelUsage["m"].InputTokens, "the tokens of a model");
        Report.Equal(4m, usage.RateLimits!.FiveHour!.Utilization!.Value, "the utilization");
        Report.Equal(EffortLevel.Low, (await client.GetSettingsAsync(cancellationToken)).Applied.Effort!.Value, "the effort");
        Report.Equal("deny", (await client.ListPermissionRulesAsync(cancellationToken)).Rules[0].Behavior, "the behaviour of a rule");
        Report.Equal(TimeSpan.FromSeconds(5), (await client.GetHooksListingAsync(cancellationToken)).Hooks[0].Timeout!.Value, "the timeout of a hook");
        Report.Equal("p", (await client.ReloadPluginsAsync(cancellationToken: cancellationToken)).Plugins[0].Name, "the plugin");
        Report.Equal("c", client.Server.Commands[0].Name, "the command that the reload brought");
        Report.Equal(2, (await client.ReadFileAsync("f", cancellationToken: cancellationToken)).ToBytes().Length, "the size of the file");
        Report.Equal("yes", (await client.AskSideQuestionAsync("?", cancellationToken: cancellationToken)).Text, "the answer on the side");
        await client.ApplyFlagSettingsAsync(new JsonObject { ["a"] = new JsonArray("b", 1, true) }, cancellationToken);
        await client.SetEffortAsync(EffortLevel.Low, cancellationToken);
        var raw = await client.SendControlRequestAsync(new JsonObject { ["subtype"] = "tomorrow" }, cancellationToken);
        Report.Equal(1, raw.GetProperty("x").GetInt32(), "the raw answer");
    }

    private static async Task RewindAsync(CancellationToken cancellationToken)
    {
        await using var cli = ScriptedCli.Create(new CliScript()
            .AnswerInitialize()
            .AnswerControl("rewind_files", """{"canRewind":true,"filesChanged":["/a"],"insertions":1,"deletions":2}""")
            .AnswerControl("rewind_files", """{"canRewind":true,"skippedLinks":0}"""));
        await using var client = await ClaudeClient.ConnectAsync(ConversationChecks.OptionsFor(cli), cancellationToken);

        var rewind = await client.RewindFilesAsync("p", cancellationToken: cancellationToken);
        Report.Equal(1, rewind.FilesChanged.Count, "the number of files");
        Report.Equal(2, rewind.Deletions, "the number of deleted lines");
    }
}
