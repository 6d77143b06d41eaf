using System.Text.Json;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Tools;

/// <summary>Other tool servers for a session that runs.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ReplacingServersTests
{
    private static readonly Dictionary<string, McpServerOptions> None = [];

    [Test]
    public async Task A_new_server_shakes_hands_before_the_CLI_answers_and_an_old_one_serves_until_then()
    {
        var old = new ToolServer("old").Add("who", "x", () => "old");
        var fresh = new ToolServer("fresh") { Timeout = TimeSpan.FromSeconds(5) }.Add("who", "x", () => "fresh");
        await using var talk = await McpTalk.StartAsync(old);

        var replacing = talk.Servers.ReplaceAsync(new Dictionary<string, McpServerOptions> { ["tiny"] = new StdioMcpServer("tiny") }, [fresh], CancellationToken.None);
        var line = await talk.Cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_request" && FakeCli.Text(line.GetProperty("request"), "subtype") == "mcp_set_servers");
        Assert.That(
            line.GetProperty("request").GetProperty("servers").GetRawText(),
            Is.EqualTo("""{"tiny":{"type":"stdio","command":"tiny","args":[]},"fresh":{"type":"sdk","name":"fresh","timeout":5000}}"""));
        await talk.ShakeHandsAsync("fresh");
        Assert.That(InProcessServersTests.TextOf(await talk.CallAsync("old", "who", 2)), Is.EqualTo("old"));
        await talk.Cli.AnswerAsync(FakeCli.Text(line, "request_id")!, """{"added":["tiny","fresh"],"removed":["old"],"errors":{"tiny":"no such program"}}""");
        var change = await replacing.InTime();

        Assert.That(change.Added, Is.EqualTo(["tiny", "fresh"]));
        Assert.That(change.Removed, Is.EqualTo(["old"]));
        Assert.That(change.Errors["tiny"], Is.EqualTo("no such program"));
        Assert.That(InProcessServersTests.TextOf(await talk.CallAsync("fresh", "who", 3)), Is.EqualTo("fresh"));
        var gone = await talk.AnswerToAsync(await talk.SayCallAsync("old", "who", 4));
        Assert.That(FakeCli.Text(gone, "error"), Is.EqualTo("SDK MCP server not found: old"));
    }

    [Test]
    public async Task Another_server_of_the_same_name_comes_after_the_first_has_gone()
    {
        var first = new ToolServer("s").Add("who", "x", () => "first");
        var second = new ToolServer("s").Add("who", "x", () => "second");
        await using var talk = await McpTalk.StartAsync(first, new ToolServer("other"));

        var replacing = talk.Servers.ReplaceAsync(None, [second], CancellationToken.None);
        await talk.Cli.AnswerAsync(await talk.Cli.TakeControlAsync("mcp_set_servers"), """{"added":[],"removed":["s","other"],"errors":{}}""");
        var id = await talk.Cli.TakeControlAsync("mcp_set_servers");
        await talk.ShakeHandsAsync("s");
        await talk.Cli.AnswerAsync(id, """{"added":["s"],"removed":[],"errors":{}}""");
        var change = await replacing.InTime();

        Assert.That((change.Added.Single(), change.Removed.ToArray()), Is.EqualTo(("s", (string[])["s", "other"])));
        Assert.That(InProcessServersTests.TextOf(await talk.CallAsync("s", "who", 2)), Is.EqualTo("second"));
    }

    [Test]
    public async Task What_the_CLI_refuses_leaves_the_servers_as_they_were()
    {
        var old = new ToolServer("old").Add("who", "x", () => "old");
        await using var talk = await McpTalk.StartAsync(old);

        var replacing = talk.Servers.ReplaceAsync(None, [new ToolServer("fresh")], CancellationToken.None);
        var id = await talk.Cli.TakeControlAsync("mcp_set_servers");
        await talk.Cli.SayAsync($$$"""{"type":"control_response","response":{"subtype":"error","request_id":"{{{id}}}","error":"no"}}""");
        await replacing.FailureAsync<ProtocolException>();

        Assert.That(InProcessServersTests.TextOf(await talk.CallAsync("old", "who", 2)), Is.EqualTo("old"));
        var absent = await talk.AnswerToAsync(await talk.SayCallAsync("fresh", "who", 3));
        Assert.That(FakeCli.Text(absent, "error"), Is.EqualTo("SDK MCP server not found: fresh"));
    }

    [Test]
    public async Task Replacements_wait_for_each_other_also_when_one_in_between_gives_up()
    {
        await using var talk = await McpTalk.StartAsync();
        using var cancel = new CancellationTokenSource();

        var first = talk.Servers.ReplaceAsync(None, [], CancellationToken.None);
        var second = talk.Servers.ReplaceAsync(None, [], cancel.Token);
        var third = talk.Servers.ReplaceAsync(None, [], CancellationToken.None);
        var id = await talk.Cli.TakeControlAsync("mcp_set_servers");
        await cancel.CancelAsync();
        await second.FailureAsync<OperationCanceledException>();
        Assert.That(third.IsCompleted, Is.False);
        await talk.Cli.AnswerAsync(id);
        await talk.Cli.AnswerAsync(await talk.Cli.TakeControlAsync("mcp_set_servers"));

        await Task.WhenAll(first, third).InTime();
    }

    [Test]
    public async Task Servers_that_cannot_be_are_told_before_the_CLI_is_asked()
    {
        await using var talk = await McpTalk.StartAsync();

        var failure = await talk.Servers.ReplaceAsync(
            new Dictionary<string, McpServerOptions> { ["a.b"] = new StdioMcpServer("") }, [new ToolServer("a_b")], CancellationToken.None).FailureAsync<OptionsValidationException>();

        Assert.That(failure.Failures, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_reply_is_read_with_what_a_newer_CLI_adds()
    {
        const string Reply = """
            {"mcpServers":[{"name":"calc","status":"connected","serverInfo":{"name":"calc","version":"1.0.0"},"transport":"sdk","scope":"dynamic","source":"sdk",
             "tools":[{"name":"add","annotations":{"readOnly":true,"new":1}}],"fresh":{"a":1}},{"name":"bad","status":"failed","error":"no","config":{"type":"stdio"}}]}
            """;
        var servers = JsonSerializer.Deserialize(Reply, Nexus.Claude.Tools.McpReplyJson.Default.McpStatusReply)!.Servers;

        Assert.That(servers[0].AdditionalProperties!["fresh"].GetProperty("a").GetInt32(), Is.EqualTo(1));
        Assert.That(servers[0].Tools[0].Annotations.IsReadOnly, Is.True);
        Assert.That((servers[1].Status, servers[1].Error, servers[1].Tools.Count), Is.EqualTo((McpServerStatus.Failed, "no", 0)));
        Assert.That(servers[1].Config?.GetProperty("type").GetString(), Is.EqualTo("stdio"));
    }
}
