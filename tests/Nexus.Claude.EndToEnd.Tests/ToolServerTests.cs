using System.Text.Json;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Server;
using Nexus.Claude.Testing;
using DescriptionAttribute = System.ComponentModel.DescriptionAttribute;
using SdkServerOptions = ModelContextProtocol.Server.McpServerOptions;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Tools of this program, in each form in which they can be given, called through the real CLI.</summary>
internal sealed class ToolServerTests
{
    [Test]
    public async Task A_function_is_offered_to_the_model_and_its_result_goes_back([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        var add = AIFunctionFactory.Create(([Description("The first number")] int a, int b) => a + b, "add", "Adds two numbers");
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__calc__add", """{"a":2,"b":3}""", "toolu_add"));
        cli.Api.Enqueue(ScriptedReply.Text("Five."));

        var messages = await cli.RunAsync(entry, "2 + 3?", options => Use(options, ToolServer.Create("calc", add)));

        var offered = cli.Api.ConversationRequests[0].Body.GetProperty("tools").EnumerateArray()
            .Single(tool => tool.GetProperty("name").GetString() == "mcp__calc__add");
        var result = cli.Api.ConversationRequests[1].ToolResults.Single();
        Assert.Multiple(() =>
        {
            Assert.That(offered.GetProperty("description").GetString(), Is.EqualTo("Adds two numbers"));
            Assert.That(
                offered.GetProperty("input_schema").GetProperty("properties").GetProperty("a").GetProperty("description").GetString(),
                Is.EqualTo("The first number"));
            Assert.That(messages.Init().Tools, Does.Contain("mcp__calc__add"));
            Assert.That(messages.Init().McpServers.Single().Name, Is.EqualTo("calc"));
            Assert.That(messages.Init().McpServers.Single().Status, Is.EqualTo(McpServerStatus.Connected));
            Assert.That(TextOf(result), Is.EqualTo("5"));
            Assert.That(IsError(result), Is.False);
            Assert.That(messages.Result().Text, Is.EqualTo("Five."));
        });
    }

    [Test]
    public async Task A_lambda_a_method_with_attributes_an_instance_and_mcp_options_all_serve()
    {
        await using var cli = await RealCli.StartAsync();
        ToolServer[] servers =
        [
            new ToolServer("lambda").Add("twice", "Doubles", (int number) => number * 2),
            new ToolServer("type").AddMethods<Greeter>(),
            new ToolServer("object").AddMethodsOf(new Counter(41)),
            ToolServer.From("ready", new SdkServerOptions { ToolCollection = [McpServerTool.Create(() => "from options", new() { Name = "say" })] }),
            ToolServer.From("own", transport => McpServer.Create(
                transport, new SdkServerOptions { ToolCollection = [McpServerTool.Create(() => "from my server", new() { Name = "say" })] })),
        ];
        cli.Api.Enqueue(ScriptedReply.ToolUses(
            new ToolCall("mcp__lambda__twice", """{"number":21}""", "toolu_1"),
            new ToolCall("mcp__type__greet", """{"name":"Ada"}""", "toolu_2"),
            new ToolCall("mcp__object__next", "{}", "toolu_3"),
            new ToolCall("mcp__ready__say", "{}", "toolu_4"),
            new ToolCall("mcp__own__say", "{}", "toolu_5")));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));

        var messages = await cli.QueryAsync("Go", options => Use(options, servers));

        Assert.That(messages.Init().McpServers.Select(server => server.Status), Is.All.EqualTo(McpServerStatus.Connected));
        Assert.That(
            cli.Api.ConversationRequests[1].ToolResults.Select(TextOf),
            Is.EqualTo(["42", "Hello, Ada!", "42", "from options", "from my server"]));
    }

    [Test]
    public async Task Fifty_calls_run_in_parallel_and_answer_out_of_order()
    {
        const int Calls = 50;
        await using var cli = await RealCli.StartAsync();
        var here = 0;
        var most = 0;
        using var all = new SemaphoreSlim(0);
        var server = new ToolServer("slow").Add(
            "wait",
            "Waits",
            async (int number, CancellationToken cancellationToken) =>
            {
                var now = Interlocked.Increment(ref here);
                InterlockedMax(ref most, now);
                if (now >= 10)
                    all.Release(Calls);
                await all.WaitAsync(cancellationToken);
                Interlocked.Decrement(ref here);
                return number;
            },
            new ToolOptions { ReadOnly = true });
        cli.Api.Enqueue(ScriptedReply.ToolUses([.. Enumerable.Range(0, Calls).Select(i => new ToolCall("mcp__slow__wait", $$"""{"number":{{i}}}""", $"toolu_{i}"))]));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));

        var messages = await cli.QueryAsync("Go", options => Use(options, server));

        var results = cli.Api.ConversationRequests[1].ToolResults;
        Assert.That(results, Has.Count.EqualTo(Calls));
        Assert.That(results, Is.All.Matches<JsonElement>(result => result.GetProperty("tool_use_id").GetString() == "toolu_" + TextOf(result)));
        Assert.That(most, Is.GreaterThanOrEqualTo(10));
        Assert.That(messages.Result().IsSuccess);
    }

    [Test]
    public async Task An_interrupt_cancels_the_running_tool_and_the_client_goes_on()
    {
        await using var cli = await RealCli.StartAsync();
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var server = new ToolServer("slow").Add("hang", "Hangs", async (CancellationToken cancellationToken) =>
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
        });
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__slow__hang", "{}"));
        cli.Api.Enqueue(ScriptedReply.Text("Still here."));
        await using var client = await cli.ConnectAsync(options => Use(options, server));

        var turn = client.SendAsync("Go", cli.Deadline);
        var reading = RealCli.ReadAsync(turn);
        await started.Task.WaitAsync(cli.Deadline);
        await client.InterruptAsync(cancellationToken: cli.Deadline);
        await cancelled.Task.WaitAsync(cli.Deadline);

        Assert.That((await reading).Result().IsInterrupted);
        Assert.That(await client.AskAsync("And now?", cli.Deadline), Is.EqualTo("Still here."));
    }

    [Test]
    public async Task A_tool_may_call_back_into_its_client()
    {
        await using var cli = await RealCli.StartAsync();
        ClaudeClient? client = null;
        var server = new ToolServer("self").Add("faster", "Changes the model", async () => await client!.SetModelAsync("haiku"));
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__self__faster", "{}"));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));
        await using (client = await cli.ConnectAsync(options => Use(options, server)))
            await client.AskAsync("Go", cli.Deadline);

        Assert.That(TextOf(cli.Api.ConversationRequests[1].ToolResults.Single()), Does.Contain("haiku"));
        Assert.That(cli.Api.ConversationRequests[1].Model, Does.Contain("haiku"));
    }

    [Test]
    public async Task A_tool_added_or_removed_in_a_live_session_is_there_or_gone_for_a_later_prompt()
    {
        await using var cli = await RealCli.StartAsync();
        var server = new ToolServer("calc").Add("one", "x", () => 1);
        await using var client = await cli.ConnectAsync(options => Use(options, server));
        cli.Api.Default = _ => ScriptedReply.Text("Ok.");

        Assert.That(await ToolsOfTurnAsync(), Is.EqualTo(["mcp__calc__one"]));
        server.Add("two", "x", () => 2);
        await UntilAsync("mcp__calc__one", "mcp__calc__two");
        Assert.That(cli.Api.ConversationRequests[^1].ToolNames, Does.Contain("mcp__calc__two"));
        server.Tools.Remove(server.Tools["one"]);
        await UntilAsync("mcp__calc__two");

        async Task<string[]> ToolsOfTurnAsync() =>
            [.. (await RealCli.ReadAsync(client.SendAsync("Go", cli.Deadline))).Init().Tools.Where(tool => tool.StartsWith("mcp__", StringComparison.Ordinal))];

        // The CLI asks for the list in its own time.
        async Task UntilAsync(params string[] tools)
        {
            while (!(await ToolsOfTurnAsync()).SequenceEqual(tools))
                await Task.Yield();
        }
    }

    [Test]
    public async Task Resources_can_be_listed_and_read_by_the_model()
    {
        await using var cli = await RealCli.StartAsync();
        var server = new ToolServer("notes").Add("noop", "x", () => { });
        server.Resources.Add(McpServerResource.Create(() => "the text of the note", new() { UriTemplate = "note://one", Name = "one", MimeType = "text/plain" }));
        cli.Api.Enqueue(ScriptedReply.ToolUses(
            new ToolCall("ListMcpResourcesTool", """{"server":"notes"}""", "toolu_list"),
            new ToolCall("ReadMcpResourceTool", """{"server":"notes","uri":"note://one"}""", "toolu_read")));
        cli.Api.Enqueue(ScriptedReply.Text("Read."));

        await cli.QueryAsync("Read the note", options => Use(options, server));

        var results = cli.Api.ConversationRequests[1].ToolResults;
        Assert.That(TextOf(results[0]), Does.Contain("note://one"));
        Assert.That(TextOf(results[1]), Does.Contain("the text of the note"));
    }

    [Test]
    public async Task Progress_may_be_reported_while_a_tool_runs()
    {
        await using var cli = await RealCli.StartAsync();
        var server = new ToolServer("slow").Add("work", "Works", async (IProgress<ModelContextProtocol.ProgressNotificationValue> progress) =>
        {
            for (var step = 1; step <= 3; step++)
            {
                progress.Report(new() { Progress = step, Total = 3, Message = $"step {step}" });
                await Task.Yield();
            }

            return "worked";
        });
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__slow__work", "{}"));
        cli.Api.Enqueue(ScriptedReply.Text("Done."));

        var messages = await cli.QueryAsync("Go", options => Use(options, server));

        Assert.That(TextOf(cli.Api.ConversationRequests[1].ToolResults.Single()), Is.EqualTo("worked"));
    }

    [Test]
    public async Task A_call_that_takes_longer_than_the_servers_timeout_fails_and_is_cancelled()
    {
        await using var cli = await RealCli.StartAsync();
        var cancelled = new TaskCompletionSource();
        var server = new ToolServer("slow") { Timeout = TimeSpan.FromSeconds(1) }.Add("hang", "Hangs", async (CancellationToken cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__slow__hang", "{}"));
        cli.Api.Enqueue(ScriptedReply.Text("Too slow."));

        var messages = await cli.QueryAsync("Go", options => Use(options, server));

        var result = cli.Api.ConversationRequests[1].ToolResults.Single();
        Assert.That(IsError(result));
        Assert.That(cancelled.Task.IsCompleted);
        Assert.That(messages.Result().Text, Is.EqualTo("Too slow."));
    }

    [Test]
    public async Task What_is_said_about_a_tool_and_its_server_takes_effect()
    {
        await using var cli = await RealCli.StartAsync();
        var server = new ToolServer("calc") { Instructions = "Prefer add to mental arithmetic." }
            .Add("final", "Ends", () => "the end", new ToolOptions { EndsTurn = true, Title = "The end" })
            .Add("hidden", "Hides", () => "x", new ToolOptions { AlwaysLoad = false, SearchHint = "needle" });
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__calc__final", "{}"));

        var messages = await cli.QueryAsync("Go", options => Use(options, server));

        Assert.Multiple(() =>
        {
            Assert.That(cli.Api.ConversationRequests[0].Body.GetRawText(), Does.Contain("Prefer add to mental arithmetic."));
            Assert.That(cli.Api.ConversationRequests[0].ToolNames, Does.Contain("mcp__calc__final").And.Not.Contain("mcp__calc__hidden"));
            Assert.That(cli.Api.ConversationRequests, Has.Count.EqualTo(1), "the turn ends with the call");
            Assert.That(messages.Result().IsSuccess);
        });
    }

    [Test]
    public async Task A_policy_of_the_server_outweighs_a_rule_that_allows()
    {
        await using var cli = await RealCli.StartAsync();
        var called = false;
        var server = new ToolServer("disk") { Policies = [new McpToolPolicy("wipe") { Permission = McpToolDecision.AlwaysDeny }] }
            .Add("wipe", "x", () => called = true);
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__disk__wipe", "{}"));
        cli.Api.Enqueue(ScriptedReply.Text("Denied."));

        await cli.QueryAsync("Go", options => Use(options, server));

        Assert.That(called, Is.False);
        Assert.That(IsError(cli.Api.ConversationRequests[1].ToolResults.Single()));
    }

    [Test]
    public async Task Closing_the_client_while_a_tool_runs_cancels_it_and_leaves_nothing()
    {
        await using var cli = await RealCli.StartAsync();
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var server = new ToolServer("slow").Add("hang", "Hangs", async (CancellationToken cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__slow__hang", "{}"));
        var client = await cli.ConnectAsync(options => Use(options, server));
        var turn = client.SendAsync("Go", cli.Deadline);
        await started.Task.WaitAsync(cli.Deadline);

        await client.DisposeAsync();

        await cancelled.Task.WaitAsync(cli.Deadline);
        Assert.That((await client.Completion).Cause, Is.Null);
        Assert.That(turn.State, Is.Not.EqualTo(TurnState.Running));
    }

    [Test]
    public async Task One_server_serves_several_sessions_and_goes_together_with_servers_of_other_kinds()
    {
        await using var cli = await RealCli.StartAsync();
        var server = new ToolServer("count").AddMethodsOf(new Counter(0));
        cli.Api.Default = request => request.ToolResults.Count > 0
            ? ScriptedReply.Text(string.Join(' ', request.ToolResults.Select(TextOf)))
            : ScriptedReply.ToolUses(new ToolCall("mcp__count__next", "{}"), new ToolCall("mcp__tiny__greet", """{"name":"Bo"}"""));

        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => cli.AskAsync("Go", options =>
        {
            Use(options, server);
            options.McpServers["tiny"] = TinyMcpServer.Definition;
            options.AllowedTools.Add("mcp__tiny");
        })));

        Assert.That(answers, Is.EquivalentTo(["1 Hello, Bo!", "2 Hello, Bo!"]));
    }

    internal static void Use(ClaudeOptions options, params ToolServer[] servers)
    {
        foreach (var server in servers)
        {
            options.ToolServers.Add(server);
            options.AllowedTools.Add("mcp__" + server.Name);
        }
    }

    /// <summary>The text of a tool result as the model got it.</summary>
    internal static string TextOf(JsonElement result)
    {
        if (!result.TryGetProperty("content", out var content))
            return "";
        return content.ValueKind == JsonValueKind.String
            ? content.GetString()!
            : string.Join('\n', content.EnumerateArray().Where(block => block.GetProperty("type").GetString() == "text").Select(block => block.GetProperty("text").GetString()));
    }

    internal static bool IsError(JsonElement result) => result.TryGetProperty("is_error", out var error) && error.ValueKind == JsonValueKind.True;

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            if (Interlocked.CompareExchange(ref most, value, seen) == seen)
                return;
        }
    }

    private sealed class Greeter
    {
        [McpServerTool(Name = "greet"), Description("Greets somebody")]
        public static string Greet(string name) => $"Hello, {name}!";
    }

    private sealed class Counter(int count)
    {
        private int _count = count;

        [McpServerTool(Name = "next", ReadOnly = true), Description("Counts")]
        public int Next() => Interlocked.Increment(ref _count);
    }
}
