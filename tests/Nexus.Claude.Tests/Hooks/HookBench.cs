using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nexus.Claude.Hooks;
using Nexus.Claude.Protocol;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Hooks;

/// <summary>A session in memory with hooks, and a CLI in the hands of the test that calls them.</summary>
internal sealed class HookBench : IAsyncDisposable
{
    private int _calls;

    private HookBench(FakeCli cli, Session session)
    {
        Cli = cli;
        Session = session;
    }

    public FakeCli Cli { get; }

    public Session Session { get; }

    public static async Task<HookBench> StartAsync(Action<HookCollection> register, TimeProvider? time = null, ILogger? logger = null)
    {
        var hooks = new HookCollection();
        register(hooks);
        var cli = new FakeCli();
        var session = await cli.StartAsync(settings => settings with
        {
            Features = [new HookCallbacks(hooks, time ?? TimeProvider.System, logger ?? NullLogger.Instance)],
        });
        return new HookBench(cli, session);
    }

    /// <summary>Calls a hook as the CLI does and returns the id of the call.</summary>
    public async Task<string> CallAsync(string input, string callback = "hook_0")
    {
        var id = $"call_{Interlocked.Increment(ref _calls)}";
        await Cli.SayAsync(
            $$$"""{"type":"control_request","request_id":"{{{id}}}","request":{"subtype":"hook_callback","callback_id":"{{{callback}}}","input":{{{input.ReplaceLineEndings("")}}},"tool_use_id":"toolu_1"}}""");
        return id;
    }

    public Task WithdrawAsync(string id) => Cli.SayAsync($$"""{"type":"control_cancel_request","request_id":"{{id}}"}""");

    /// <summary>The answer to a call: the member <c>response</c> of the frame.</summary>
    public async Task<JsonElement> AnswerAsync(string id)
    {
        var frame = await Cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_response" && FakeCli.Text(line.GetProperty("response"), "request_id") == id);
        return frame.GetProperty("response");
    }

    /// <summary>Calls a hook and returns what it answers.</summary>
    public async Task<string> AskAsync(string input, string callback = "hook_0")
    {
        var answer = await AnswerAsync(await CallAsync(input, callback));
        Assert.That(FakeCli.Text(answer, "subtype"), Is.EqualTo("success"), answer.GetRawText());
        return answer.GetProperty("response").GetRawText();
    }

    public async ValueTask DisposeAsync()
    {
        Cli.Exit(0);
        await Session.DisposeAsync();
    }
}
