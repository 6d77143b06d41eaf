using System.Net;
using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Tests.Conversations;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.Responses;

[Property("gateway-row", 34)]
internal sealed class ResponseRouteTests
{
    [Test]
    public async Task A_text_is_answered_with_the_whole_object()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(ScriptedTurn.Says("Grüezi ", "東京 \U0001F680")));
        var (status, body, _) = await host.PostJsonAsync(
            "/v1/responses", """{"model":"sonnet","input":"hi","instructions":"Be brief.","metadata":{"k":"v"},"max_output_tokens":50,"temperature":0.5}""");
        Assert.Multiple(() =>
        {
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
            Assert.That(body.GetProperty("id").GetString(), Does.StartWith("resp_"));
            Assert.That(body.GetProperty("object").GetString(), Is.EqualTo("response"));
            Assert.That(body.GetProperty("status").GetString(), Is.EqualTo("completed"));
            Assert.That(body.GetProperty("error").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(body.GetProperty("incomplete_details").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(body.GetProperty("instructions").GetString(), Is.EqualTo("Be brief."));
            Assert.That(body.GetProperty("model").GetString(), Is.EqualTo("sonnet"));
            Assert.That(body.GetProperty("parallel_tool_calls").GetBoolean(), Is.True);
            Assert.That(body.GetProperty("tool_choice").GetString(), Is.EqualTo("auto"));
            Assert.That(body.GetProperty("tools").GetArrayLength(), Is.Zero);
            Assert.That(body.GetProperty("metadata").GetRawText(), Is.EqualTo("""{"k":"v"}"""));
            Assert.That(body.GetProperty("temperature").GetDouble(), Is.EqualTo(0.5));
            Assert.That(body.GetProperty("max_output_tokens").GetInt32(), Is.EqualTo(50));
            var item = body.GetProperty("output").EnumerateArray().Single();
            Assert.That((item.GetProperty("type").GetString(), item.GetProperty("role").GetString(), item.GetProperty("status").GetString()), Is.EqualTo(("message", "assistant", "completed")));
            Assert.That(item.GetProperty("content")[0].GetProperty("text").GetString(), Is.EqualTo("Grüezi 東京 \U0001F680"));
            Assert.That(body.GetProperty("usage").GetRawText(), Is.EqualTo(
                """{"input_tokens":35,"input_tokens_details":{"cached_tokens":20},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":42}"""));
        });
        var turn = host.Turns.Request;
        Assert.That((turn.System, turn.Sampling.MaxTokens, turn.Sampling.Temperature), Is.EqualTo(("Be brief.", 50, 0.5)));
    }

    [Test]
    public async Task Items_become_the_messages_of_the_turn()
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, body, _) = await host.PostJsonAsync(
            "/v1/responses",
            """
            {"model":"sonnet","input":[
              {"role":"developer","content":"Be brief."},
              {"role":"user","content":[{"type":"input_text","text":"Weather?"},{"type":"input_image","image_url":"https://x.example/i.png"}]},
              {"type":"reasoning","id":"rs_1","summary":[]},
              {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look."}]},
              {"type":"function_call","call_id":"call_1","name":"w","arguments":"{\"c\":\"P\"}"},
              {"type":"function_call","call_id":"call_2","name":"w","arguments":"{}"},
              {"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"rain"}]},
              {"type":"function_call_output","call_id":"call_1","output":"sun"}],
             "tools":[{"type":"function","name":"w","description":"d","parameters":{"type":"object","properties":{"c":{"type":"string"}}},"strict":true}],
             "tool_choice":{"type":"function","name":"w"},"parallel_tool_calls":false,
             "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"}}}}
            """);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
        var turn = host.Turns.Request;
        Assert.Multiple(() =>
        {
            Assert.That(turn.System, Is.EqualTo("Be brief."));
            Assert.That(turn.Messages.Select(message => message.Role), Is.EqualTo(new[] { TurnRole.User, TurnRole.Assistant, TurnRole.User }));
            Assert.That(turn.Messages[1].Content.Select(block => block.Type), Is.EqualTo(new[] { "text", "tool_use", "tool_use" }));
            Assert.That(turn.Messages[2].Content.OfType<ToolResultBlock>().Select(result => (result.ToolUseId, result.Text)), Is.EqualTo(new[] { ("call_2", "rain"), ("call_1", "sun") }));
            Assert.That(turn.Tools.Single().Name, Is.EqualTo("w"));
            Assert.That(turn.ToolChoice, Is.EqualTo(new ToolChoice(ToolChoiceMode.Named, "w")));
            Assert.That(turn.ParallelToolCalls, Is.False);
            Assert.That(turn.OutputSchema?.GetRawText(), Is.EqualTo("""{"type":"object"}"""));
        });
    }

    [Test]
    public async Task A_stream_has_every_event_in_its_order_with_its_number()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(
            new ScriptedTurn().Thinking("h", "m").Event(new TurnEvent.ThinkingSignature("sig")).Text("Hel", "lo").Tool("toolu_1", "f", "{\"a\"", ":1}").Tool("toolu_2", "g").End()));
        using var response = await host.PostAsync(
            "/v1/responses",
            """{"model":"sonnet","input":"hi","stream":true,"reasoning":{"effort":"low"},"include":["reasoning.encrypted_content"],"tools":[{"type":"function","name":"f"},{"type":"function","name":"g"}]}""");
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
        var events = Events(await response.Content.ReadAsStringAsync());
        Assert.Multiple(() =>
        {
            Assert.That(events.Select(one => one.GetProperty("type").GetString()!.Replace("response.", "", StringComparison.Ordinal)), Is.EqualTo(new[]
            {
                "created", "in_progress",
                "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.delta", "reasoning_summary_text.done",
                "reasoning_summary_part.done", "output_item.done",
                "output_item.added", "content_part.added", "output_text.delta", "output_text.delta", "output_text.done", "content_part.done", "output_item.done",
                "output_item.added", "function_call_arguments.delta", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
                "output_item.added", "function_call_arguments.done", "output_item.done",
                "completed",
            }));
            Assert.That(events.Select(one => one.GetProperty("sequence_number").GetInt32()), Is.EqualTo(Enumerable.Range(0, events.Count)));
            Assert.That(events.Where(one => one.TryGetProperty("output_index", out _)).Select(one => one.GetProperty("output_index").GetInt32()), Is.Ordered);
            Assert.That(events[0].GetProperty("response").GetProperty("status").GetString(), Is.EqualTo("in_progress"));
            var output = events[^1].GetProperty("response").GetProperty("output");
            Assert.That(output.EnumerateArray().Select(item => item.GetProperty("type").GetString()), Is.EqualTo(new[] { "reasoning", "message", "function_call", "function_call" }));
            Assert.That(output[0].GetProperty("summary")[0].GetProperty("text").GetString(), Is.EqualTo("hm"));
            Assert.That(output[0].GetProperty("encrypted_content").GetString(), Does.EndWith("sig"));
            Assert.That(output[2].GetProperty("arguments").GetString(), Is.EqualTo("{\"a\":1}"));
            Assert.That(output[3].GetProperty("arguments").GetString(), Is.EqualTo("{}"));
            var done = events.Where(one => one.GetProperty("type").GetString() == "response.output_item.done").Select(one => one.GetProperty("item").GetRawText());
            Assert.That(done, Is.EqualTo(output.EnumerateArray().Select(item => item.GetRawText())), "what is done is what the whole has");
        });
    }

    [Test]
    public async Task A_response_goes_on_from_another_and_thoughts_go_back_with_their_signature()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(
            new ScriptedTurn().Thinking("hm").Event(new TurnEvent.ThinkingSignature("sig")).Tool("toolu_1", "f", "{}").End(), ScriptedTurn.Says("sunny"), ScriptedTurn.Says("bye")));
        const string Tools = "\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]";
        var first = await IdAsync(host, $$"""{"model":"sonnet","input":"Weather?","instructions":"Once.",{{Tools}}}""");
        var second = await IdAsync(
            host, $$"""{"model":"sonnet","previous_response_id":"{{first}}","input":[{"type":"function_call_output","call_id":"toolu_1","output":"sun"}],{{Tools}}}""");
        await IdAsync(host, $$"""{"model":"sonnet","previous_response_id":"{{second}}","input":"thanks",{{Tools}}}""");
        var last = host.Turns.Requests[2];
        Assert.Multiple(() =>
        {
            Assert.That(last.System, Is.Null, "instructions hold for their own response");
            Assert.That(last.Messages, Has.Count.EqualTo(5));
            Assert.That(last.Messages[1].Content[0], Is.EqualTo(new ThinkingBlock { Thinking = "hm", Signature = "sig" }));
            Assert.That(last.Messages[1].Content[1], Is.InstanceOf<ToolUseBlock>());
            Assert.That(ConversationRouteTests.Texts(last).Skip(3), Is.EqualTo(new[] { "sunny", "thanks" }));
        });

        // Gone on from twice: a branch.
        await IdAsync(host, $$"""{"model":"sonnet","previous_response_id":"{{second}}","input":"other",{{Tools}}}""");
        Assert.That(ConversationRouteTests.Texts(host.Turns.Requests[3]).Last(), Is.EqualTo("other"));
        Assert.That(host.Turns.Requests[3].Messages, Has.Count.EqualTo(5));
    }

    [Test]
    public async Task It_is_found_listed_and_deleted_by_its_own_key_only()
    {
        await using var host = await ConversationRouteTests.TwoKeysAsync();
        var id = await IdAsync(host, """{"model":"sonnet","input":"hi"}""", ConversationRouteTests.As("alice"));
        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Get, "/input_items"), (HttpMethod.Delete, ""), (HttpMethod.Post, "/cancel") })
            Assert.That((await SendAsync(host, method, $"/v1/responses/{id}{path}", "bob")).Status, Is.EqualTo(HttpStatusCode.NotFound), path);
        var (error, body, _) = await host.PostJsonAsync(
            "/v1/responses", $$"""{"model":"sonnet","previous_response_id":"{{id}}","input":"hi"}""", ConversationRouteTests.As("bob"));
        Assert.That((error, body.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((HttpStatusCode.BadRequest, "previous_response_not_found")));

        Assert.That((await SendAsync(host, HttpMethod.Get, $"/v1/responses/{id}", "alice")).Body.GetProperty("status").GetString(), Is.EqualTo("completed"));
        var items = (await SendAsync(host, HttpMethod.Get, $"/v1/responses/{id}/input_items", "alice")).Body;
        Assert.That(items.GetProperty("data")[0].GetProperty("content")[0].GetProperty("text").GetString(), Is.EqualTo("hi"));
        Assert.That((await SendAsync(host, HttpMethod.Delete, $"/v1/responses/{id}", "alice")).Body.GetProperty("deleted").GetBoolean(), Is.True);
        Assert.That((await SendAsync(host, HttpMethod.Get, $"/v1/responses/{id}", "alice")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task What_is_not_to_be_stored_is_not()
    {
        await using var host = await GatewayHost.StartAsync();
        var id = await IdAsync(host, """{"model":"sonnet","input":"hi","store":false}""");
        using var found = await host.Client.GetAsync(new Uri($"/v1/responses/{id}", UriKind.Relative));
        Assert.That(found.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task An_item_may_be_referred_to_by_its_id()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Tool("toolu_1", "f", "{}").End(), ScriptedTurn.Says("ok")));
        const string Tools = "\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]";
        var (_, first, _) = await host.PostJsonAsync("/v1/responses", $$"""{"model":"sonnet","input":"hi",{{Tools}}}""");
        var call = first.GetProperty("output")[0].GetProperty("id").GetString();
        await IdAsync(
            host, $$"""{"model":"sonnet",{{Tools}},"input":[{"role":"user","content":"hi"},{"type":"item_reference","id":"{{call}}"},{"type":"function_call_output","call_id":"toolu_1","output":"x"}]}""");
        Assert.That(host.Turns.Requests[1].Messages[1].Content.Single(), Is.InstanceOf<ToolUseBlock>());
        var (status, error, _) = await host.PostJsonAsync("/v1/responses", """{"model":"sonnet","input":[{"type":"item_reference","id":"msg_no"}]}""");
        Assert.That((status, error.GetProperty("error").GetProperty("param").GetString()), Is.EqualTo((HttpStatusCode.NotFound, "input[0].id")));
    }

    [Test]
    public async Task A_reply_that_was_cut_says_so([Values] bool stream)
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("cut").End(EndReason.MaxTokens)));
        var body = await FinalAsync(host, """{"model":"sonnet","input":"hi","max_output_tokens":3""", stream, "response.incomplete");
        Assert.That((body.GetProperty("status").GetString(), body.GetProperty("incomplete_details").GetProperty("reason").GetString()), Is.EqualTo(("incomplete", "max_output_tokens")));
    }

    [Test]
    public async Task A_failure_before_the_first_piece_has_a_status([Values] bool stream)
    {
        var failure = new GatewayException(429, "rate_limit_error", "rate_limit_exceeded", "Later.") { RetryAfter = TimeSpan.FromSeconds(3) };
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(ScriptedTurn.Fails(failure)));
        using var response = await host.PostAsync("/v1/responses", $$"""{"model":"sonnet","input":"hi","stream":{{(stream ? "true" : "false")}}}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(response.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    [Test]
    public async Task A_failure_in_the_middle_of_a_stream_is_an_event()
    {
        var failure = new GatewayException(502, "server_error", "cli_exited", "The process is gone.");
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("half").Throw(failure)));
        using var response = await host.PostAsync("/v1/responses", """{"model":"sonnet","input":"hi","stream":true}""");
        var last = Events(await response.Content.ReadAsStringAsync())[^1];
        Assert.That(last.GetProperty("type").GetString(), Is.EqualTo("response.failed"));
        Assert.That(last.GetProperty("response").GetProperty("error").GetProperty("message").GetString(), Is.EqualTo("The process is gone."));
    }

    [Test]
    public async Task A_running_response_is_seen_and_cancelled()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("half").WaitForInterrupt()));
        using var response = await host.PostAsync("/v1/responses", """{"model":"sonnet","input":"hi","stream":true}""", completion: HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var id = "";
        for (string? line; !(line = await reader.ReadLineAsync())!.Contains("output_text.delta", StringComparison.Ordinal);)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal) && id.Length == 0)
                id = JsonSerializer.Deserialize<JsonElement>(line[6..]).GetProperty("response").GetProperty("id").GetString()!;
        }

        var seen = await ConversationRouteTests.GetAsync(host, $"/v1/responses/{id}");
        Assert.That((seen.GetProperty("status").GetString(), seen.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()), Is.EqualTo(("in_progress", "half")));
        var (status, cancelled, _) = await host.PostJsonAsync($"/v1/responses/{id}/cancel", "");
        Assert.That((status, cancelled.GetProperty("status").GetString()), Is.EqualTo((HttpStatusCode.OK, "cancelled")));
        Assert.That(await reader.ReadToEndAsync(), Does.Contain("\"status\":\"cancelled\""));
        Assert.That((await ConversationRouteTests.GetAsync(host, $"/v1/responses/{id}")).GetProperty("status").GetString(), Is.EqualTo("cancelled"));
        Assert.That((await host.PostJsonAsync($"/v1/responses/{id}/cancel", "")).Body.GetProperty("status").GetString(), Is.EqualTo("cancelled"), "twice does no harm");
    }

    [Test]
    public async Task Output_apart_from_the_text_is_the_text()
    {
        var output = JsonSerializer.Deserialize<JsonElement>("""{"a":1}""");
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().End(change: ended => ended with { StructuredOutput = output })));
        var (_, body, _) = await host.PostJsonAsync("/v1/responses", """{"model":"sonnet","input":"hi","text":{"format":{"type":"json_object"}}}""");
        Assert.That(body.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString(), Is.EqualTo("""{"a":1}"""));
    }

    [TestCase("""{"input":"hi"}""", 400, "model")]
    [TestCase("""{"model":"sonnet"}""", 400, "input")]
    [TestCase("""{"model":"sonnet","input":[]}""", 400, "input")]
    [TestCase("""{"model":"gpt-9","input":"hi"}""", 404, "model")]
    [TestCase("""{"model":"sonnet","input":"hi","background":true}""", 400, "background")]
    [TestCase("""{"model":"sonnet","input":"hi","tools":[{"type":"web_search"}]}""", 400, "tools[0].type")]
    [TestCase("""{"model":"sonnet","input":"hi","tool_choice":"required"}""", 400, "tool_choice")]
    [TestCase("""{"model":"sonnet","input":"hi","previous_response_id":"resp_1","conversation":"conv_1"}""", 400, "previous_response_id")]
    [TestCase("""{"model":"sonnet","input":"hi","previous_response_id":"resp_no"}""", 400, "previous_response_id")]
    [TestCase("""{"model":"sonnet","input":"hi","max_output_tokens":0}""", 400, "max_output_tokens")]
    [TestCase("""{"model":"sonnet","input":[{"type":"function_call_output","call_id":"c","output":"x"}]}""", 400, "input")]
    public async Task What_is_wrong_is_named(string request, int expected, string param)
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, error, _) = await host.PostJsonAsync("/v1/responses", request);
        Assert.That(((int)status, error.GetProperty("error").GetProperty("param").GetString()), Is.EqualTo((expected, param)), error.GetRawText());
        Assert.That(host.Turns.Requests, Is.Empty);
    }

    private static async Task<JsonElement> FinalAsync(GatewayHost host, string body, bool stream, string type)
    {
        using var response = await host.PostAsync("/v1/responses", stream ? $"{body},\"stream\":true}}" : $"{body}}}");
        var text = await response.Content.ReadAsStringAsync();
        if (!stream)
            return JsonSerializer.Deserialize<JsonElement>(text);
        var last = Events(text)[^1];
        Assert.That(last.GetProperty("type").GetString(), Is.EqualTo(type));
        return last.GetProperty("response");
    }

    private static async Task<string> IdAsync(GatewayHost host, string body, Action<HttpRequestMessage>? change = null)
    {
        var (status, response, _) = await host.PostJsonAsync("/v1/responses", body, change);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), response.GetRawText());
        return response.GetProperty("id").GetString()!;
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(GatewayHost host, HttpMethod method, string path, string name)
    {
        using var request = new HttpRequestMessage(method, path);
        ConversationRouteTests.As(name)(request);
        using var response = await host.Client.SendAsync(request);
        return (response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()));
    }

    private static List<JsonElement> Events(string stream)
    {
        var events = new List<JsonElement>();
        foreach (var block in stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(block => !block.StartsWith(':')))
        {
            var lines = block.Split('\n');
            Assert.That(lines, Has.Length.EqualTo(2));
            var json = JsonSerializer.Deserialize<JsonElement>(lines[1]["data: ".Length..]);
            Assert.That(lines[0], Is.EqualTo($"event: {json.GetProperty("type").GetString()}"));
            events.Add(json);
        }

        return events;
    }
}
