using System.Text.Json;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using Nexus.Claude.Cli;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Tools;

/// <summary>The tool servers of a session: answers the CLI's <c>mcp_message</c> requests (protocol.md 7).</summary>
/// <param name="servers">The servers that the session begins with.</param>
/// <param name="loggerFactory">Where the MCP library logs; null for nowhere.</param>
internal sealed partial class InProcessServers(IEnumerable<ToolServer> servers, ILoggerFactory? loggerFactory) : ISessionFeature
{
    /// <summary>How long the end of a session waits for tools that have been told to stop.</summary>
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly IReadOnlyList<ToolServer> _first = [.. servers];
    private Dictionary<string, InProcessServer> _serving = [];
    private Session? _session;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Subtypes => ["mcp_message"];

    private ILogger Logger => _session?.Settings.Logger ?? SilentLogger.Instance;

    /// <inheritdoc/>
    public void Attach(Session session)
    {
        _session = session;
        foreach (var server in _first)
            _serving.Add(server.Name, Serve(server));
    }

    /// <inheritdoc/>
    public void WriteInitialize(Utf8JsonWriter json)
    {
        if (_first.Count == 0)
            return;
        json.WriteStartArray("sdkMcpServers"u8);
        foreach (var server in _first)
            json.WriteStringValue(server.Name);
        json.WriteEndArray();
        if (_first.All(server => server.Timeout is null && server.Policies.Count == 0))
            return;
        json.WriteStartObject("sdkMcpServerConfigs"u8);
        foreach (var server in _first)
        {
            json.WriteStartObject(server.Name);
            WriteConfiguration(json, server);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public async Task<InboundReply> AnswerAsync(InboundRequest request, CancellationToken cancellationToken)
    {
        var name = request.Text("server_name") ?? "";
        InProcessServer? server;
        lock (_gate)
            _serving.TryGetValue(name, out server);
        if (server is null)
            return InboundReply.Refused($"SDK MCP server not found: {name}");
        if (!JsonRpc.TryRead(request.Member("message"), out var message))
            return Reply(JsonRpc.Error(JsonRpc.IdOf(request.Member("message")), JsonRpc.InvalidRequest, "The message is no JSON-RPC message, or nested too deeply."));

        // Nothing is awaited before the message is in the server's queue: that keeps the order of the wire.
        var reply = await server.ReceiveAsync(message, cancellationToken).ConfigureAwait(false);
        if (reply is not null)
            return Reply(reply);
        return message is JsonRpcRequest ? InboundReply.Silence : Acknowledged;
    }

    /// <inheritdoc/>
    public async ValueTask EndAsync()
    {
        InProcessServer[] all;
        lock (_gate)
            all = [.. _serving.Values];
        if (all.Length > 0)
            await EndAsync(all).ConfigureAwait(false);
    }

    private async Task EndAsync(InProcessServer[] servers)
    {
        try
        {
            await Task.WhenAll(servers.Select(server => server.EndAsync())).WaitAsync(EndGrace, _session?.Settings.TimeProvider ?? TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Logger.ToolsOutlivedSession(EndGrace);
        }
    }

    /// <summary>An answer is due even where JSON-RPC has none; the CLI does not look at it.</summary>
    private static InboundReply Acknowledged { get; } = InboundReply.Success(static json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("mcp_response"u8);
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WriteStartObject("result"u8);
        json.WriteEndObject();
        json.WriteNumber("id"u8, 0);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static InboundReply Reply(JsonRpcMessage message) => InboundReply.Success(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("mcp_response"u8);
        JsonRpc.Write(json, message);
        json.WriteEndObject();
    });

    private static void WriteConfiguration(Utf8JsonWriter json, ToolServer server)
    {
        if (server.Timeout is { } timeout)
            json.WriteNumber("timeout"u8, (long)timeout.TotalMilliseconds);
        McpServerJson.WriteTools(json, server.Policies);
    }

    private InProcessServer Serve(ToolServer server) =>
        new(server, (message, cancellationToken) => SendAsync(server.Name, message, cancellationToken), loggerFactory, Logger);

    private async Task SendAsync(string server, JsonRpcMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await _session!.Control.RequestAsync(
                "mcp_message",
                json =>
                {
                    json.WriteString("server_name"u8, server);
                    json.WritePropertyName("message"u8);
                    JsonRpc.Write(json, message);
                },
                _session.Settings.ControlRequestTimeout,
                cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeException failure) when (message is JsonRpcNotification notification)
        {
            // Nobody waits for the outcome of a notification.
            Logger.ToolServerNotificationLost(server, notification.Method, failure);
        }
    }
}
