using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Tools;

/// <summary>Recorded exchanges of the real CLI with in-process servers, in lock step with a client.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ReplayedToolTests
{
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    [TestCase("sdk_mcp")]
    [TestCase("sdk_mcp_v197")]
    public async Task A_session_with_tools_gives_the_results_that_were_recorded(string name)
    {
        var calc = Calc();
        await using var cli = Recorded(name);
        await using (var client = await ClaudeClient.ConnectAsync(With(cli, calc)).InTime())
        {
            Assert.That((await client.SendAsync("x").ResultAsync().InTime()).IsSuccess);
            var server = (await client.GetMcpServersAsync().InTime()).Single();
            Assert.That((server.Name, server.Status), Is.EqualTo(("calc", McpServerStatus.Connected)));
            Assert.That(server.Tools.Select(tool => tool.Name), Is.EqualTo(["add", "fail", "img", "rpcerr"]));
            if (name == "sdk_mcp")
            {
                await client.CallMcpToolAsync("calc", "add").FailureAsync<ProtocolException>();
                calc.Add("later", "x", () => 1);
                await cli.WaitForRecordAsync(record => record.Kind == "input" && record.Line!.Contains("\"later\"", StringComparison.Ordinal)).InTime();
            }
        }

        var expected = RecordedReplies(name);
        var actual = await RepliesAsync(cli);
        Assert.That(actual.Keys, Is.SupersetOf(expected.Keys));
        foreach (var id in expected.Keys.Where(id => id is >= 2 and <= 4))
            Assert.That(JsonElement.DeepEquals(Comparable(actual[id]), Comparable(expected[id])), $"{actual[id]}\n{expected[id]}");
        Assert.That(actual[5].GetProperty("error").GetProperty("message").GetString(), Is.EqualTo("rpc failed"));
    }

    [Test]
    public async Task A_call_without_a_handshake_is_served()
    {
        await using var cli = Recorded("sdk_mcp_manifest");
        await using (var client = await ClaudeClient.ConnectAsync(With(cli, Calc())).InTime())
            Assert.That((await client.SendAsync("x").ResultAsync().InTime()).IsSuccess);

        Assert.That((await RepliesAsync(cli))[2].GetProperty("result").GetProperty("structuredContent").GetProperty("sum").GetInt32(), Is.EqualTo(3));
    }

    [Test]
    public async Task An_interrupt_cancels_the_tool_that_runs()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var cli = Recorded("interrupt_mcp_tool_running");
        var calc = new ToolServer("calc").Add("add", "Add", async (int a, int b, CancellationToken cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });
        await using var client = await ClaudeClient.ConnectAsync(With(cli, calc)).InTime();

        var turn = client.SendAsync("x");
        await started.Task.InTime();
        await client.InterruptAsync().InTime();

        Assert.That((await turn.ResultAsync().InTime()).IsInterrupted);
        await cancelled.Task.InTime();
    }

    private static ToolServer Calc() => new ToolServer("calc") { Instructions = "Use add." }
        .Add(
            "add",
            "Add",
            (double a, double b) => new CallToolResult
            {
                Content = [new TextContentBlock { Text = $"{a + b}" }],
                StructuredContent = JsonDocument.Parse($$"""{"sum":{{a + b}}}""").RootElement,
            },
            new ToolOptions { Title = "Adder", ReadOnly = true })
        .Add("fail", "Fails", string () => throw new InvalidOperationException("boom"))
        .Add("img", "Img", () => new CallToolResult
        {
            Content =
            [
                ImageContentBlock.FromBytes(Convert.FromBase64String(Pixel), "image/png"),
                new EmbeddedResourceBlock { Resource = new TextResourceContents { Uri = "file:///x.txt", MimeType = "text/plain", Text = "res" } },
                new ResourceLinkBlock { Uri = "https://example.invalid/a", Name = "a" },
            ],
        })
        .Add("rpcerr", "x", string () => throw new McpProtocolException("rpc failed", McpErrorCode.InternalError));

    private static ClaudeOptions With(ScriptedCli cli, ToolServer server)
    {
        var options = cli.Options();
        options.ToolServers.Add(server);
        return options;
    }

    /// <summary>Our JSON-RPC replies by their ids.</summary>
    private static async Task<Dictionary<int, JsonElement>> RepliesAsync(ScriptedCli cli) =>
        Replies((await cli.ReadRecordAsync()).Where(record => record.Kind == "input").Select(record => record.LineJson));

    private static Dictionary<int, JsonElement> RecordedReplies(string name) =>
        Replies(File.ReadLines(PathOf(name)).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(entry => FakeCli.Text(entry, "dir") == "in").Select(entry => entry.GetProperty("line")));

    private static Dictionary<int, JsonElement> Replies(IEnumerable<JsonElement> lines)
    {
        var replies = new Dictionary<int, JsonElement>();
        foreach (var line in lines)
        {
            if (FakeCli.Text(line, "type") == "control_response"
                && line.GetProperty("response").TryGetProperty("response", out var response)
                && response.TryGetProperty("mcp_response", out var reply))
            {
                replies[reply.GetProperty("id").GetInt32()] = reply;
            }
        }

        return replies;
    }

    /// <summary>Without what may be left out when it says the default.</summary>
    private static JsonElement Comparable(JsonElement reply)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(reply.GetRawText())!;
        if (node["result"] is System.Text.Json.Nodes.JsonObject result && result["isError"]?.GetValue<bool>() == false)
            result.Remove("isError");
        return JsonDocument.Parse(node.ToJsonString()).RootElement;
    }

    private static ScriptedCli Recorded(string name) => ScriptedCli.Create(new CliScript().Replay(PathOf(name)));

    private static string PathOf(string name) => Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "cli-transcripts", name + ".jsonl");
}
