using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Controls;

/// <summary>What each method writes, and that a bare acknowledgement, which an older CLI may send, is an answer to each.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RequestShapeTests
{
    private static readonly (Func<ClaudeClient, Task> Call, string Request)[] Requests =
    [
        (client => client.SetMaxThinkingTokensAsync(2048), """{"subtype":"set_max_thinking_tokens","max_thinking_tokens":2048}"""),
        (client => client.SetMaxThinkingTokensAsync(null), """{"subtype":"set_max_thinking_tokens","max_thinking_tokens":null}"""),
        (client => client.SetThinkingDisplayAsync(ThinkingDisplay.Omitted), """{"subtype":"set_max_thinking_tokens","thinking_display":"omitted"}"""),
        (client => client.SetThinkingDisplayAsync(null), """{"subtype":"set_max_thinking_tokens","thinking_display":null}"""),
        (client => client.SetEffortAsync(EffortLevel.High), """{"subtype":"apply_flag_settings","settings":{"effortLevel":"high"}}"""),
        (client => client.SetEffortAsync(null), """{"subtype":"apply_flag_settings","settings":{"effortLevel":null}}"""),
        (client => client.ApplyFlagSettingsAsync(new JsonObject { ["a"] = new JsonObject { ["ü"] = 1 } }), """{"subtype":"apply_flag_settings","settings":{"a":{"ü":1}}}"""),
        (client => client.UpdateSettingsAsync(SettingSource.Local, new JsonObject { ["outputStyle"] = "x" }), """{"subtype":"update_settings","source":"localSettings","settings":{"outputStyle":"x"}}"""),
        (client => client.GetSettingsAsync(), """{"subtype":"get_settings"}"""),
        (client => client.GetContextUsageAsync(), """{"subtype":"get_context_usage"}"""),
        (client => client.GetContextUsageAsync(ContextUsageDetail.Summary), """{"subtype":"get_context_usage","detail":"summary"}"""),
        (client => client.GetUsageAsync(), """{"subtype":"get_usage"}"""),
        (client => client.GetUsageAsync(skipBehaviors: true), """{"subtype":"get_usage","skip_behaviors":true}"""),
        (client => client.GetSessionCostAsync(), """{"subtype":"get_session_cost"}"""),
        (client => client.ListModelsAsync(), """{"subtype":"list_models"}"""),
        (client => client.GetBinaryVersionAsync(), """{"subtype":"get_binary_version"}"""),
        (client => client.ListPermissionRulesAsync(), """{"subtype":"list_permission_rules"}"""),
        (client => client.GetHooksListingAsync(), """{"subtype":"get_hooks_listing"}"""),
        (client => client.StopTaskAsync("t"), """{"subtype":"stop_task","task_id":"t"}"""),
        (client => client.BackgroundTasksAsync(), """{"subtype":"background_tasks"}"""),
        (client => client.BackgroundTasksAsync("u"), """{"subtype":"background_tasks","tool_use_id":"u"}"""),
        (client => client.GetTaskOutputAsync("t"), """{"subtype":"get_task_output","task_id":"t"}"""),
        (client => client.CancelQueuedPromptAsync("p"), """{"subtype":"cancel_async_message","message_uuid":"p"}"""),
        (client => client.ReadFileAsync("f"), """{"subtype":"read_file","path":"f"}"""),
        (client => client.ReadFileAsync("f", 10, binary: true), """{"subtype":"read_file","path":"f","max_bytes":10,"encoding":"base64"}"""),
        (client => client.SuggestFilesAsync(""), """{"subtype":"file_suggestions","query":""}"""),
        (client => client.SeedReadStateAsync("f", DateTimeOffset.FromUnixTimeMilliseconds(1795357840562).AddTicks(9)), """{"subtype":"seed_read_state","path":"f","mtime":1795357840562}"""),
        (client => client.RegisterRepositoryRootAsync("d", reloadSkills: true), """{"subtype":"register_repo_root","directory":"d","reload_claude_md":false,"reload_plugins":false,"reload_skills":true}"""),
        (client => client.RenameSessionAsync("t", "s"), """{"subtype":"rename_session","title":"t","source":"host","session_id":"s"}"""),
        (client => client.GenerateSessionTitleAsync("d"), """{"subtype":"generate_session_title","description":"d","persist":false}"""),
        (client => client.AskSideQuestionAsync("q", [new SideExchange("a", "b")]), """{"subtype":"side_question","question":"q","history":[{"question":"a","response":"b"}]}"""),
        (client => client.RewindConversationAsync("p"), """{"subtype":"rewind_conversation","target_message_uuid":"p"}"""),
        (client => client.RewindConversationAsync("p", "l"), """{"subtype":"rewind_conversation","target_message_uuid":"p","last_seen_user_message_uuid":"l"}"""),
        (client => client.SetHasSubscribersAsync(false), """{"subtype":"set_has_subscribers","has_subscribers":false}"""),
        (client => client.SetHasSubscribersAsync(null), """{"subtype":"set_has_subscribers","has_subscribers":null}"""),
        (client => client.ReloadPluginsAsync(), """{"subtype":"reload_plugins"}"""),
        (client => client.ReloadSkillsAsync(), """{"subtype":"reload_skills"}"""),
        (client => client.ReloadOutputStylesAsync(), """{"subtype":"reload_output_styles"}"""),
        (client => client.PreviewRewindAsync("p"), """{"subtype":"rewind_files","user_message_id":"p","dry_run":true}"""),
        (client => client.SendControlRequestAsync(new JsonObject { ["subtype"] = "tomorrow", ["x"] = true }), """{"subtype":"tomorrow","x":true}"""),
        (client => client.SendControlRequestAsync(JsonElement.Parse("""{"x":[1,2],"subtype":"tomorrow"}""")), """{"x":[1,2],"subtype":"tomorrow"}"""),
    ];

    [Test]
    public async Task Each_method_writes_its_request_and_takes_a_bare_acknowledgement()
    {
        var script = new CliScript();
        foreach (var request in Requests)
            script = script.AlwaysAnswer(JsonElement.Parse(request.Request).GetProperty("subtype").GetString()!, "{}");
        await using var cli = ScriptedCli.Create(script.AnswerInitialize().Turns());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        foreach (var (call, _) in Requests)
            await call(client).InTime();

        var written = (await cli.ReadRecordAsync())
            .Where(record => record.Kind == "input" && record.LineJson.TryGetProperty("request", out _))
            .Select(record => record.LineJson.GetProperty("request").Clone()).Skip(1).ToList();
        Assert.That(written, Has.Count.EqualTo(Requests.Length));
        foreach (var (actual, expected) in written.Zip(Requests))
            Assert.That(JsonElement.DeepEquals(actual, JsonElement.Parse(expected.Request)), $"{expected.Request}\n{actual}");
    }

    [Test]
    public async Task Plugins_to_add_are_written_with_their_whole_path()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AlwaysAnswer("reload_plugins", "{}").AnswerInitialize().Turns());
        var options = cli.Options();
        options.WorkingDirectory = Path.GetTempPath();
        await using var client = await ClaudeClient.ConnectAsync(options).InTime();

        await client.ReloadPluginsAsync(new PluginReloadOptions
        {
            AddPlugins = [new PluginOptions("mine") { SkipMcpDiscovery = true }],
            HoldOnCacheImpact = true,
            RefuseIfBusy = true,
        }).InTime();

        var request = (await cli.ReadRecordAsync()).Last(record => record.Kind == "input").LineJson.GetProperty("request");
        var expected = new JsonObject
        {
            ["subtype"] = "reload_plugins",
            ["hold_on_cache_impact"] = true,
            ["refuse_if_busy"] = true,
            ["add_plugins"] = new JsonArray(new JsonObject { ["type"] = "local", ["path"] = Path.Combine(Path.GetTempPath(), "mine"), ["skipMcpDiscovery"] = true }),
        };
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(request.GetRawText()), expected), request.GetRawText());
    }

    [Test]
    public async Task Wrong_arguments_are_said_before_anything_is_sent()
    {
        await using var cli = ScriptedCli.Create();
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        Assert.Multiple(() =>
        {
            Assert.That(() => client.SetMaxThinkingTokensAsync(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => client.ReadFileAsync("f", 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => client.ReadFileAsync(""), Throws.ArgumentException);
            Assert.That(() => client.RenameSessionAsync(" "), Throws.ArgumentException);
            Assert.That(() => client.StopTaskAsync(""), Throws.ArgumentException);
            Assert.That(() => client.SendControlRequestAsync(new JsonObject { ["subtype"] = 5 }), Throws.ArgumentException);
            Assert.That(() => client.SendControlRequestAsync(default(JsonElement)), Throws.ArgumentException);
        });
        Assert.That((await cli.ReadRecordAsync()).Count(record => record.Kind == "input"), Is.EqualTo(1));
    }

    [Test]
    public async Task After_the_end_every_request_says_so()
    {
        await using var cli = ScriptedCli.Create();
        var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        await client.DisposeAsync().InTime();

        await client.GetSettingsAsync().FailureAsync<ObjectDisposedException>();
        await client.UpdateEnvironmentAsync(new Dictionary<string, string>()).FailureAsync<ObjectDisposedException>();
        Assert.That(() => client.SendControlRequestAsync(new JsonObject { ["subtype"] = "x" }), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => client.EndSessionAsync(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => client.ReinitializeAsync(), Throws.InstanceOf<ObjectDisposedException>());
    }
}
