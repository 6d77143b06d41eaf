using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>What a session has used and what it may use.</summary>
internal sealed class UsageRequestTests
{
    [Test]
    public async Task The_context_window_is_accounted_for_by_estimate_and_by_count()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        cli.Api.Enqueue(ScriptedReply.Text("Hello.").WithUsage(new ScriptedUsage(1_000, 20)));
        await client.AskAsync("Hello", cli.Deadline);

        var summary = await client.GetContextUsageAsync(ContextUsageDetail.Summary, cli.Deadline);
        var full = await client.GetContextUsageAsync(cancellationToken: cli.Deadline);
        var refusal = await Assert.ThrowsAsync<ProtocolException>(
            async () => await client.GetContextUsageAsync(new ContextUsageDetail("nonsense"), cli.Deadline));

        foreach (var usage in (ContextUsage[])[summary, full])
        {
            Assert.Multiple(() =>
            {
                Assert.That(usage.Model, Does.StartWith("claude-"));
                Assert.That(usage.MaxTokens, Is.GreaterThan(100_000));
                Assert.That(usage.RawMaxTokens, Is.GreaterThanOrEqualTo(usage.MaxTokens));
                Assert.That(usage.TotalTokens, Is.Positive);
                Assert.That(usage.Categories.Select(category => category.Id), Does.Contain("free_space"));
                Assert.That(usage.Categories.Single(category => category.Id == "free_space").Kind, Is.EqualTo("free"));
                Assert.That(usage.Categories.Where(category => category.Kind == "used").Sum(category => category.Tokens), Is.EqualTo(usage.TotalTokens));
                Assert.That(usage.Skills?.Skills.Select(skill => skill.Name), Is.Not.Empty);
                Assert.That(usage.SlashCommands?.Total, Is.Positive);
                Assert.That(usage.LastResponseUsage?.InputTokens, Is.EqualTo(1_000));
                Assert.That(usage.Messages?.UserMessageTokens, Is.Positive);
                Assert.That(usage.Grid.SelectMany(row => row).Select(square => square.CategoryName), Does.Contain("Free space"));
                Assert.That(usage.AutoCompactThreshold, Is.Positive);
                Assert.That(usage.AdditionalProperties, Is.Null);
            });
        }

        Assert.That(refusal!.Message, Does.Contain("detail must be"));
    }

    [Test]
    public async Task Usage_is_a_running_total_that_agrees_with_the_last_result()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        await client.AskAsync("one", cli.Deadline);
        var result = await client.SendAsync("two", cli.Deadline).ResultAsync();

        var report = await client.GetUsageAsync(skipBehaviors: true, cli.Deadline);
        var again = await client.GetUsageAsync(cancellationToken: cli.Deadline);
        string text = await client.GetSessionCostAsync(cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That(report.Totals.SessionCostUsd, Is.EqualTo(result.SessionCostUsd).And.Positive);
            Assert.That(report.Totals.SessionModelUsage.Keys, Is.EqualTo(result.SessionModelUsage.Keys));
            Assert.That(report.Totals.SessionModelUsage.Values.Single().OutputTokens, Is.EqualTo(result.SessionModelUsage.Values.Single().OutputTokens));
            Assert.That(report.Totals.SessionDuration, Is.GreaterThan(TimeSpan.Zero));
            Assert.That(report.Totals.SessionApiDuration, Is.GreaterThan(TimeSpan.Zero).And.LessThan(report.Totals.SessionDuration));
            Assert.That(again.Totals.SessionCostUsd, Is.EqualTo(report.Totals.SessionCostUsd));
            Assert.That(report.AreRateLimitsAvailable, Is.False);
            Assert.That(report.RateLimits, Is.Null);
            Assert.That(report.SubscriptionType, Is.Null);
            Assert.That(report.Behaviors, Is.Null);
            Assert.That(text, Does.Contain("cost").And.Contain("$0."));
        });
    }

    [Test]
    public async Task Models_and_the_build_of_the_CLI()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        var models = await client.ListModelsAsync(cli.Deadline);
        var version = await client.GetBinaryVersionAsync(cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That(models.Select(model => model.Value), Does.Contain("haiku"));
            Assert.That(models.Select(model => model.AdditionalProperties), Is.All.Null);
            Assert.That(client.Server.Models, Is.SameAs(models));
            Assert.That(version.Version, Is.EqualTo(ClaudeCli.PinnedVersion));
            Assert.That(version.BuiltAt, Is.GreaterThan(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
            Assert.That(version.AdditionalProperties, Is.Null);
        });
    }

    [Test]
    public async Task A_thousand_requests_finish_while_nobody_reads_the_turn()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.IncludePartialMessages = true);
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text(string.Join(' ', Enumerable.Range(0, 5_000))).WaitFor(gate, afterEvents: 100));
        var turn = client.SendAsync("Talk.", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);

        var before = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => client.GetBinaryVersionAsync(cli.Deadline)));
        gate.Open();
        for (int i = 0; i < 500; i++)
            Assert.That((await client.GetBinaryVersionAsync(cli.Deadline)).Version, Is.EqualTo(ClaudeCli.PinnedVersion));
        await turn.ResultAsync(cli.Deadline);

        Assert.That(before.Select(version => version.Version), Is.All.EqualTo(ClaudeCli.PinnedVersion));
        Assert.That((await RealCli.ReadAsync(turn)).OfType<StreamEventMessage>().Count(), Is.GreaterThan(5_000));
    }
}
