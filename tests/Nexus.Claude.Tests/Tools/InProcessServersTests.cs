using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Nexus.Claude.Tests.Protocol;
using Nexus.Claude.Tools;
using SdkServerOptions = ModelContextProtocol.Server.McpServerOptions;

namespace Nexus.Claude.Tests.Tools;

/// <summary>MCP over control requests, message by message.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class InProcessServersTests
{
    [Test]
    public async Task The_handshake_is_answered_before_the_CLI_has_answered_initialize()
    {
        await using var talk = McpTalk.Begin(new ToolServer("calc") { Version = "3.0", Instructions = "Use add." }.Add("add", "Adds", (int a, int b) => a + b));

        var reply = await talk.ShakeHandsAsync("calc");
        var list = await talk.AskAsync("calc", """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
        await talk.AnswerInitializeAsync();

        var result = reply.GetProperty("result");
        Assert.That(result.GetProperty("protocolVersion").GetString(), Is.EqualTo("2025-11-25"));
        Assert.That(result.GetProperty("serverInfo").GetProperty("version").GetString(), Is.EqualTo("3.0"));
        Assert.That(result.GetProperty("instructions").GetString(), Is.EqualTo("Use add."));
        Assert.That(result.GetProperty("capabilities").GetProperty("tools").GetProperty("listChanged").GetBoolean());
        Assert.That(result.GetProperty("capabilities").TryGetProperty("prompts", out _), Is.False);
        var tool = list.GetProperty("result").GetProperty("tools")[0];
        Assert.That(tool.GetProperty("name").GetString(), Is.EqualTo("add"));
        Assert.That(tool.GetProperty("_meta").GetProperty("anthropic/alwaysLoad").GetBoolean());
    }

    [Test]
    public async Task Initialize_names_the_servers_and_what_is_set_about_them()
    {
        await using var talk = McpTalk.Begin(
            new ToolServer("plain"),
            new ToolServer("limited") { Timeout = TimeSpan.FromSeconds(2), Policies = [new McpToolPolicy("wipe") { Permission = McpToolDecision.AlwaysAsk }] });

        var line = await talk.Cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_request");
        var request = line.GetProperty("request");

        Assert.That(request.GetProperty("sdkMcpServers").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(["plain", "limited"]));
        Assert.That(
            request.GetProperty("sdkMcpServerConfigs").GetProperty("limited").GetRawText(),
            Is.EqualTo("""{"timeout":2000,"tools":[{"name":"wipe","permission_policy":"always_ask"}]}"""));
    }

    [Test]
    public async Task A_session_without_servers_says_nothing_about_them_in_initialize()
    {
        await using var talk = McpTalk.Begin();

        var line = await talk.Cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_request");

        Assert.That(line.GetProperty("request").GetRawText(), Is.EqualTo("""{"subtype":"initialize"}"""));
    }

    [Test]
    public async Task Calls_run_in_parallel_and_answer_out_of_order()
    {
        var first = new TaskCompletionSource<string>();
        await using var talk = await McpTalk.StartAsync(new ToolServer("s").Add("first", "x", () => first.Task).Add("second", "x", () => "two"));

        var pending = await talk.SayCallAsync("s", "first", 2);
        var second = await talk.CallAsync("s", "second", 3);
        first.SetResult("one");
        var late = (await talk.AnswerToAsync(pending)).GetProperty("response").GetProperty("mcp_response");

        Assert.That((TextOf(second), second.GetProperty("id").GetInt32()), Is.EqualTo(("two", 3)));
        Assert.That((TextOf(late), late.GetProperty("id").GetInt32()), Is.EqualTo(("one", 2)));
    }

    [Test]
    public async Task A_cancelled_call_has_its_token_cancelled_and_is_not_answered()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var talk = await McpTalk.StartAsync(new ToolServer("s").Add("hang", "x", async (CancellationToken cancellationToken) =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                cancelled.SetResult();
            }
        }));

        var pending = await talk.SayCallAsync("s", "hang", 2);
        await started.Task.InTime();
        var receipt = await talk.AskAsync("s", """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2,"reason":"x"}}""");
        await cancelled.Task.InTime();

        Assert.That(receipt.GetRawText(), Is.EqualTo("""{"jsonrpc":"2.0","result":{},"id":0}"""));
        await AssertSilenceAsync(talk, pending);
    }

    [Test]
    public async Task A_call_whose_control_request_is_withdrawn_is_cancelled_too()
    {
        var cancelled = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        await using var talk = await McpTalk.StartAsync(new ToolServer("s").Add("hang", "x", async (CancellationToken cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }));

        var pending = await talk.SayCallAsync("s", "hang", 2);
        await started.Task.InTime();
        await talk.Cli.SayAsync($$"""{"type":"control_cancel_request","request_id":"{{pending}}"}""");

        await cancelled.Task.InTime();
        await AssertSilenceAsync(talk, pending);
    }

    [Test]
    public async Task The_end_of_the_session_cancels_what_runs()
    {
        var cancelled = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var talk = await McpTalk.StartAsync(new ToolServer("s").Add("hang", "x", async (CancellationToken cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }));
        await talk.SayCallAsync("s", "hang", 2);
        await started.Task.InTime();

        await talk.DisposeAsync();

        Assert.That(cancelled.Task.IsCompletedSuccessfully);
    }

    [Test]
    public async Task A_tool_that_does_not_heed_its_token_does_not_hold_up_the_end()
    {
        var forever = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var talk = await McpTalk.StartAsync(new ToolServer("s").Add("hang", "x", async () =>
        {
            started.SetResult();
            await forever.Task;
        }));
        await talk.SayCallAsync("s", "hang", 2);
        await started.Task.InTime();

        await talk.DisposeAsync().InTime();
        forever.SetResult();
    }

    [Test]
    public async Task Errors_of_JSON_RPC_travel_inside_of_the_answer()
    {
        await using var talk = await McpTalk.StartAsync(new ToolServer("s")
            .Add("refuse", "x", string () => throw new McpProtocolException("Not now.", McpErrorCode.InvalidParams)));

        var unknown = await talk.AskAsync("s", """{"jsonrpc":"2.0","id":2,"method":"no/such"}""");
        var refused = await talk.CallAsync("s", "refuse", 3);
        var absent = await talk.CallAsync("s", "absent", 4);
        var malformed = await talk.AskAsync("s", "\"hello\"");

        var deep = await talk.CallAsync("s", "refuse", 5, string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100));

        Assert.That((deep.GetProperty("id").GetInt32(), ErrorOf(deep).Code), Is.EqualTo((5, -32600)));
        Assert.That(ErrorOf(unknown).Code, Is.EqualTo(-32601));
        Assert.That(ErrorOf(refused), Is.EqualTo((-32602, "Not now.")));
        Assert.That(ErrorOf(absent).Message, Does.Contain("absent"));
        Assert.That(ErrorOf(malformed).Code, Is.EqualTo(-32600));
    }

    [Test]
    public async Task A_tool_that_throws_tells_the_message_and_not_the_stack()
    {
        await using var talk = await McpTalk.StartAsync(new ToolServer("s")
            .Add("fail", "x", string () => throw new InvalidOperationException("The disk is full."))
            .Add("mute", "x", string () => throw new InvalidOperationException("")));

        var failed = await talk.CallAsync("s", "fail", 2);
        var mute = await talk.CallAsync("s", "mute", 3);

        Assert.That((TextOf(failed), IsError(failed)), Is.EqualTo(("The disk is full.", true)));
        Assert.That((TextOf(mute), IsError(mute)), Is.EqualTo(("The tool failed with InvalidOperationException.", true)));
    }

    [Test]
    public async Task A_server_that_is_not_there_is_refused_in_the_protocols_own_form()
    {
        await using var talk = await McpTalk.StartAsync();

        var answer = await talk.AnswerToAsync(await talk.SayAsync("nope", """{"jsonrpc":"2.0","id":1,"method":"tools/list"}"""));

        Assert.That(FakeCli.Text(answer, "subtype"), Is.EqualTo("error"));
        Assert.That(FakeCli.Text(answer, "error"), Is.EqualTo("SDK MCP server not found: nope"));
    }

    [Test]
    public async Task A_server_that_cannot_be_made_answers_with_the_reason()
    {
        await using var talk = McpTalk.Begin(ToolServer.From("broken", _ => throw new InvalidOperationException("No database.")));

        var reply = await talk.AskAsync("broken", """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}""");

        Assert.That(ErrorOf(reply).Code, Is.EqualTo(-32603));
        Assert.That(ErrorOf(reply).Message, Is.EqualTo("The MCP server 'broken' failed: No database."));
    }

    [Test]
    public async Task A_change_of_the_tools_is_told_and_the_next_list_has_it()
    {
        var server = new ToolServer("s").Add("one", "x", () => 1);
        await using var talk = await McpTalk.StartAsync(server);

        server.Add("two", "x", () => 2);
        var notice = await talk.TakeNoticeAsync();
        var list = await talk.AskAsync("s", """{"jsonrpc":"2.0","id":5,"method":"tools/list"}""");

        Assert.That(FakeCli.Text(notice, "server_name"), Is.EqualTo("s"));
        Assert.That(FakeCli.Text(notice.GetProperty("message"), "method"), Is.EqualTo("notifications/tools/list_changed"));
        Assert.That(
            list.GetProperty("result").GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("name").GetString()), Is.EquivalentTo(["one", "two"]));
    }

    [Test]
    public async Task Nothing_is_sent_to_a_client_that_has_not_finished_its_handshake()
    {
        List<string> sent = [];
        var transport = new ControlTransport((message, _) =>
        {
            sent.Add(((JsonRpcNotification)message).Method);
            return Task.CompletedTask;
        });

        var sending = transport.SendMessageAsync(new JsonRpcNotification { Method = NotificationMethods.ToolListChangedNotification });
        Assert.That((sending.IsCompleted, sent.Count), Is.EqualTo((false, 0)));
        await transport.ReceiveAsync(new JsonRpcNotification { Method = NotificationMethods.InitializedNotification }, CancellationToken.None);
        await sending.InTime();

        Assert.That(sent, Is.EqualTo([NotificationMethods.ToolListChangedNotification]));
    }

    [Test]
    public async Task Progress_goes_out_before_the_result()
    {
        await using var talk = await McpTalk.StartAsync(new ToolServer("s").Add("work", "x", (IProgress<ProgressNotificationValue> progress) =>
        {
            progress.Report(new() { Progress = 1, Total = 2, Message = "half" });
            return "done";
        }));

        var pending = await talk.SayCallAsync("s", "work", 7);
        var notice = (await talk.TakeNoticeAsync()).GetProperty("message");
        await talk.AnswerToAsync(pending);

        Assert.That(FakeCli.Text(notice, "method"), Is.EqualTo("notifications/progress"));
        Assert.That(notice.GetProperty("params").GetProperty("progressToken").GetInt32(), Is.EqualTo(7));
        Assert.That(notice.GetProperty("params").GetProperty("message").GetString(), Is.EqualTo("half"));
    }

    [Test]
    public async Task A_second_handshake_begins_a_new_connection_and_ends_what_ran_on_the_old_one()
    {
        var servers = 0;
        var cancelled = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var tools = new ToolServer("x").Add("hang", "x", async (CancellationToken cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }).Add("ok", "x", () => "fine").Tools;
        var server = ToolServer.From("s", transport =>
        {
            Interlocked.Increment(ref servers);
            return McpServer.Create(transport, new SdkServerOptions { ToolCollection = tools });
        });
        await using var talk = await McpTalk.StartAsync(server);
        var pending = await talk.SayCallAsync("s", "hang", 2);
        await started.Task.InTime();

        await talk.ShakeHandsAsync("s");
        var again = await talk.CallAsync("s", "ok", 2);

        await cancelled.Task.InTime();
        Assert.That(TextOf(again), Is.EqualTo("fine"));
        Assert.That(servers, Is.EqualTo(2));
        await AssertSilenceAsync(talk, pending);
    }

    [Test]
    public async Task Prompts_and_resources_are_served_when_there_are_any()
    {
        var server = new ToolServer("s");
        server.Prompts.Add(McpServerPrompt.Create((string topic) => $"About {topic}", new() { Name = "poem" }));
        server.Resources.Add(McpServerResource.Create(() => "text", new() { UriTemplate = "note://one", Name = "one" }));
        await using var talk = await McpTalk.StartAsync(server);

        var prompt = await talk.AskAsync("s", """{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"poem","arguments":{"topic":"rain"}}}""");
        var resource = await talk.AskAsync("s", """{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"note://one"}}""");

        Assert.That(prompt.GetRawText(), Does.Contain("About rain"));
        Assert.That(resource.GetRawText(), Does.Contain("\"text\":\"text\""));
    }

    [Test]
    public async Task Thousands_of_messages_of_two_servers_are_all_answered()
    {
        await using var talk = await McpTalk.StartAsync(new ToolServer("a").Add("echo", "x", (int n) => n), new ToolServer("b").Add("echo", "x", (int n) => -n));
        var asked = new Dictionary<string, int>();
        for (var i = 1; i <= 2_000; i++)
        {
            asked.Add(await talk.SayCallAsync("a", "echo", i, $$"""{"n":{{i}}}"""), i);
            asked.Add(await talk.SayCallAsync("b", "echo", i, $$"""{"n":{{i}}}"""), -i);
        }

        for (var i = 0; i < 4_000; i++)
        {
            var line = await talk.Cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_response");
            var response = line.GetProperty("response");
            Assert.That(asked.Remove(FakeCli.Text(response, "request_id")!, out var expected));
            Assert.That(TextOf(response.GetProperty("response").GetProperty("mcp_response")), Is.EqualTo(expected.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        Assert.That(asked, Is.Empty);
    }

    internal static string TextOf(JsonElement reply) => reply.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!;

    internal static bool IsError(JsonElement reply) => reply.GetProperty("result").TryGetProperty("isError", out var error) && error.GetBoolean();

    private static (int Code, string Message) ErrorOf(JsonElement reply) =>
        (reply.GetProperty("error").GetProperty("code").GetInt32(), reply.GetProperty("error").GetProperty("message").GetString()!);

    /// <summary>Whatever else is asked is answered, and nothing was said to this one before.</summary>
    private static async Task AssertSilenceAsync(McpTalk talk, string id)
    {
        await talk.AskAsync("s", """{"jsonrpc":"2.0","id":99,"method":"tools/list"}""");
        talk.Cli.Exit(0);
        await talk.Start.Session.DisposeAsync().InTime();
        var rest = await talk.Cli.TakeRestAsync();
        Assert.That(rest.Where(line => FakeCli.Text(line, "type") == "control_response").Select(line => FakeCli.Text(line.GetProperty("response"), "request_id")), Does.Not.Contain(id));
    }
}
