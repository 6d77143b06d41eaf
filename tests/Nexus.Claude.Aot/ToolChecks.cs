using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>Tools of the program, over the whole of MCP.</summary>
internal static partial class ToolChecks
{
    private const string Handshake =
        """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"claude-code","version":"2.1.330"}}}""";

    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("lambdas, functions and own types serve as tools", async cancellationToken =>
        {
            var own = new JsonSerializerOptions(ModelContextProtocol.McpJsonUtilities.DefaultOptions);
            own.TypeInfoResolverChain.Insert(0, OrderJson.Default);
            var server = new ToolServer("shop")
                .Add("add", "Adds", (int a, int b) => a + b)
                .Add("order", "Orders", (Order order, CancellationToken _) => new Receipt(order.Article + " ordered"), new ToolOptions { StructuredContent = true, SerializerOptions = own })
                .Add("image", "Draws", () => new DataContent(new byte[] { 1, 2, 3 }, "image/png"))
                .Add("fail", "Fails", string () => throw new InvalidOperationException("No lamps."))
                .Add(AIFunctionFactory.Create((string city) => $"Rain in {city}", new AIFunctionFactoryOptions { Name = "weather", SerializerOptions = own }))
                .Add(new Upper());
            string[] calls =
            [
                """{"name":"add","arguments":{"a":2,"b":3}}""", """{"name":"order","arguments":{"order":{"article":"lamp","count":2}}}""",
                """{"name":"image","arguments":{}}""", """{"name":"fail","arguments":{}}""", """{"name":"weather","arguments":{"city":"Bern"}}""",
                """{"name":"upper","arguments":{"text":"quiet"}}""",
            ];
            string[] expected = ["\"text\":\"5\"", "\"structuredContent\":{\"text\":\"lamp ordered\"}", "\"data\":\"AQID\"", "No lamps.", "\"text\":\"Rain in Bern\"", "\"text\":\"QUIET\""];
            var list = await TalkAsync(server, calls, expected, cancellationToken);
            Report.True(list.Contains("\"article\"", StringComparison.Ordinal), $"the schema of the program's own type is listed: {list}");
        });
        await report.CheckAsync("MCP servers of a live client are asked about, set and called", VerbsAsync);
    }

    private static async Task<string> TalkAsync(ToolServer server, string[] calls, string[] expected, CancellationToken cancellationToken)
    {
        var script = new CliScript().SendMcp("shop", Handshake).AnswerInitialize().SendMcp("shop", """{"jsonrpc":"2.0","method":"notifications/initialized"}""")
            .SendMcp("shop", """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
        for (var i = 0; i < calls.Length; i++)
            script.SendMcp("shop", $$"""{"jsonrpc":"2.0","id":{{i + 2}},"method":"tools/call","params":{{calls[i]}}}""");
        await using var cli = ScriptedCli.Create(script.Turns());
        var options = ConversationChecks.OptionsFor(cli);
        options.ToolServers.Add(server);
        await using var client = await ClaudeClient.ConnectAsync(options, cancellationToken);

        for (var i = 0; i < calls.Length; i++)
        {
            var reply = await ReplyAsync(cli, i + 2, cancellationToken);
            Report.True(reply.Contains(expected[i], StringComparison.Ordinal), $"{calls[i]} gives {expected[i]}: {reply}");
        }

        return await ReplyAsync(cli, 1, cancellationToken);
    }

    private static async Task<string> ReplyAsync(ScriptedCli cli, int id, CancellationToken cancellationToken)
    {
        var record = await cli.WaitForRecordAsync(
            record => record.Kind == "input" && record.Line!.Contains("mcp_response", StringComparison.Ordinal) && IdOf(record.LineJson) == id, cancellationToken);
        return record.Line!;
    }

    private static int IdOf(JsonElement line) => line.GetProperty("response").GetProperty("response").GetProperty("mcp_response").GetProperty("id").GetInt32();

    private static async Task VerbsAsync(CancellationToken cancellationToken)
    {
        await using var cli = ScriptedCli.Create(new CliScript()
            .AnswerInitialize()
            .AlwaysAnswer("mcp_status", """{"mcpServers":[{"name":"a","status":"connected","tools":[{"name":"t","annotations":{"readOnly":true}}]}]}""")
            .AlwaysAnswer("mcp_set_servers", """{"added":["a"],"removed":[],"errors":{"b":"no"}}""")
            .AlwaysAnswer("mcp_call", """{"content":[{"type":"text","text":"called"}],"structuredContent":{"x":1}}""")
            .AlwaysAnswer("mcp_read_resource", """{"contents":[{"uri":"ui://a/p","text":"page"}]}""")
            .Turns());
        var options = ConversationChecks.OptionsFor(cli);
        options.OnElicitation = (_, _) => ValueTask.FromResult(ElicitationResponse.Accept(new JsonObject { ["a"] = 1 }));
        await using var client = await ClaudeClient.ConnectAsync(options, cancellationToken);

        var server = (await client.GetMcpServersAsync(cancellationToken)).Single();
        Report.Equal(McpServerStatus.Connected, server.Status, "the status");
        Report.Equal(true, server.Tools.Single().Annotations.IsReadOnly, "the hint");
        var change = await client.SetMcpServersAsync(toolServers: [new ToolServer("a").Add("t", "x", () => 1)], cancellationToken: cancellationToken);
        Report.Equal("no", change.Errors["b"], "the error");
        var result = await client.CallMcpToolAsync("b", "t", new() { ["q"] = "x" }, cancellationToken: cancellationToken);
        Report.Equal("called", result.Content.OfType<TextContentBlock>().Single().Text, "the result");
        var page = await client.ReadMcpResourceAsync("a", "ui://a/p", cancellationToken);
        Report.Equal("page", page.Contents.OfType<TextResourceContents>().Single().Text, "the page");
    }

    private sealed record Order(string Article, int Count);

    private sealed record Receipt(string Text);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Order))]
    [JsonSerializable(typeof(Receipt))]
    private sealed partial class OrderJson : JsonSerializerContext;

    /// <summary>A function without any reflection.</summary>
    private sealed class Upper : AIFunction
    {
        public override string Name => "upper";

        public override string Description => "Writes in capitals";

        public override JsonElement JsonSchema { get; } = JsonDocument.Parse("""{"type":"object","properties":{"text":{"type":"string"}}}""").RootElement;

        protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) =>
            ValueTask.FromResult<object?>(((JsonElement)arguments["text"]!).GetString()!.ToUpperInvariant());
    }
}
