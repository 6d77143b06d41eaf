using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Nexus.Claude.Tests.Docs;

/// <summary>The C# blocks of docs/tools.md.</summary>
internal static class ToolSnippets
{
    internal static async Task<string> LambdasAsync(Dictionary<string, decimal> prices)
    {
        var shop = new ToolServer("shop") { Instructions = "Prices are in euros." }
            .Add("price", "The price of an article", (string article) => prices[article])
            .Add("order", "Orders an article", async (string article, int count, CancellationToken cancellationToken) =>
                await OrderAsync(article, count, cancellationToken));

        string answer = await ClaudeCode.AskAsync("What do two lamps cost?", new ClaudeOptions
        {
            ToolServers = { shop },
            AllowedTools = [shop.FullName("price")],        // mcp__shop__price; "mcp__shop" allows all of the server
        });
        return answer;
    }

    internal static ClaudeOptions Ways()
    {
        var weather = AIFunctionFactory.Create((string city) => $"It rains in {city}.", "weather", "The weather in a city");
        var files = new FileTools("/data");

        var options = new ClaudeOptions
        {
            ToolServers =
            {
                ToolServer.Create("outside", weather),
                new ToolServer("files").AddMethodsOf(files),
                ToolServer.From("ready", new ModelContextProtocol.Server.McpServerOptions
                {
                    ToolCollection = [McpServerTool.Create(() => "pong", new() { Name = "ping" })],
                }),
            },
        };
        return options;
    }

    internal static void Say(ToolServer server)
    {
        server.Add("wipe", "Erases a disk", (string disk) => Erase(disk), new ToolOptions
        {
            Title = "Disk eraser",
            Destructive = true,
            MaxResultCharacters = 20_000,
            SearchHint = "format erase",
        });
    }

    internal static void Change(ToolServer server)
    {
        server.Add("refund", "Pays back an order", (int order) => Refund(order));
        server.Tools.Remove(server.Tools["order"]);
    }

    internal static async Task<(McpServersChange Change, CallToolResult Result)> ServersAsync(ClaudeClient client, ToolServer shop)
    {
        foreach (var each in await client.GetMcpServersAsync())
            Console.WriteLine($"{each.Name}: {each.Status} {each.Error}");

        await client.SetMcpServerEnabledAsync("github", enabled: false);
        await client.ReconnectMcpServerAsync("database");
        McpServersChange change = await client.SetMcpServersAsync(
            new Dictionary<string, McpServerOptions> { ["docs"] = new HttpMcpServer(new Uri("https://example.org/mcp")) },
            [shop]);
        CallToolResult result = await client.CallMcpToolAsync("docs", "search", new() { ["query"] = "lamps" });
        return (change, result);
    }

    internal static void Ask(ClaudeOptions options)
    {
        options.OnElicitation = async (question, cancellationToken) =>
        {
            Console.WriteLine($"{question.ServerName} asks: {question.Message}");
            if (question.Mode == ElicitationMode.Url)
                return await ConfirmAsync($"Open {question.Url}?", cancellationToken) ? ElicitationResponse.Accept() : ElicitationResponse.Decline;

            var form = new JsonObject();
            foreach (string field in question.Fields)
                form[field] = await ReadLineAsync(field, cancellationToken);
            return ElicitationResponse.Accept(form);
        };
    }

    private static Task<string> OrderAsync(string article, int count, CancellationToken cancellationToken) =>
        Task.FromResult($"{count} x {article}, {cancellationToken.CanBeCanceled}");

    private static string Erase(string disk) => disk;

    private static int Refund(int order) => order;

    private static Task<bool> ConfirmAsync(string question, CancellationToken cancellationToken) =>
        Task.FromResult(question.Length > 0 && !cancellationToken.IsCancellationRequested);

    private static Task<string> ReadLineAsync(string field, CancellationToken cancellationToken) =>
        Task.FromResult(cancellationToken.IsCancellationRequested ? "" : field);

    private sealed class FileTools(string folder)
    {
        [McpServerTool(Name = "list"), System.ComponentModel.Description("The files of a folder")]
        public string[] List(string name) => Directory.GetFiles(Path.Combine(folder, name));
    }
}
