using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Controls;

/// <summary>How answers are read that the real CLI cannot be made to give without an account, or does not give yet.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class AnswerTests
{
    [Test]
    public async Task The_limits_of_a_plan_and_what_the_usage_comes_from()
    {
        await using var cli = Answering("get_usage", """
            {
              "session": { "total_cost_usd": 1.25, "total_api_duration_ms": 1500, "total_duration_ms": 90000, "total_lines_added": 7, "total_lines_removed": 2,
                "model_usage": { "claude-x": { "inputTokens": 5, "costUSD": 1.25 } } },
              "subscription_type": "max",
              "rate_limits_available": true,
              "rate_limits": {
                "five_hour": { "utilization": 41.5, "resets_at": "2026-11-22T20:00:00Z" },
                "seven_day": { "utilization": null, "resets_at": null },
                "seven_day_opus": null,
                "model_scoped": [ { "display_name": "Fable", "utilization": 3, "resets_at": null } ],
                "extra_usage": { "is_enabled": true, "monthly_limit": 50, "used_credits": 1.5, "utilization": 3, "currency": "EUR" },
                "next_year": { "utilization": 1 }
              },
              "behaviors": {
                "day": { "request_count": 10, "session_count": 2,
                  "behaviors": [ { "key": "cache_miss", "pct": 12.5, "count": 4 } ],
                  "recommendations": [ { "key": "cache_miss", "pct": 12.5, "title": "Keep prompts stable", "detail": "4 misses" } ],
                  "fix": { "keys": ["cache_miss"], "messages": ["/effort low"] },
                  "agents": [ { "name": "Explore", "pct": 5 } ], "skills": [], "plugins": [], "mcp_servers": [] },
                "week": { "request_count": 70, "session_count": 9, "behaviors": [], "agents": [], "skills": [], "plugins": [], "mcp_servers": [] }
              }
            }
            """);
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var report = await client.GetUsageAsync().InTime();

        var limits = report.RateLimits!;
        var day = report.Behaviors!.Day;
        Assert.Multiple(() =>
        {
            Assert.That(report.SubscriptionType, Is.EqualTo("max"));
            Assert.That(report.AreRateLimitsAvailable);
            Assert.That(report.Totals.SessionCostUsd, Is.EqualTo(1.25m));
            Assert.That(report.Totals.SessionApiDuration, Is.EqualTo(TimeSpan.FromSeconds(1.5)));
            Assert.That(report.Totals.SessionLinesAdded - report.Totals.SessionLinesRemoved, Is.EqualTo(5));
            Assert.That(report.Totals.SessionModelUsage["claude-x"].InputTokens, Is.EqualTo(5));
            Assert.That(limits.FiveHour!.Utilization, Is.EqualTo(41.5m));
            Assert.That(limits.FiveHour.ResetsAt, Is.EqualTo(new DateTimeOffset(2026, 11, 22, 20, 0, 0, TimeSpan.Zero)));
            Assert.That(limits.SevenDay!.Utilization, Is.Null);
            Assert.That(limits.SevenDay.ResetsAt, Is.Null);
            Assert.That(limits.SevenDayOpus, Is.Null);
            Assert.That(limits.Models!.Single().DisplayName, Is.EqualTo("Fable"));
            Assert.That(limits.ExtraUsage!.Currency, Is.EqualTo("EUR"));
            Assert.That(limits.AdditionalProperties!.Keys, Is.EqualTo((string[])["next_year"]));
            Assert.That(day.Behaviors.Single().Key, Is.EqualTo("cache_miss"));
            Assert.That(day.Behaviors.Single().RequestCount, Is.EqualTo(4));
            Assert.That(day.Recommendations.Single().Detail, Is.EqualTo("4 misses"));
            Assert.That(day.Fix!.Prompts, Is.EqualTo((string[])["/effort low"]));
            Assert.That(day.Agents.Single().Name, Is.EqualTo("Explore"));
            Assert.That(report.Behaviors.Week.RequestCount, Is.EqualTo(70));
        });
    }

    [Test]
    public async Task A_reload_that_was_held_says_what_it_would_change()
    {
        await using var cli = Answering("reload_plugins", """
            {"commands":[{"name":"c"}],"agents":[],"plugins":[],"mcpServers":[{"name":"s","status":"connected"}],"error_count":2,"held":true,
             "cache_impact":{"mcp_servers_added":["plugin:a:b"],"mcp_servers_removed":[],"lsp_tool_change":"may-add"}}
            """);
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var reload = await client.ReloadPluginsAsync(new PluginReloadOptions { HoldOnCacheImpact = true }).InTime();

        Assert.That(reload.IsHeld, Is.True);
        Assert.That(reload.ErrorCount, Is.EqualTo(2));
        Assert.That(reload.CacheImpact!.McpServersAdded, Is.EqualTo((string[])["plugin:a:b"]));
        Assert.That(reload.CacheImpact.LspToolChange, Is.EqualTo("may-add"));
        Assert.That(reload.McpServers.Single().Status, Is.EqualTo(McpServerStatus.Connected));
        Assert.That(client.Server.Commands.Single().Name, Is.EqualTo("c"));
    }

    [Test]
    public async Task The_commands_of_the_server_follow_the_notices_of_the_CLI()
    {
        await using var cli = ScriptedCli.Create(new CliScript()
            .AnswerInitialize("""{"commands":[{"name":"old"}],"agents":[{"name":"a","description":"d","tomorrow":1}],"models":[{"value":"m","tomorrow":2}],"account":{}}""")
            .AwaitUserMessage()
            .WriteLine("""{"type":"system","subtype":"commands_changed","commands":[{"name":"new"}],"session_id":"s","uuid":"u"}""")
            .WriteLine("""{"type":"result","subtype":"success","is_error":false,"result":"done","user_message_uuid":"{{uuid}}","session_id":"s","uuid":"{{new_uuid}}"}""")
            .Turns());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        var before = client.Server;

        await client.AskAsync("Hi").InTime();
        var after = client.Server;

        Assert.Multiple(() =>
        {
            Assert.That(before.Commands.Single().Name, Is.EqualTo("old"));
            Assert.That(client.Server.Commands.Single().Name, Is.EqualTo("new"));
            Assert.That(client.Server.Agents.Single().AdditionalProperties!["tomorrow"].GetInt32(), Is.EqualTo(1));
            Assert.That(client.Server.Models.Single().AdditionalProperties!["tomorrow"].GetInt32(), Is.EqualTo(2));
            Assert.That(ReferenceEquals(client.Server, after), Is.True);
        });
    }

    [Test]
    public async Task What_a_newer_CLI_adds_is_kept_and_odd_values_are_read_leniently()
    {
        await using var cli = Answering("get_task_output", """{"output":5,"total_bytes":"12","truncated":"true","tomorrow":{"a":1}}""");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var output = await client.GetTaskOutputAsync("t").InTime();

        Assert.That(output.Output, Is.EqualTo("5"));
        Assert.That(output.TotalBytes, Is.EqualTo(12));
        Assert.That(output.IsTruncated);
        Assert.That(output.AdditionalProperties!["tomorrow"].GetProperty("a").GetInt32(), Is.EqualTo(1));
    }

    [TestCase("""[1,2]""")]
    [TestCase("""{"total_bytes":{"a":1}}""")]
    public async Task An_answer_of_another_form_is_an_error_that_names_the_way_round(string answer)
    {
        await using var cli = Answering("get_task_output", answer);
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var failure = await client.GetTaskOutputAsync("t").FailureAsync<ProtocolException>();

        Assert.That(failure.RequestSubtype, Is.EqualTo("get_task_output"));
        Assert.That(failure.Message, Does.Contain(nameof(ClaudeClient.SendControlRequestAsync)));
    }

    [Test]
    public async Task A_refusal_carries_the_CLIs_code()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AlwaysRefuse("get_usage", "not here", "no_plan").Turns());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var refusal = await client.GetUsageAsync().FailureAsync<ProtocolException>();

        Assert.That(refusal.ErrorCode, Is.EqualTo("no_plan"));
        Assert.That(refusal.Message, Does.Contain("'get_usage'").And.Contain("not here"));
    }

    private static ScriptedCli Answering(string subtype, string payload) =>
        ScriptedCli.Create(new CliScript().AlwaysAnswer(subtype, payload).AnswerInitialize().Turns());
}
