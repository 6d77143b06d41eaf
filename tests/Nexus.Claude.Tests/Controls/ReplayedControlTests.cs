using System.Text.Json.Nodes;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Controls;

/// <summary>Recorded exchanges about control requests, in lock step with the methods.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ReplayedControlTests
{
    private const string Prompt = "55555555-5555-4555-8555-555555555555";

    [Test]
    public async Task Thirty_six_requests_in_a_row()
    {
        await using var cli = Recorded("control_misc");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        await client.AskAsync("x").InTime();

        var full = await client.GetContextUsageAsync().InTime();
        var summary = await client.GetContextUsageAsync(ContextUsageDetail.Summary).InTime();
        var settings = await client.GetSettingsAsync().InTime();
        var models = await client.ListModelsAsync().InTime();
        var cost = await client.GetSessionCostAsync().InTime();
        var version = await client.GetBinaryVersionAsync().InTime();
        var usage = await client.GetUsageAsync(skipBehaviors: true).InTime();
        var files = await client.SuggestFilesAsync("f").InTime();
        var file = await client.ReadFileAsync("f.txt").InTime();
        await client.SeedReadStateAsync("/srv/demo/f.txt", DateTimeOffset.UnixEpoch).InTime();
        var cancelled = await client.CancelQueuedPromptAsync("99999999-9999-4999-8999-999999999999").InTime();
        await client.RenameSessionAsync("My title").InTime();
        var title = await client.GenerateSessionTitleAsync("hello").InTime();
        Assert.That((await Raw(client, "set_color").FailureAsync<ProtocolException>()).ErrorCode, Is.EqualTo("unsupported_request"));
        await Raw(client, "mcp_reconnect").FailureAsync<ProtocolException>();
        await Raw(client, "mcp_toggle").FailureAsync<ProtocolException>();
        await Raw(client, "mcp_set_servers").InTime();
        await Raw(client, "mcp_set_servers").InTime();
        var plugins = await client.ReloadPluginsAsync().InTime();
        var skills = await client.ReloadSkillsAsync().InTime();
        var styles = await client.ReloadOutputStylesAsync().InTime();
        var backgrounded = await client.BackgroundTasksAsync().InTime();
        await client.GetTaskOutputAsync("x").FailureAsync<ProtocolException>();
        var rules = await client.ListPermissionRulesAsync().InTime();
        var hooks = await client.GetHooksListingAsync().InTime();
        await client.UpdateSettingsAsync(SettingSource.Local, new JsonObject { ["outputStyle"] = "default" }).InTime();
        await client.RegisterRepositoryRootAsync("/srv/demo").FailureAsync<ProtocolException>();
        await Raw(client, "set_mcp_permission_mode_override").InTime();
        var plan = await Raw(client, "get_plan").InTime();
        await Raw(client, "get_status").InTime();
        var side = await client.AskSideQuestionAsync("why?").InTime();
        await client.SetHasSubscribersAsync(true).InTime();
        await client.InterruptAsync().InTime();
        var mode = await client.SetPermissionModeAsync(new PermissionMode("bogus")).FailureAsync<ProtocolException>();
        var again = await client.ReinitializeAsync().InTime();
        var exit = await client.EndSessionAsync().InTime();

        Assert.Multiple(() =>
        {
            Assert.That(full.TotalTokens, Is.EqualTo(2167));
            Assert.That(summary.TotalTokens, Is.EqualTo(13129));
            Assert.That(summary.Categories.Single(category => category.Kind == "deferred").IsDeferred);
            Assert.That(settings.Applied.Effort, Is.EqualTo(EffortLevel.Medium));
            Assert.That(models, Has.Count.EqualTo(5));
            Assert.That(cost, Does.StartWith("Estimated cost"));
            Assert.That(version.Version, Is.EqualTo("2.1.330"));
            Assert.That(usage.Totals.SessionCostUsd, Is.EqualTo(0.000188m));
            Assert.That(files.WorkingDirectory, Is.EqualTo("/srv/demo"));
            Assert.That(file.Contents, Is.EqualTo("data"));
            Assert.That(cancelled, Is.False);
            Assert.That(title, Is.Null);
            Assert.That(plugins.Plugins, Has.Count.EqualTo(3));
            Assert.That(skills.Select(skill => skill.Name), Does.Contain("code-review"));
            Assert.That(styles, Does.Contain("Explanatory"));
            Assert.That(backgrounded, Is.True);
            Assert.That(rules.OriginalWorkingDirectory, Is.EqualTo("/srv/demo"));
            Assert.That(hooks.EventCatalog, Has.Count.EqualTo(33));
            Assert.That(plan.GetProperty("exists").GetBoolean(), Is.False);
            Assert.That(side.Text, Is.EqualTo("Hello from the mock."));
            Assert.That(mode.ErrorCode, Is.EqualTo("invalid_mode"));
            Assert.That(again.Agents, Is.Not.Empty);
            Assert.That(exit.ExitCode, Is.Zero);
            Assert.That(exit.Cause, Is.Null);
        });
    }

    [Test]
    public async Task The_model_the_mode_the_thinking_and_the_effort_change_between_two_turns()
    {
        await using var cli = Recorded("set_model_permission_mode");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        await client.AskAsync("one").InTime();

        Assert.That(await client.SetModelAsync("haiku").InTime(), Is.EqualTo("claude-haiku-5-5"));
        Assert.That(await client.SetPermissionModeAsync(PermissionMode.AcceptEdits).InTime(), Is.EqualTo(PermissionMode.AcceptEdits));
        Assert.That((await client.SetPermissionModeAsync(PermissionMode.BypassPermissions).FailureAsync<ProtocolException>()).ErrorCode, Is.EqualTo("bypass_not_launched"));
        await client.SetMaxThinkingTokensAsync(2048).InTime();
        Assert.That(await client.SetModelAsync(null).InTime(), Is.EqualTo("claude-opus-5-5"));
        Assert.That(await client.SetModelAsync("no-such-model").InTime(), Is.EqualTo("no-such-model"));
        Assert.That((await Raw(client, "bogus_subtype").FailureAsync<ProtocolException>()).ErrorCode, Is.EqualTo("unsupported_request"));
        await client.SetEffortAsync(EffortLevel.High).InTime();

        var messages = await client.SendAsync("two").ReadAsync();
        Assert.That(messages.OfType<InitMessage>().Single().Model, Is.EqualTo("no-such-model"));
    }

    [Test]
    public async Task A_task_in_the_background_is_stopped()
    {
        await using var cli = Recorded("background_stop_task");
        var options = cli.Options();
        options.PerTaskStopAffordance = true;
        await using var client = await ClaudeClient.ConnectAsync(options).InTime();
        var messages = await client.SendAsync("x").ReadAsync();

        await client.StopTaskAsync(messages.OfType<TaskStartedMessage>().Single().TaskId).InTime();
        await client.StopTaskAsync("nope").InTime();
        await client.DisposeAsync().InTime();

        var rest = await client.Unprompted.ReadAsync();
        Assert.That(rest.OfType<TaskUpdatedMessage>().Single().Patch.Status, Is.EqualTo(AgentTaskStatus.Killed));
        Assert.That(rest.OfType<TaskNotificationMessage>().Single().Status, Is.EqualTo(AgentTaskStatus.Stopped));
        Assert.That(rest.OfType<BackgroundTasksChangedMessage>().Single().Tasks, Is.Empty);
    }

    [TestCase("file_checkpoint_rewind", 0)]
    [TestCase("file_checkpoint_rewind_v197", null)]
    public async Task Files_are_previewed_refused_and_taken_back(string recording, int? skippedLinks)
    {
        await using var cli = Recorded(recording);
        var options = cli.Options();
        options.EnableFileCheckpointing = true;
        await using var client = await ClaudeClient.ConnectAsync(options).InTime();
        await client.SendAsync(new UserPrompt("cp") { Id = Prompt }).ReadAsync();

        var preview = await client.PreviewRewindAsync(Prompt).InTime();
        // The recorded client rewound without a preview, so the other two answers are taken by a preview as well.
        var unknown = await client.PreviewRewindAsync("66666666-6666-4666-8666-666666666666").FailureAsync<ProtocolException>();
        var done = await client.RewindFilesAsync(Prompt, dryRun: true).InTime();

        Assert.Multiple(() =>
        {
            Assert.That(preview.FilesChanged, Is.EqualTo((string[])["/srv/demo/ex.txt", "/srv/demo/made.txt"]));
            Assert.That((preview.Insertions, preview.Deletions, preview.SkippedLinks), Is.EqualTo((1, 3, (int?)null)));
            Assert.That(unknown.Message, Does.Contain("No file checkpoint found"));
            Assert.That(done.CanRewind);
            Assert.That(done.SkippedLinks, Is.EqualTo(skippedLinks));
            Assert.That(done.FilesChanged, Is.Empty);
        });
    }

    [Test]
    public async Task Files_are_taken_back_after_a_resume()
    {
        await using var cli = Recorded("file_checkpoint_rewind_after_resume");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        Assert.That((await client.RewindFilesAsync(Prompt, dryRun: true).InTime()).CanRewind);
    }

    [Test]
    public async Task Without_checkpoints_the_recorded_refusal_is_an_exception()
    {
        await using var cli = Recorded("file_checkpoint_disabled");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        var turn = client.SendAsync("x");
        await turn.ReadAsync();

        var refusal = await client.PreviewRewindAsync(turn.PromptId).FailureAsync<ProtocolException>();

        Assert.That(refusal.Message, Does.Contain("File rewinding is not enabled."));
    }

    private static Task<System.Text.Json.JsonElement> Raw(ClaudeClient client, string subtype) =>
        client.SendControlRequestAsync(new JsonObject { ["subtype"] = subtype });

    private static ScriptedCli Recorded(string name) => ScriptedCli.Create(new CliScript().Replay(
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "cli-transcripts", name + ".jsonl")));
}
