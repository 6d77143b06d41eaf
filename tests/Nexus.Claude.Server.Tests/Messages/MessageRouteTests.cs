using System.Net;
using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.Messages;

[Property("gateway-row", 35)]
internal sealed class MessageRouteTests
{
    private const string Messages = "/v1/messages";

    [Test]
    public async Task A_message_has_anthropics_form()
    {
        var turn = new ScriptedTurn { Usage = new TurnUsage(1, 2, 3, 4) }.Thinking("Hm").Event(new TurnEvent.ThinkingSignature("sig"))
            .Text("Let me see.").Tool("toolu_1", "weather", "{\"city\":", "\"P\"}").End();
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(turn));
        var (status, body, _) = await Send(host, ""","thinking":{"type":"enabled","budget_tokens":2000},"tools":[{"name":"weather","input_schema":{"type":"object"}}]""", 9000);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
        Assert.That(body.GetProperty("id").GetString(), Does.StartWith("msg_"));
        var rest = JsonSerializer.Serialize(body.EnumerateObject().Where(static member => member.Name != "id").ToDictionary(static member => member.Name, static member => member.Value));
        Assert.That(rest, Is.EqualTo(
            """{"type":"message","role":"assistant","model":"sonnet","content":[{"type":"thinking","thinking":"Hm","signature":"sig"},{"type":"text","text":"Let me see."},{"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"P"}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"cache_creation_input_tokens":3,"cache_read_input_tokens":2,"output_tokens":4}}"""));
        Assert.That(host.Turns.Request.Sampling.Reasoning, Is.EqualTo(new Reasoning(null, 2000)));
    }

    [Test]
    public async Task Events_come_in_anthropics_order()
    {
        var turn = new ScriptedTurn { Usage = new TurnUsage(1, 2, 3, 4) }.Thinking("H", "m").Event(new TurnEvent.ThinkingSignature("sig"))
            .Text("a", "b").Tool("toolu_1", "weather", "{}").End();
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(turn));
        using var response = await host.PostAsync(
            Messages, Body(""","stream":true,"thinking":{"type":"enabled","budget_tokens":2000},"tools":[{"name":"weather","input_schema":{"type":"object"}}]""", 9000));
        var events = ServerSentEvent.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(events, Has.All.Matches<ServerSentEvent>(static item => item!.Json.GetProperty("type").GetString() == item.Name));
        Assert.That(events.Skip(1).Select(static item => item.Data), Is.EqualTo(new[]
        {
            """{"type":"ping"}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"H"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"m"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sig"}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"a"}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"b"}}""",
            """{"type":"content_block_stop","index":1}""",
            """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}""",
            """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}}""",
            """{"type":"content_block_stop","index":2}""",
            """{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":1,"cache_creation_input_tokens":3,"cache_read_input_tokens":2,"output_tokens":4}}""",
            """{"type":"message_stop"}""",
        }));
        var message = events[0].Json.GetProperty("message");
        Assert.That(message.GetProperty("usage").GetProperty("output_tokens").GetInt32(), Is.EqualTo(1));
        Assert.That(message.GetProperty("stop_reason").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task A_failure_in_the_middle_is_an_error_event()
    {
        var turn = new ScriptedTurn().Text("half").Throw(new GatewayException(503, "server_error", "upstream_overloaded", "Overloaded."));
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(turn));
        using var response = await host.PostAsync(Messages, Body(",\"stream\":true"));
        var last = ServerSentEvent.Parse(await response.Content.ReadAsStringAsync())[^1];
        Assert.That(last.Name, Is.EqualTo("error"));
        Assert.That(last.Json.GetProperty("error").GetProperty("type").GetString(), Is.EqualTo("overloaded_error"));
    }

    [Test]
    public async Task Blocks_reach_the_turn_one_to_one()
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, body, _) = await host.PostJsonAsync(Messages, $$"""
            {"model":"sonnet","max_tokens":50,"system":[{"type":"text","text":"A","cache_control":{"type":"ephemeral"} },{"type":"text","text":"B"}],
             "stop_sequences":["END"],"temperature":0.5,"top_p":0.9,"top_k":5,"metadata":{"user_id":"u"},
             "tools":[{"name":"weather","description":"d","input_schema":{"type":"object"} }],"tool_choice":{"type":"auto","disable_parallel_tool_use":true},
             "messages":[
               {"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{Turns.MediaInputTests.Png}}"} },
                                         {"type":"document","title":"t","source":{"type":"text","media_type":"text/plain","data":"doc"} },
                                         {"type":"text","text":"Hi","cache_control":{"type":"ephemeral"} }]},
               {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"sig"},{"type":"redacted_thinking","data":"xyz"},{"type":"tool_use","id":"toolu_1","name":"weather","input":{"a":1} }]},
               {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"sunny","is_error":true},{"type":"text","text":"Go on"}]}]}
            """);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
        var turn = host.Turns.Request;
        Assert.That(turn.System, Is.EqualTo("A\n\nB"));
        Assert.That((turn.Sampling.Temperature, turn.Sampling.TopP, turn.Sampling.TopK, turn.Sampling.MaxTokens), Is.EqualTo(((double?)0.5, (double?)0.9, (int?)5, (int?)50)));
        Assert.That(turn.Sampling.StopSequences, Is.EqualTo(new[] { "END" }));
        Assert.That(turn.ParallelToolCalls, Is.False);
        Assert.That(turn.Messages.SelectMany(static message => message.Content).Select(static block => block.Type), Is.EqualTo(new[]
        {
            "image", "document", "text", "thinking", "redacted_thinking", "tool_use", "tool_result", "text",
        }));
        var thinking = (ThinkingBlock)turn.Messages[1].Content[0];
        Assert.That((thinking.Thinking, thinking.Signature), Is.EqualTo(("Hm", "sig")));
        Assert.That(((ToolResultBlock)turn.Messages[2].Content[0]).IsError, Is.True);
    }

    [TestCase("any", "Required")]
    [TestCase("none", "None")]
    [TestCase("auto", "Auto")]
    public async Task Tool_choice_is_taken(string type, string mode)
    {
        await using var host = await GatewayHost.StartAsync();
        await Send(host, $$""","tools":[{"name":"a","input_schema":{"type":"object"} }],"tool_choice":{"type":"{{type}}"}""");
        Assert.That(host.Turns.Request.ToolChoice.Mode.ToString(), Is.EqualTo(mode));
    }

    [TestCase("""{"model":"sonnet","messages":[{"role":"user","content":"Hi"}]}""", "max_tokens")]
    [TestCase("""{"model":"sonnet","max_tokens":5,"messages":[{"role":"system","content":"Hi"}]}""", "messages[0].role")]
    [TestCase("""{"model":"sonnet","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"http://10.0.0.1/"}}]}]}""", "messages[0].content[0].source.url")]
    [TestCase("""{"model":"sonnet","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"file","file_id":"f"}}]}]}""", "messages[0].content[0].source.type")]
    [TestCase("""{"model":"sonnet","max_tokens":5,"tools":[{"type":"web_search_20250305","name":"web_search"}],"messages":[{"role":"user","content":"Hi"}]}""", "tools[0].type")]
    public async Task A_wrong_request_is_an_error_that_names_the_member(string json, string param)
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, body, _) = await host.PostJsonAsync(Messages, json);
        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        var error = body.GetProperty("error");
        Assert.That(error.GetProperty("type").GetString(), Is.EqualTo("invalid_request_error"));
        Assert.That(error.GetProperty("message").GetString(), Does.Contain(param));
    }

    [Test]
    public async Task Tokens_are_counted_as_an_estimate_that_says_so()
    {
        await using var host = await GatewayHost.StartAsync();
        var text = string.Concat(Enumerable.Repeat("word ", 1000));
        var (status, body, response) = await host.PostJsonAsync(Messages + "/count_tokens", $$"""{"model":"sonnet","messages":[{"role":"user","content":"{{text}}"}]}""");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Headers.GetValues("X-Nexus-Estimate"), Is.EqualTo(new[] { "true" }));
        Assert.That(body.GetProperty("input_tokens").GetInt32(), Is.InRange(1000, 1500));
        var chinese = (await host.PostJsonAsync(Messages + "/count_tokens", $$"""{"model":"sonnet","messages":[{"role":"user","content":"{{new string('汉', 1000)}}"}]}""")).Body;
        Assert.That(chinese.GetProperty("input_tokens").GetInt32(), Is.InRange(900, 1200));
        Assert.That(host.Turns.Requests, Is.Empty, "Nothing is sent to the model.");
    }

    private static Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> Send(GatewayHost host, string more, int maxTokens = 100) =>
        host.PostJsonAsync(Messages, Body(more, maxTokens), static request => request.Headers.Add("anthropic-version", "2023-06-01"));

    private static string Body(string more, int maxTokens = 100) =>
        $$"""{"model":"sonnet","max_tokens":{{maxTokens}},"messages":[{"role":"user","content":"Hi"}]{{more}}}""";
}
