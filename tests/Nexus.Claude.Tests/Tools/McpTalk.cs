using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Nexus.Claude.Cli;
using Nexus.Claude.Protocol;
using Nexus.Claude.Tests.Protocol;
using Nexus.Claude.Tools;

namespace Nexus.Claude.Tests.Tools;

/// <summary>A CLI in memory that talks to the tool servers of a session.</summary>
internal sealed class McpTalk : IAsyncDisposable
{
    private const string Handshake =
        """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"claude-code","version":"2.1.330"}}}""";

    private int _lastId;

    private McpTalk(FakeCli cli, SessionStart start, InProcessServers servers)
    {
        Cli = cli;
        Start = start;
        Servers = servers;
    }

    public FakeCli Cli { get; }

    public SessionStart Start { get; }

    public InProcessServers Servers { get; }

    /// <summary>Starts a session whose <c>initialize</c> is on its way and not answered.</summary>
    public static McpTalk Begin(params ToolServer[] servers) => Begin([], servers);

    public static McpTalk Begin(ISessionFeature[] more, params ToolServer[] servers)
    {
        var cli = new FakeCli();
        var feature = new InProcessServers(servers, null);
        var settings = new SessionSettings { Logger = NullLogger.Instance, Features = [feature, .. more] };
        return new McpTalk(cli, SessionStart.Begin(cli, CliCommand.Create(new ClaudeOptions()), settings), feature);
    }

    /// <summary>A session that has been initialised, with all handshakes done.</summary>
    public static async Task<McpTalk> StartAsync(params ToolServer[] servers)
    {
        var talk = Begin(servers);
        foreach (var server in servers)
            await talk.ShakeHandsAsync(server.Name);
        await talk.AnswerInitializeAsync();
        return talk;
    }

    public async Task AnswerInitializeAsync()
    {
        await Cli.AnswerAsync(await Cli.TakeControlAsync("initialize"));
        await Start.InitializeAsync(CancellationToken.None).InTime();
    }

    public async Task<JsonElement> ShakeHandsAsync(string server)
    {
        var reply = await AskAsync(server, Handshake);
        await AskAsync(server, """{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        return reply;
    }

    /// <summary>Says a JSON-RPC message as the CLI does, and gives the id of the control request.</summary>
    public async Task<string> SayAsync(string server, string message)
    {
        var id = $"cli-{++_lastId}";
        await Cli.SayAsync($$$"""{"type":"control_request","request_id":"{{{id}}}","request":{"subtype":"mcp_message","server_name":"{{{server}}}","message":{{{message}}}}}""");
        return id;
    }

    /// <summary>Takes the <c>response</c> of the answer to a control request.</summary>
    public async Task<JsonElement> AnswerToAsync(string id)
    {
        var line = await Cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_response" && FakeCli.Text(line.GetProperty("response"), "request_id") == id);
        return line.GetProperty("response");
    }

    /// <summary>Says a message and takes the JSON-RPC reply.</summary>
    public async Task<JsonElement> AskAsync(string server, string message) =>
        (await AnswerToAsync(await SayAsync(server, message))).GetProperty("response").GetProperty("mcp_response");

    public Task<string> SayCallAsync(string server, string tool, int id, string arguments = "{}") => SayAsync(server, Call(tool, id, arguments));

    public Task<JsonElement> CallAsync(string server, string tool, int id, string arguments = "{}") => AskAsync(server, Call(tool, id, arguments));

    /// <summary>Takes the next message that a server sends on its own, and acknowledges it.</summary>
    public async Task<JsonElement> TakeNoticeAsync()
    {
        var line = await Cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_request" && FakeCli.Text(line.GetProperty("request"), "subtype") == "mcp_message");
        await Cli.AnswerAsync(FakeCli.Text(line, "request_id")!);
        return line.GetProperty("request");
    }

    public async ValueTask DisposeAsync()
    {
        Cli.Exit(0);
        await Start.Session.DisposeAsync();
    }

    private static string Call(string tool, int id, string arguments) =>
        $$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"method":"tools/call","params":{"name":"{{{{tool}}}}","arguments":{{{{arguments}}}},"_meta":{"claudecode/toolUseId":"toolu_{{{{id}}}}","progressToken":{{{{id}}}} }}}""";
}
