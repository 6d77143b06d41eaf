using System.Text.Json;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;
using Nexus.Claude.Testing;
using static Nexus.Claude.Tests.EndToEnd.ToolServerTests;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>What the model reads of what a tool of this program gives.</summary>
internal sealed class ToolResultTests
{
    [Test]
    public async Task Images_sounds_resources_and_links_reach_the_model()
    {
        await using var cli = await RealCli.StartAsync();
        byte[] pixel = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        var server = new ToolServer("media")
            .Add("image", "x", () => new DataContent(pixel, "image/png"))
            .Add("several", "x", () => (IEnumerable<AIContent>)[new TextContent("one"), new TextContent("two")])
            .Add("resource", "x", () => new EmbeddedResourceBlock { Resource = new TextResourceContents { Uri = "note://1", Text = "a note", MimeType = "text/plain" } })
            .Add("link", "x", () => new ResourceLinkBlock { Uri = "https://example.invalid/a", Name = "a" })
            .Add("sound", "x", () => new DataContent(new byte[] { 1, 2, 3 }, "audio/wav"))
            .Add("nothing", "x", () => { });
        string[] tools = ["image", "several", "resource", "link", "sound", "nothing"];
        cli.Api.Enqueue(ScriptedReply.ToolUses([.. tools.Select(tool => new ToolCall(server.FullName(tool), "{}", "toolu_" + tool))]));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));

        await cli.QueryAsync("Go", options => Use(options, server));

        var results = cli.Api.ConversationRequests[1].ToolResults.ToDictionary(result => result.GetProperty("tool_use_id").GetString()!["toolu_".Length..]);
        Assert.Multiple(() =>
        {
            Assert.That(TextOf(results["sound"]), Does.Contain("audio/wav"));
            Assert.That(TextOf(results["nothing"]), Does.Contain("no output"));
            var image = results["image"].GetProperty("content")[0];
            Assert.That(image.GetProperty("type").GetString(), Is.EqualTo("image"));
            Assert.That(image.GetProperty("source").GetProperty("data").GetBytesFromBase64(), Is.EqualTo(pixel));
            Assert.That(TextOf(results["several"]), Is.EqualTo("one\ntwo"));
            Assert.That(TextOf(results["resource"]), Does.Contain("note://1").And.Contain("a note"));
            Assert.That(TextOf(results["link"]), Does.Contain("https://example.invalid/a"));
            Assert.That(results.Values, Is.All.Matches<JsonElement>(result => !IsError(result)));
        });
    }

    [Test]
    public async Task Structured_content_reaches_the_model_as_json()
    {
        await using var cli = await RealCli.StartAsync();
        var server = new ToolServer("calc").Add("sum", "Adds", (int a, int b) => new Sum(a + b), new ToolOptions { StructuredContent = true });
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__calc__sum", """{"a":2,"b":3}"""));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));

        var messages = await cli.QueryAsync("Go", options => Use(options, server));

        Assert.That(TextOf(cli.Api.ConversationRequests[1].ToolResults.Single()), Is.EqualTo("""{"total":5}"""));
        Assert.That(
            messages.OfType<UserMessage>().Single().ToolUseResult?.GetProperty("structuredContent").GetProperty("total").GetInt32(), Is.EqualTo(5));
    }

    [Test]
    public async Task Every_kind_of_failure_is_an_error_for_the_model_that_says_why()
    {
        await using var cli = await RealCli.StartAsync();
        var server = new ToolServer("bad")
            .Add("throws", "x", string () => throw new InvalidOperationException("The disk is full."))
            .Add("marks", "x", () => new ErrorContent("Marked as failed."))
            .Add("refuses", "x", string () => throw new ModelContextProtocol.McpProtocolException("Refused.", ModelContextProtocol.McpErrorCode.InvalidParams))
            .Add("gives_up", "x", string () => throw new OperationCanceledException("Gave up."))
            .Add("needs", "x", (int number) => number);
        string[] tools = ["throws", "marks", "refuses", "gives_up", "needs"];
        cli.Api.Enqueue(ScriptedReply.ToolUses([.. tools.Select(tool => new ToolCall(server.FullName(tool), "{}", "toolu_" + tool))]));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));

        var messages = await cli.QueryAsync("Go", options => Use(options, server));

        var results = cli.Api.ConversationRequests[1].ToolResults.ToDictionary(result => result.GetProperty("tool_use_id").GetString()!["toolu_".Length..]);
        Assert.Multiple(() =>
        {
            Assert.That(results.Values, Is.All.Matches<JsonElement>(IsError));
            Assert.That(TextOf(results["throws"]), Is.EqualTo("The disk is full."));
            Assert.That(TextOf(results["marks"]), Is.EqualTo("Marked as failed."));
            Assert.That(TextOf(results["refuses"]), Does.Contain("Refused."));
            Assert.That(TextOf(results["gives_up"]), Is.EqualTo("Gave up."));
            Assert.That(TextOf(results["needs"]), Does.Contain("number"));
            Assert.That(messages.Result().IsSuccess);
        });
    }

    [Test]
    public async Task A_long_result_arrives_whole_when_the_tool_may_give_one()
    {
        await using var cli = await RealCli.StartAsync();
        var text = string.Join(' ', Enumerable.Range(0, 20_000));
        var server = new ToolServer("long")
            .Add("plain", "x", () => text)
            .Add("whole", "x", () => text, new ToolOptions { MaxResultCharacters = 300_000 });
        cli.Api.Enqueue(ScriptedReply.ToolUses(new ToolCall("mcp__long__plain", "{}"), new ToolCall("mcp__long__whole", "{}")));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));

        await cli.QueryAsync("Go", options => Use(options, server));

        var results = cli.Api.ConversationRequests[1].ToolResults;
        Assert.That(TextOf(results[0]).Length, Is.LessThan(text.Length));
        Assert.That(TextOf(results[1]), Is.EqualTo(text));
    }

    private sealed record Sum(int Total);
}
