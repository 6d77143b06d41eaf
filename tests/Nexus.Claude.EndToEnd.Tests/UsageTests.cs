using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>What turns cost, what a budget allows, and what is asked again.</summary>
internal sealed class UsageTests
{
    [Test]
    public async Task Each_turn_counts_once_with_its_part_of_the_cache()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Text("answer").WithUsage(new ScriptedUsage(100, 20, 1000, 300));
        await using var client = await cli.ConnectAsync();

        var results = new List<ResultMessage>();
        for (int turn = 1; turn <= 3; turn++)
        {
            results.Add(await client.SendAsync($"turn {turn}", cli.Deadline).ResultAsync(cli.Deadline));
            Assert.That(client.Usage.LastTurn.TotalTokens, Is.EqualTo(1420), $"turn {turn}");
        }

        var total = client.Usage.Total;
        Assert.Multiple(() =>
        {
            Assert.That(total.Turns, Is.EqualTo(3));
            Assert.That(total.InputTokens, Is.EqualTo(300));
            Assert.That(total.OutputTokens, Is.EqualTo(60));
            Assert.That(total.CacheReadInputTokens, Is.EqualTo(3000));
            Assert.That(total.CacheCreationInputTokens, Is.EqualTo(900));
            Assert.That(total.CostUsd, Is.EqualTo(results[^1].SessionCostUsd).Within(0.000_000_1m));
            Assert.That(client.Usage.LastTurn.CostUsd, Is.EqualTo(total.CostUsd / 3).Within(0.000_000_1m));
            Assert.That(client.Usage.SessionCostUsd, Is.EqualTo(results[^1].SessionCostUsd));
        });
    }

    [Test]
    public async Task A_resumed_session_is_not_charged_again_for_what_it_had_cost()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Text("answer").WithUsage(new ScriptedUsage(1000, 200));
        var first = new UsageLedger();
        string? id = null;
        await foreach (var message in ClaudeCode.QueryAsync("one", cli.NewOptions(), cli.Deadline))
        {
            first.Observe(message);
            id = message.SessionId ?? id;
        }

        await using var client = await cli.ConnectAsync(options => options.Resume = id);
        var result = await client.SendAsync("two", cli.Deadline).ResultAsync(cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That(first.Total.TotalTokens, Is.EqualTo(1200));
            Assert.That(client.Usage.Total.TotalTokens, Is.EqualTo(1200));
            Assert.That(client.Usage.Total.CostUsd, Is.EqualTo(first.Total.CostUsd).Within(0.000_000_1m));
            Assert.That(client.Usage.SessionCostUsd, Is.EqualTo(first.Total.CostUsd + client.Usage.Total.CostUsd).Within(0.000_000_1m));
            Assert.That(result.SessionCostUsd, Is.EqualTo(client.Usage.SessionCostUsd));
        });
    }

    [Test]
    public async Task Every_model_has_its_own_figures()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = request => ScriptedReply.Text("answer").WithUsage(request.Model.Contains("haiku", StringComparison.Ordinal) ? new ScriptedUsage(10, 1) : new ScriptedUsage(100, 20));
        await using var client = await cli.ConnectAsync(options => options.Model = "opus");

        await client.AskAsync("one", cli.Deadline);
        await client.SetModelAsync("haiku", cli.Deadline);
        await client.AskAsync("two", cli.Deadline);

        var models = client.Usage.Total.ByModel;
        Assert.That(models.Single(model => model.Key.Contains("opus", StringComparison.Ordinal)).Value.InputTokens, Is.EqualTo(100));
        Assert.That(models.Single(model => model.Key.Contains("haiku", StringComparison.Ordinal)).Value.InputTokens, Is.EqualTo(10));
        Assert.That(client.Usage.LastTurn.ByModel.Keys.Single(), Does.Contain("haiku"));
    }

    [Test]
    public async Task A_budget_refuses_the_next_prompt_of_all_who_share_it_and_reports_on_the_way()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Text("answer").WithUsage(new ScriptedUsage(80, 20));
        var reports = new List<BudgetReport>();
        var exhausted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var budget = new BudgetGuard
        {
            MaxTokens = 250,
            Thresholds = [0.5, 1],
            ThresholdReached = report =>
            {
                lock (reports)
                    reports.Add(report);
                if (report.IsExhausted)
                    exhausted.SetResult();
            },
        };
        await using var client = await cli.ConnectAsync(options => options.Budget = budget);
        await using var other = await cli.ConnectAsync(options => options.Budget = budget);

        await client.AskAsync("one", cli.Deadline);
        await other.AskAsync("two", cli.Deadline);
        await client.AskAsync("three", cli.Deadline);
        await exhausted.Task.WaitAsync(cli.Deadline);

        int asked = cli.Api.ConversationRequests.Count;
        Assert.That(async () => await client.AskAsync("four", cli.Deadline), Throws.TypeOf<BudgetExceededException>().With.Message.Contains("300 tokens of the budget of 250 tokens"));
        Assert.That(() => other.SendAsync("five", cli.Deadline), Throws.TypeOf<BudgetExceededException>());
        Assert.That(async () => await cli.AskAsync("six", options => options.Budget = budget), Throws.TypeOf<BudgetExceededException>());
        Assert.That(cli.Api.ConversationRequests, Has.Count.EqualTo(asked));
        Assert.That(reports.Select(report => report.Threshold), Is.EquivalentTo(new[] { 0.5, 1 }));
        budget.Reset();
        Assert.That(await client.AskAsync("seven", cli.Deadline), Is.EqualTo("answer"));
    }

    [TestCase(529)]
    [TestCase(500)]
    [TestCase(429)]
    public async Task A_question_that_the_API_was_too_busy_for_is_asked_again(int status)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Error(status));
        cli.Api.Enqueue(ScriptedReply.Text("second attempt"));

        Assert.That(await cli.AskAsync("Hello", Retrying), Is.EqualTo("second attempt"));
    }

    [Test]
    public async Task A_client_asks_again_in_the_same_conversation()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(Retrying);
        cli.Api.Enqueue(ScriptedReply.Error(529));
        cli.Api.Enqueue(ScriptedReply.Text("second attempt"));

        Assert.That(await client.AskAsync(new UserPrompt("Hello") { Id = Guid.NewGuid().ToString() }, cli.Deadline), Is.EqualTo("second attempt"));
        Assert.That(client.Usage.Total.Turns, Is.EqualTo(2));
        // The CLI keeps the prompt that failed in the conversation, so the model reads it twice.
        var texts = cli.Api.ConversationRequests[^1].Body.GetProperty("messages").EnumerateArray()
            .Where(message => message.GetProperty("role").GetString() == "user").Select(message => message.GetRawText());
        Assert.That(string.Concat(texts).Split("Hello"), Has.Length.EqualTo(3), () => string.Concat(texts));
    }

    [Test]
    public async Task A_typed_question_is_asked_again_under_the_session_id_that_was_chosen()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Error(529));
        cli.Api.Enqueue(ScriptedReply.ToolUse("StructuredOutput", """{"value":["a","b"]}"""));
        var id = Guid.NewGuid();

        var answer = await ClaudeCode.AskAsync<List<string>>("Letters?", cli.NewOptions(options =>
        {
            Retrying(options);
            options.SessionId = id;
        }), cli.Deadline);

        Assert.That(answer, Is.EqualTo(new[] { "a", "b" }));
        var messages = await cli.QueryAsync("and?", options => options.Resume = id.ToString());
        Assert.That(messages.Result().SessionId, Is.EqualTo(id.ToString()));
    }

    [Test]
    public async Task A_turn_that_has_used_a_tool_is_never_run_again([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        string file = cli.PathOf("made.txt");
        cli.Api.When(request => request.ToolResults.Count > 0, ScriptedReply.Error(529));
        cli.Api.Default = _ => ScriptedReply.ToolUse("Write", ToolTests.Json(("file_path", file), ("content", "once")));
        await using var client = await cli.ConnectAsync(Writing);

        var asking = entry == Entry.Client ? client.AskAsync("Write it", cli.Deadline) : cli.AskAsync("Write it", Writing);
        var failure = await Assert.ThrowsAsync<ClaudeApiException>(async () => await asking);

        Assert.That(failure!.IsTransient);
        Assert.That(await File.ReadAllTextAsync(file), Is.EqualTo("once"));
        Assert.That(cli.Api.ConversationRequests.Count(request => request.ToolResults.Count == 0), Is.EqualTo(1));
    }

    [Test]
    public async Task Without_a_policy_nothing_is_asked_again()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Error(529));

        await Assert.ThrowsAsync<ClaudeApiException>(async () => await cli.AskAsync("Hello", options => options.Environment["CLAUDE_CODE_MAX_RETRIES"] = "0"));

        Assert.That(cli.Api.ConversationRequests, Has.Count.EqualTo(1));
    }

    private static void Writing(ClaudeOptions options)
    {
        Retrying(options);
        options.PermissionMode = PermissionMode.AcceptEdits;
    }

    private static void Retrying(ClaudeOptions options)
    {
        options.Environment["CLAUDE_CODE_MAX_RETRIES"] = "0";
        options.Retry = new RetryPolicy { BaseDelay = TimeSpan.FromMilliseconds(50) };
    }
}
