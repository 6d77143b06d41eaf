using System.Text.Json.Nodes;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>A server of the Model Context Protocol whose one tool asks the user something (an elicitation) and returns what he answered.</summary>
internal static class AskingMcpServer
{
    public const string Verb = "asking-mcp-server";

    /// <summary>How the CLI starts it.</summary>
    public static StdioMcpServer Definition =>
        TinyMcpServer.Definition with { Arguments = ["exec", typeof(AskingMcpServer).Assembly.Location, Verb] };

    public static async Task RunAsync(TextReader input, TextWriter output)
    {
        JsonNode? waitingCall = null;
        while (await input.ReadLineAsync() is { } line)
        {
            var message = JsonNode.Parse(line)!;
            var method = (string?)message["method"];
            if (method == "tools/call")
            {
                waitingCall = message["id"]!.DeepClone();
                await SendAsync(output, new JsonObject { ["id"] = "question", ["method"] = "elicitation/create", ["params"] = Question() });
            }
            else if (method is null && waitingCall is not null)
            {
                await SendAsync(output, new JsonObject { ["id"] = waitingCall, ["result"] = Text(message["result"]!.ToJsonString()) });
                waitingCall = null;
            }
            else if (message["id"] is { } id && method is not null)
            {
                await SendAsync(output, new JsonObject { ["id"] = id.DeepClone(), ["result"] = Answer(method, message["params"]) });
            }
        }
    }

    private static JsonObject Question() => new()
    {
        ["message"] = "Which colour?",
        ["requestedSchema"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["colour"] = new JsonObject { ["type"] = "string" } },
        },
    };

    private static JsonObject Text(string text) => new() { ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = text }) };

    private static JsonObject Answer(string method, JsonNode? parameters) => method switch
    {
        "initialize" => new JsonObject
        {
            ["protocolVersion"] = parameters!["protocolVersion"]!.DeepClone(),
            ["capabilities"] = new JsonObject { ["tools"] = new JsonObject() },
            ["serverInfo"] = new JsonObject { ["name"] = "asking", ["version"] = "1.0.0" },
        },
        "tools/list" => new JsonObject
        {
            ["tools"] = new JsonArray(new JsonObject { ["name"] = "ask", ["description"] = "Asks the user", ["inputSchema"] = new JsonObject { ["type"] = "object" } }),
        },
        _ => [],
    };

    private static async Task SendAsync(TextWriter output, JsonObject message)
    {
        message["jsonrpc"] = "2.0";
        await output.WriteLineAsync(message.ToJsonString());
        await output.FlushAsync();
    }
}
