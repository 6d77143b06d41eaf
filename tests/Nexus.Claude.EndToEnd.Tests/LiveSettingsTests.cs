using System.Text.Json.Nodes;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>What can be set and asked about settings while a session lives.</summary>
internal sealed class LiveSettingsTests
{
    [Test]
    public async Task The_effort_changes_from_the_next_request_on()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        await client.AskAsync("one", cli.Deadline);
        await client.SetEffortAsync(EffortLevel.Low, cli.Deadline);
        await client.AskAsync("two", cli.Deadline);
        var settings = await client.GetSettingsAsync(cli.Deadline);
        await client.SetEffortAsync(null, cli.Deadline);
        await client.AskAsync("three", cli.Deadline);

        var efforts = cli.Api.ConversationRequests.Select(request => request.Body.GetProperty("output_config").GetProperty("effort").GetString()).ToList();
        Assert.That(efforts[1], Is.EqualTo("low"));
        Assert.That(efforts[2], Is.EqualTo(efforts[0]).And.Not.EqualTo("low"));
        Assert.That(settings.Applied.Effort, Is.EqualTo(EffortLevel.Low));
    }

    [Test]
    public async Task Thinking_gets_a_budget_is_switched_off_and_goes_back()
    {
        await using var cli = await RealCli.StartAsync();
        // A model that takes a budget; newer ones always decide for themselves.
        await using var client = await cli.ConnectAsync(options => options.Model = "claude-sonnet-4-5-20250929");
        await client.AskAsync("one", cli.Deadline);
        foreach (int? tokens in (int?[])[2_048, 0, null])
        {
            await client.SetMaxThinkingTokensAsync(tokens, cli.Deadline);
            await client.AskAsync("next", cli.Deadline);
        }

        var thinking = cli.Api.ConversationRequests.Select(request => request.Body.GetProperty("thinking")).ToList();
        Assert.That(thinking[1].GetProperty("budget_tokens").GetInt32(), Is.EqualTo(2_048));
        Assert.That(thinking[2].GetProperty("type").GetString(), Is.EqualTo("disabled"));
        Assert.That(thinking[3].GetRawText(), Is.EqualTo(thinking[0].GetRawText()));
    }

    [Test]
    public async Task A_thinking_display_is_taken_and_a_wrong_one_refused()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        await client.SetThinkingDisplayAsync(ThinkingDisplay.Summarized, cli.Deadline);
        await client.AskAsync("one", cli.Deadline);
        await client.SetThinkingDisplayAsync(null, cli.Deadline);
        var refusal = await Assert.ThrowsAsync<ProtocolException>(
            async () => await client.SetThinkingDisplayAsync(new ThinkingDisplay("nonsense"), cli.Deadline));

        Assert.That(cli.Api.ConversationRequests[0].Body.GetProperty("thinking").GetProperty("display").GetString(), Is.EqualTo("summarized"));
        Assert.That(refusal!.RequestSubtype, Is.EqualTo("set_max_thinking_tokens"));
        Assert.That(() => client.SetMaxThinkingTokensAsync(-1, cli.Deadline), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task Flag_settings_lie_over_the_files_until_they_are_taken_back()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        await client.ApplyFlagSettingsAsync(new JsonObject { ["permissions"] = new JsonObject { ["deny"] = new JsonArray("WebFetch") } }, cli.Deadline);
        var with = await client.GetSettingsAsync(cli.Deadline);
        var rules = await client.ListPermissionRulesAsync(cli.Deadline);
        await client.ApplyFlagSettingsAsync(new JsonObject { ["permissions"] = null }, cli.Deadline);
        var without = await client.GetSettingsAsync(cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That(with.Effective.GetProperty("permissions").GetProperty("deny")[0].GetString(), Is.EqualTo("WebFetch"));
            Assert.That(with.Sources.Single(source => source.Source == "flagSettings").Settings.TryGetProperty("permissions", out _));
            Assert.That(with.Applied.Model, Is.Not.Empty);
            Assert.That(rules.Rules.Single().Rule, Is.EqualTo("WebFetch"));
            Assert.That(rules.Rules.Single().Behavior, Is.EqualTo("deny"));
            Assert.That(rules.Rules.Single().Source, Is.EqualTo("flagSettings"));
            Assert.That(without.Effective.TryGetProperty("permissions", out _), Is.False);
        });
    }

    [Test]
    public async Task Flag_settings_that_would_break_the_layer_are_refused_as_a_whole()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        var refusal = await Assert.ThrowsAsync<ProtocolException>(async () => await client.ApplyFlagSettingsAsync(
            new JsonObject { ["effortLevel"] = "low", ["permissions"] = "nonsense" }, cli.Deadline));

        Assert.That(refusal!.Message, Does.Contain("permissions"));
        Assert.That((await client.GetSettingsAsync(cli.Deadline)).Sources, Is.Empty);
    }

    [Test]
    public async Task A_settings_file_takes_the_keys_that_are_allowed_and_no_others()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        await client.UpdateSettingsAsync(SettingSource.Local, new JsonObject { ["outputStyle"] = "Explanatory" }, cli.Deadline);
        await client.UpdateSettingsAsync(SettingSource.User, new JsonObject { ["effortLevel"] = "low" }, cli.Deadline);
        var refusal = await Assert.ThrowsAsync<ProtocolException>(async () => await client.UpdateSettingsAsync(
            SettingSource.Local, new JsonObject { ["model"] = "opus" }, cli.Deadline));

        string file = await File.ReadAllTextAsync(Path.Combine(cli.Environment.WorkingDirectory, ".claude", "settings.local.json"));
        var settings = await client.GetSettingsAsync(cli.Deadline);
        Assert.That(JsonNode.Parse(file)!["outputStyle"]!.GetValue<string>(), Is.EqualTo("Explanatory"));
        Assert.That(settings.Sources.Select(source => source.Source), Is.EqualTo((string[])["userSettings", "localSettings"]));
        Assert.That(refusal!.Message, Does.Contain("keys not allowed: model"));
    }

    [Test]
    public async Task Rules_of_all_sources_are_listed_with_where_they_come_from()
    {
        await using var cli = await RealCli.StartAsync();
        WriteProjectSettings(cli, """{"permissions":{"ask":["Bash(rm:*)"]},"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"true","timeout":5}]}]}}""");
        string extra = Directory.CreateDirectory(Path.Combine(cli.Environment.RootDirectory, "extra")).FullName;
        await using var client = await cli.ConnectAsync(options =>
        {
            options.AllowedTools = ["Bash(ls:*)"];
            options.AdditionalDirectories = [extra];
        });

        var rules = await client.ListPermissionRulesAsync(cli.Deadline);

        var ours = rules.Rules.Single(rule => rule.Source == "cliArg");
        var theirs = rules.Rules.Single(rule => rule.Source == "projectSettings");
        Assert.Multiple(() =>
        {
            Assert.That(ours.Rule, Is.EqualTo("Bash(ls:*)"));
            Assert.That(ours.Behavior, Is.EqualTo("allow"));
            Assert.That(ours.Editability, Is.EqualTo("session"));
            Assert.That(ours.Description?.ToString(), Is.EqualTo("Any Bash command starting with ls"));
            Assert.That(theirs.Behavior, Is.EqualTo("ask"));
            Assert.That(theirs.Editability, Is.EqualTo("persistent"));
            Assert.That(rules.WorkspaceDirectories.Single().Path, Is.EqualTo(extra));
            Assert.That(rules.WorkspaceDirectories.Single().Source, Is.EqualTo("cliArg"));
            Assert.That(rules.OriginalWorkingDirectory, Is.EqualTo(cli.Environment.WorkingDirectory));
            Assert.That(rules.IsManagedOnly, Is.False);
        });
    }

    [Test]
    public async Task Hooks_of_settings_files_are_listed_with_all_events_there_are()
    {
        await using var cli = await RealCli.StartAsync();
        WriteProjectSettings(cli, """{"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"true","timeout":5}]}]}}""");
        await using var client = await cli.ConnectAsync();

        var listing = await client.GetHooksListingAsync(cli.Deadline);

        var hook = listing.Hooks.Single();
        Assert.Multiple(() =>
        {
            Assert.That(hook.Event, Is.EqualTo("PreToolUse"));
            Assert.That(hook.Matcher, Is.EqualTo("Bash"));
            Assert.That(hook.Source, Is.EqualTo("projectSettings"));
            Assert.That(hook.HookType, Is.EqualTo("command"));
            Assert.That(hook.CommandText, Is.EqualTo("true"));
            Assert.That(hook.Timeout, Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(hook.IsDisabled, Is.False);
            Assert.That(hook.Editable?.GetProperty("matcher").GetString(), Is.EqualTo("Bash"));
            Assert.That(listing.Events.Single().HookCount, Is.EqualTo(1));
            Assert.That(listing.EventCatalog, Has.Count.EqualTo(33));
            Assert.That(listing.EventCatalog.Single(item => item.Name == "PostToolBatch").SupportsMatcher, Is.False);
            Assert.That(listing.Policy.AreAllDisabled, Is.False);
        });
    }

    [Test]
    public async Task Only_the_variables_that_the_CLI_knows_are_taken_over()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        var applied = await client.UpdateEnvironmentAsync(
            new Dictionary<string, string> { ["CLAUDE_CODE_SESSION_ACCESS_TOKEN"] = "token", ["SOMETHING_ELSE"] = "x" }, cli.Deadline);

        Assert.That(applied, Is.EqualTo((string[])["CLAUDE_CODE_SESSION_ACCESS_TOKEN"]));
        Assert.That(await client.AskAsync("still there?", cli.Deadline), Does.Contain("still there?"));
    }

    private static void WriteProjectSettings(RealCli cli, string json)
    {
        string folder = Directory.CreateDirectory(Path.Combine(cli.Environment.WorkingDirectory, ".claude")).FullName;
        File.WriteAllText(Path.Combine(folder, "settings.json"), json);
    }
}
