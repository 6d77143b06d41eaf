using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Options that are meant for the model must be in the request that the CLI sends to it, whichever way in.</summary>
internal sealed class ModelRequestTests
{
    [Test]
    public async Task The_model([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.Model = "claude-haiku-4-5");
        Assert.That(request.Model, Does.StartWith("claude-haiku-4-5"));
    }

    [Test]
    public async Task The_effort([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.Effort = EffortLevel.Low);
        Assert.That(request.Body.GetProperty("output_config").GetProperty("effort").GetString(), Is.EqualTo("low"));
    }

    [Test]
    public async Task Adaptive_thinking([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.Thinking = Thinking.Adaptive);
        Assert.That(request.Body.GetProperty("thinking").GetProperty("type").GetString(), Is.EqualTo("adaptive"));
    }

    [Test]
    public async Task No_thinking([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options =>
        {
            options.Model = "claude-haiku-4-5";
            options.Thinking = Thinking.Disabled;
        });
        Assert.That(!request.Body.TryGetProperty("thinking", out var thinking) || thinking.GetProperty("type").GetString() == "disabled");
    }

    [Test]
    public async Task A_thinking_budget([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options =>
        {
            options.Model = "claude-haiku-4-5";
            options.Thinking = Thinking.Enabled(2048);
        });
        Assert.That(request.Body.GetProperty("thinking").GetProperty("budget_tokens").GetInt32(), Is.EqualTo(2048));
    }

    [Test]
    public async Task The_most_output_tokens([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.MaxOutputTokens = 1234);
        Assert.That(request.Body.GetProperty("max_tokens").GetInt32(), Is.EqualTo(1234));
    }

    [Test]
    public async Task The_token_budget_of_a_task([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.TaskBudget = 50_000);
        Assert.That(request.Body.GetProperty("output_config").GetProperty("task_budget").GetProperty("total").GetInt32(), Is.EqualTo(50_000));
    }

    [Test]
    public async Task Betas([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.Betas = ["context-1m-2025-08-07"]);
        Assert.That(request.Headers["anthropic-beta"], Does.Contain("context-1m-2025-08-07"));
    }

    [Test]
    public async Task The_list_of_tools([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.Tools = ["Read", "Bash"]);
        // The CLI puts a placeholder for tools that it loads later beside what was asked for.
        Assert.That(request.ToolNames.Where(name => name != "DeferredToolPlaceholder"), Is.EquivalentTo(["Read", "Bash"]));
    }

    [Test]
    public async Task No_tools([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.Tools = ToolSet.None);
        Assert.That(request.ToolNames, Is.Empty);
    }

    [Test]
    public async Task Disallowed_tools_are_taken_away([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.DisallowedTools = ["Bash", "Write"]);
        Assert.That(request.ToolNames, Has.No.Member("Bash").And.No.Member("Write").And.Member("Read"));
    }

    [Test]
    public async Task Claude_codes_own_system_prompt_when_nothing_is_said([Values] Entry entry)
    {
        var unsaid = await RequestAsync(entry, _ => { });
        Assert.That(unsaid.System, Has.Length.GreaterThan(2000));
        Assert.That(unsaid.System, Does.Contain("Claude"));
    }

    [Test]
    public async Task Claude_codes_own_system_prompt_with_an_addition([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.SystemPrompt = SystemPrompt.ClaudeCodeWith("Answer in French."));
        Assert.That(request.System, Has.Length.GreaterThan(2000));
        Assert.That(request.System, Does.Contain("Answer in French."));
    }

    [Test]
    public async Task A_system_prompt_of_ones_own([Values] Entry entry)
    {
        // Longer than the 128 KiB that Linux allows for one argument.
        string prompt = "You are a pirate. " + string.Concat(Enumerable.Repeat("Arr! 北京 ", 20_000));
        var request = await RequestAsync(entry, options =>
        {
            options.SystemPrompt = prompt;
            options.Tools = ToolSet.None;
        });
        Assert.That(request.SystemBlocks[^1], Is.EqualTo(prompt).Or.EqualTo(prompt.Trim()));
    }

    [Test]
    public async Task A_system_prompt_from_a_file([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("prompt.md"), "You are a parrot.", cli.Deadline);

        await cli.RunAsync(entry, "Hello", options => options.SystemPrompt = SystemPrompt.File("prompt.md"));

        Assert.That(cli.Api.ConversationRequests[0].SystemBlocks[^1], Is.EqualTo("You are a parrot."));
    }

    [Test]
    public async Task An_empty_system_prompt_leaves_only_the_clis_own_lines([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options => options.SystemPrompt = SystemPrompt.Empty);
        Assert.That(request.System, Has.Length.LessThan(600));
    }

    [Test]
    public async Task Instructions_for_plan_mode([Values] Entry entry)
    {
        var request = await RequestAsync(entry, options =>
        {
            options.PermissionMode = PermissionMode.Plan;
            options.PlanModeInstructions = "Write the plan as a sonnet.";
        });
        Assert.That(request.Body.GetRawText(), Does.Contain("Write the plan as a sonnet."));
    }

    [Test]
    public async Task A_schema_for_the_answer_gives_structured_output([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("StructuredOutput", """{"city":"Bern"}"""));

        var messages = await cli.RunAsync(entry, "Capital of Switzerland?", options => options.OutputSchema = OutputSchema.Json(
            """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

        Assert.That(cli.Api.ConversationRequests[0].ToolNames, Does.Contain("StructuredOutput"));
        Assert.That(messages.Result().StructuredOutput?.GetProperty("city").GetString(), Is.EqualTo("Bern"));
    }

    [Test]
    public async Task Another_model_when_the_first_is_overloaded([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.When(request => request.Model.Contains("opus", StringComparison.Ordinal), ScriptedReply.Error(529));
        cli.Api.Default = request => ScriptedReply.Text("from " + request.Model);

        var messages = await cli.RunAsync(entry, "Hello", options =>
        {
            options.Model = "opus";
            options.FallbackModels = ["haiku"];
            // The CLI turns to the next model at the third overload in a row.
            options.Environment["CLAUDE_CODE_MAX_RETRIES"] = "3";
        });

        Assert.That(messages.Result().Text, Does.StartWith("from").And.Contain("haiku"));
    }

    [Test]
    public async Task The_name_of_this_sdk()
    {
        var request = await RequestAsync(Entry.Query, _ => { });
        Assert.That(request.Headers["user-agent"], Does.Contain(ClaudeCli.PinnedVersion).And.Contain("sdk-cs"));
        Assert.That(request.Headers["x-api-key"], Does.StartWith("sk-ant-scripted"));
    }

    private static async Task<RecordedRequest> RequestAsync(Entry entry, Action<ClaudeOptions> change)
    {
        await using var cli = await RealCli.StartAsync();
        var messages = await cli.RunAsync(entry, "Hello", change);
        Assert.That(messages.Result().IsSuccess, messages.Result().Text);
        return cli.Api.ConversationRequests[0];
    }
}
