using System.Net;
using System.Text.Json;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.ChatCompletions;

internal sealed class ChatCompletionTests
{
    private const string Chat = "/v1/chat/completions";

    [Test]
    [Property("gateway-row", 1)]
    [Property("seed-row", 89)]
    public async Task A_completion_has_every_member_of_openais_object()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn { Model = "claude-sonnet-4-5-20250929" }.Text("Hel", "lo").End()));
        var (status, body, response) = await Send(host);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"));
        Assert.That(body.GetProperty("id").GetString(), Does.Match("^chatcmpl-[0-9a-f]{32}$"));
        Assert.That(body.GetProperty("object").GetString(), Is.EqualTo("chat.completion"));
        Assert.That(body.GetProperty("created").GetInt64(), Is.GreaterThan(1_700_000_000));
        Assert.That(body.GetProperty("model").GetString(), Is.EqualTo("claude-sonnet-4-5-20250929"));
        var choice = body.GetProperty("choices").EnumerateArray().Single();
        Assert.That(choice.GetRawText(), Is.EqualTo(
            """{"index":0,"message":{"role":"assistant","content":"Hello","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}"""));
    }

    [Test]
    [Property("gateway-row", 4)]
    [Property("seed-row", 90)]
    public async Task The_usage_is_the_apis_own()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn { Usage = new TurnUsage(10, 20, 5, 7) }.Text("x").End()));
        var usage = (await Send(host)).Body.GetProperty("usage");
        Assert.That(usage.GetProperty("prompt_tokens").GetInt32(), Is.EqualTo(35));
        Assert.That(usage.GetProperty("completion_tokens").GetInt32(), Is.EqualTo(7));
        Assert.That(usage.GetProperty("total_tokens").GetInt32(), Is.EqualTo(42));
        Assert.That(usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32(), Is.EqualTo(20));
        Assert.That(usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32(), Is.Zero);
        Assert.That(usage.TryGetProperty("x_cost_usd", out _), Is.False);
    }

    [Test]
    [Property("gateway-row", 45)]
    public async Task The_cost_is_told_when_asked_for()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn { CostUsd = 0.0125m }.Text("x").End()));
        var (_, body, _) = await Send(host, ",\"nexus\":{\"include_cost\":true}");
        Assert.That(body.GetProperty("usage").GetProperty("x_cost_usd").GetDecimal(), Is.EqualTo(0.0125m));
    }

    [TestCase(EndReason.EndTurn, "stop")]
    [TestCase(EndReason.StopSequence, "stop")]
    [TestCase(EndReason.MaxTokens, "length")]
    [TestCase(EndReason.ContextWindow, "length")]
    [TestCase(EndReason.ToolUse, "tool_calls")]
    [TestCase(EndReason.Refusal, "content_filter")]
    [Property("gateway-row", 15)]
    public async Task Every_end_has_one_of_openais_reasons(object reason, string expected)
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("x").End((EndReason)reason)));
        var (_, body, _) = await Send(host);
        Assert.That(body.GetProperty("choices")[0].GetProperty("finish_reason").GetString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_refusal_stands_in_refusal_and_not_in_content()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("I can't.").End(EndReason.Refusal)));
        var message = (await Send(host)).Body.GetProperty("choices")[0].GetProperty("message");
        Assert.That(message.GetProperty("content").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(message.GetProperty("refusal").GetString(), Is.EqualTo("I can't."));
    }

    [Test]
    [Property("gateway-row", 6)]
    [Property("gateway-row", 7)]
    [Property("seed-row", 101)]
    public async Task Tool_calls_come_back_with_their_ids_and_arguments()
    {
        var turn = new ScriptedTurn().Text("Let me see.").Tool("toolu_1", "weather", "{\"ci", "ty\":\"P\"}").Tool("toolu_2", "time").End();
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(turn));
        var choice = (await Send(host, Tools)).Body.GetProperty("choices")[0];
        Assert.That(choice.GetProperty("finish_reason").GetString(), Is.EqualTo("tool_calls"));
        Assert.That(choice.GetProperty("message").GetProperty("content").GetString(), Is.EqualTo("Let me see."));
        Assert.That(choice.GetProperty("message").GetProperty("tool_calls").GetRawText(), Is.EqualTo(
            """[{"id":"toolu_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"P\"}"}},{"id":"toolu_2","type":"function","function":{"name":"time","arguments":"{}"}}]"""));
    }

    [Test]
    public async Task Legacy_functions_get_a_function_call()
    {
        var turn = new ScriptedTurn().Tool("toolu_1", "weather", "{\"city\":\"P\"}").End();
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(turn));
        var choice = (await Send(host, ""","functions":[{"name":"weather","parameters":{"type":"object"}}]""")).Body.GetProperty("choices")[0];
        Assert.That(choice.GetProperty("finish_reason").GetString(), Is.EqualTo("function_call"));
        Assert.That(choice.GetProperty("message").GetProperty("content").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(choice.GetProperty("message").GetProperty("function_call").GetRawText(), Is.EqualTo("""{"name":"weather","arguments":"{\"city\":\"P\"}"}"""));
        Assert.That(host.Turns.Request.ParallelToolCalls, Is.False);
    }

    [Test]
    [Property("gateway-row", 20)]
    public async Task Reasoning_is_shown_only_when_it_was_asked_for()
    {
        var turn = new ScriptedTurn().Thinking("Hm", "m").Text("Yes").End();
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(turn));
        var quiet = (await Send(host)).Body.GetProperty("choices")[0].GetProperty("message");
        Assert.That(quiet.TryGetProperty("reasoning_content", out _), Is.False);
        Assert.That(host.Turns.Requests[0].Sampling.Reasoning, Is.Null);

        var loud = (await Send(host, ",\"reasoning_effort\":\"low\"")).Body.GetProperty("choices")[0].GetProperty("message");
        Assert.That(loud.GetProperty("reasoning_content").GetString(), Is.EqualTo("Hmm"));
        Assert.That(host.Turns.Requests[1].Sampling.Reasoning!.BudgetTokens, Is.GreaterThanOrEqualTo(1024));
    }

    [Test]
    [Property("gateway-row", 19)]
    public async Task A_json_object_loses_the_fence_that_models_put_around_it()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(ScriptedTurn.Says("```json\n", "{\"a\": 1}\n", "```")));
        var (_, body, _) = await Send(host, ",\"response_format\":{\"type\":\"json_object\"}");
        Assert.That(body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), Is.EqualTo("{\"a\": 1}"));
        Assert.That(host.Turns.Request.OutputSchema!.Value.GetRawText(), Is.EqualTo("""{"type":"object"}"""));
        Assert.That(host.Turns.Request.System, Does.Contain("JSON object"));
    }

    [Test]
    [Property("gateway-row", 18)]
    public async Task A_json_schema_reaches_the_turn_and_its_value_is_the_content()
    {
        using var value = JsonDocument.Parse("""{"a":1}""");
        var output = value.RootElement.Clone();
        var turn = new ScriptedTurn().End(change: ended => ended with { StructuredOutput = output });
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(turn));
        const string Schema = """{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}""";
        var (_, body, _) = await Send(host, $$$""","response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{{{Schema}}}}}""");
        Assert.That(body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), Is.EqualTo("""{"a":1}"""));
        Assert.That(host.Turns.Request.OutputSchema!.Value.GetRawText(), Is.EqualTo(Schema));
    }

    [Test]
    [Property("gateway-row", 13)]
    public async Task A_conversation_of_the_server_is_named_in_body_and_header()
    {
        await using var host = await GatewayHost.StartAsync();
        var (_, created, _) = await host.PostJsonAsync("/v1/conversations", "{}");
        var id = created.GetProperty("id").GetString();
        var (status, body, response) = await Send(host, $",\"conversation_id\":\"{id}\"");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
        Assert.That(body.GetProperty("conversation_id").GetString(), Is.EqualTo(id));
        Assert.That(response.Headers.GetValues("X-Nexus-Conversation-Id"), Is.EqualTo(new[] { id }));
    }

    private const string Tools =
        ""","tools":[{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object"}}},{"type":"function","function":{"name":"time"}}]""";

    private static Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> Send(GatewayHost host, string more = "") =>
        host.PostJsonAsync(Chat, $$"""{"model":"sonnet","messages":[{"role":"user","content":"Hi"}]{{more}}}""");
}
