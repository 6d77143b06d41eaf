using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>The smallest server of the Model Context Protocol with one tool: JSON-RPC by lines over stdin and stdout.</summary>
internal static class TinyMcpServer
{
    public const string Verb = "mcp-server";

    /// <summary>How the CLI starts it.</summary>
    public static StdioMcpServer Definition => new(Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet")))
    {
        Arguments = ["exec", typeof(TinyMcpServer).Assembly.Location, Verb],
    };

    public static async Task RunAsync(TextReader input, TextWriter output)
    {
        JsonNode? asking = null;
        while (await input.ReadLineAsync() is { } line)
        {
            var request = JsonNode.Parse(line)!;
            if (request["id"] is not { } id)
                continue;
            if ((string?)request["method"] == "tools/call" && (string?)request["params"]!["name"] == "ask")
            {
                asking = id.DeepClone();
                await output.WriteLineAsync(Question((string?)request["params"]!["arguments"]!["url"]).ToJsonString());
                await output.FlushAsync();
                continue;
            }

            if (request["method"] is null)
            {
                // The answer to our question is what the tool gives back.
                var told = new JsonObject
                {
                    ["jsonrpc"] = "2.0",
                    ["id"] = asking,
                    ["result"] = Text(request["result"]?.ToJsonString() ?? request["error"]!.ToJsonString()),
                };
                await output.WriteLineAsync(told.ToJsonString());
                await output.FlushAsync();
                continue;
            }

            var reply = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id.DeepClone() };
            if (Answer((string)request["method"]!, request["params"]) is { } result)
                reply["result"] = result;
            else
                reply["error"] = new JsonObject { ["code"] = -32601, ["message"] = "Method not found" };
            await output.WriteLineAsync(reply.ToJsonString());
            await output.FlushAsync();
        }
    }

    private static JsonObject? Answer(string method, JsonNode? parameters) => method switch
    {
        "initialize" => new JsonObject
        {
            ["protocolVersion"] = parameters!["protocolVersion"]!.DeepClone(),
            ["capabilities"] = new JsonObject { ["tools"] = new JsonObject(), ["resources"] = new JsonObject() },
            ["serverInfo"] = new JsonObject { ["name"] = "tiny", ["version"] = "1.0.0" },
        },
        "tools/list" => new JsonObject
        {
            ["tools"] = new JsonArray(Tool("greet", "Greets somebody", "name"), Tool("ask", "Asks the user", "url")),
        },
        "tools/call" when (string?)parameters!["name"] == "greet" => Text($"Hello, {(string?)parameters!["arguments"]!["name"]}!"),
        "resources/read" => new JsonObject
        {
            ["contents"] = new JsonArray(new JsonObject { ["uri"] = parameters!["uri"]!.DeepClone(), ["mimeType"] = "text/html", ["text"] = "<p>Hello</p>" }),
        },
        "ping" => [],
        _ => null,
    };

    private static JsonObject Tool(string name, string description, string parameter) => new()
    {
        ["name"] = name,
        ["description"] = description,
        ["inputSchema"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [parameter] = new JsonObject { ["type"] = "string" } },
        },
    };

    private static JsonObject Text(string text) => new() { ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = text }) };

    private static JsonObject Question(string? url)
    {
        var question = new JsonObject { ["message"] = "Who are you?" };
        if (url is null)
        {
            question["requestedSchema"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["name"] = new JsonObject { ["type"] = "string" }, ["age"] = new JsonObject { ["type"] = "integer" } },
                ["required"] = new JsonArray("name"),
            };
        }
        else
        {
            question["mode"] = "url";
            question["url"] = url;
            question["elicitationId"] = "e1";
        }

        return new JsonObject { ["jsonrpc"] = "2.0", ["id"] = "question", ["method"] = "elicitation/create", ["params"] = question };
    }
}
