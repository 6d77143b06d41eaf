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
        while (await input.ReadLineAsync() is { } line)
        {
            var request = JsonNode.Parse(line)!;
            if (request["id"] is not { } id)
                continue;
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
            ["capabilities"] = new JsonObject { ["tools"] = new JsonObject() },
            ["serverInfo"] = new JsonObject { ["name"] = "tiny", ["version"] = "1.0.0" },
        },
        "tools/list" => new JsonObject
        {
            ["tools"] = new JsonArray(new JsonObject
            {
                ["name"] = "greet",
                ["description"] = "Greets somebody",
                ["inputSchema"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject { ["name"] = new JsonObject { ["type"] = "string" } },
                },
            }),
        },
        "tools/call" => new JsonObject
        {
            ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = $"Hello, {(string?)parameters!["arguments"]!["name"]}!" }),
        },
        "ping" => [],
        _ => null,
    };
}
