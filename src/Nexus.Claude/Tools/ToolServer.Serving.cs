using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Nexus.Claude.Tools;
using McpContent = ModelContextProtocol.Protocol.ContentBlock;
using SdkServerOptions = ModelContextProtocol.Server.McpServerOptions;

namespace Nexus.Claude;

/// <content>How a session is served.</content>
public sealed partial class ToolServer
{
    /// <summary>Makes the MCP server of one connection.</summary>
    /// <param name="transport">The connection.</param>
    /// <param name="loggerFactory">Where the MCP library logs; null for nowhere.</param>
    /// <returns>The server, not running yet.</returns>
    internal McpServer CreateServer(ITransport transport, ILoggerFactory? loggerFactory)
    {
        if (_create is null)
            return McpServer.Create(transport, _ready ?? DescribeServer(), loggerFactory, Services);
        return _create(transport) ?? throw new InvalidOperationException("The function that makes the McpServer gave none.");
    }

    /// <summary>Describes this server to the MCP library. The collections are shared by all sessions, so that a change reaches each.</summary>
    private SdkServerOptions DescribeServer()
    {
        var options = new SdkServerOptions
        {
            ServerInfo = new Implementation { Name = Name, Version = Version },
            ServerInstructions = Instructions,
            ToolCollection = Tools,
            PromptCollection = Prompts.IsEmpty ? null : Prompts,
            ResourceCollection = Resources.IsEmpty ? null : Resources,
        };
        options.Filters.Request.CallToolFilters.Add(Complete);
        options.Filters.Request.ListToolsFilters.Add(MarkForLoading);
        return options;
    }

    private static McpRequestHandler<CallToolRequestParams, CallToolResult> Complete(McpRequestHandler<CallToolRequestParams, CallToolResult> next) =>
        async (request, cancellationToken) =>
        {
            CallToolResult result;
            try
            {
                result = await next(request, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not McpProtocolException && !(failure is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                // The library keeps the text of exceptions to itself, but the model can only mend what it is told.
                return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = TextOf(failure) }] };
            }

            if (result.IsError == true)
                result.Content = [.. result.Content.Select(Readable)];
            else if ((request.MatchedPrimitive as McpServerTool)?.ProtocolTool.Meta?.ContainsKey(ToolMeta.EndTurn) == true)
                (result.Meta ??= [])[ToolMeta.EndTurn] = true;
            return result;
        };

    /// <summary>The library turns ErrorContent into the text of its JSON; the model is to read the message.</summary>
    private static McpContent Readable(McpContent block)
    {
        if (block is not TextContentBlock { Text: { } text } || !text.StartsWith("{\"$type\":\"error\"", StringComparison.Ordinal))
            return block;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.TryGetProperty("message", out var message) ? new TextContentBlock { Text = message.GetString() ?? "" } : block;
    }

    private static string TextOf(Exception failure) =>
        string.IsNullOrWhiteSpace(failure.Message) ? $"The tool failed with {failure.GetType().Name}." : failure.Message;

    private McpRequestHandler<ListToolsRequestParams, ListToolsResult> MarkForLoading(McpRequestHandler<ListToolsRequestParams, ListToolsResult> next) =>
        async (request, cancellationToken) =>
        {
            var result = await next(request, cancellationToken).ConfigureAwait(false);
            if (!AlwaysLoad)
                return result;
            foreach (var tool in result.Tools)
            {
                // Sessions list at the same time, and the descriptions are shared.
                lock (tool)
                {
                    if (tool.Meta?.ContainsKey(ToolMeta.AlwaysLoad) != true)
                        tool.Meta = new JsonObject(Copy(tool.Meta)) { [ToolMeta.AlwaysLoad] = true };
                }
            }

            return result;
        };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Copy(JsonObject? meta) =>
        meta is null ? [] : meta.Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()));
}
