using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.ChatCompletions;

internal sealed class ChatStreamTests
{
    private const string Chat = "/v1/chat/completions";

    [Test]
    [Property("gateway-row", 3)]
    [Property("seed-row", 95)]
    public async Task Chunks_come_in_openais_order_and_end_with_done()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(ScriptedTurn.Says("Hel", "lo")));
        using var response = await host.PostAsync(Chat, Body());
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/event-stream; charset=utf-8"));
        Assert.That(response.Headers.CacheControl!.NoCache, Is.True);
        var events = ServerSentEvent.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(events, Has.All.Matches<ServerSentEvent>(static item => item!.Name is null));
        Assert.That(events[^1].Data, Is.EqualTo("[DONE]"));
        var chunks = events.SkipLast(1).Select(static item => item.Json).ToArray();
        Assert.That(chunks.Select(static chunk => chunk.GetProperty("choices")[0].GetRawText()), Is.EqualTo(new[]
        {
            """{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}""",
            """{"index":0,"delta":{"content":"Hel"},"logprobs":null,"finish_reason":null}""",
            """{"index":0,"delta":{"content":"lo"},"logprobs":null,"finish_reason":null}""",
            """{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}""",
        }));
        Assert.That(chunks.Select(static chunk => chunk.GetProperty("id").GetString()).Distinct().Single(), Does.StartWith("chatcmpl-"));
        Assert.That(chunks.Select(static chunk => chunk.GetProperty("created").GetInt64()).Distinct().Count(), Is.EqualTo(1));
        Assert.That(chunks, Has.All.Matches<JsonElement>(static chunk =>
            chunk.GetProperty("object").GetString() == "chat.completion.chunk" && chunk.GetProperty("model").GetString() == "sonnet" && !chunk.TryGetProperty("usage", out _)));
    }

    [Test]
    [Property("gateway-row", 4)]
    [Property("seed-row", 97)]
    public async Task With_include_usage_a_chunk_without_choices_has_it_and_all_before_have_null()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn { Usage = new TurnUsage(1, 2, 3, 4) }.Text("x").End()));
        var chunks = await Chunks(host, ",\"stream_options\":{\"include_usage\":true}");
        Assert.That(chunks.SkipLast(1), Has.All.Matches<JsonElement>(static chunk => chunk.GetProperty("usage").ValueKind == JsonValueKind.Null));
        Assert.That(chunks[^1].GetProperty("choices").GetArrayLength(), Is.Zero);
        Assert.That(chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32(), Is.EqualTo(10));
    }

    [Test]
    [Property("gateway-row", 2)]
    [Property("seed-row", 96)]
    public async Task A_piece_arrives_while_the_model_still_writes()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("first").Wait(gate).Text("second").End()));
        using var response = await host.PostAsync(Chat, Body(), completion: HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        await ReadUntil(reader, "first");
        Assert.That(host.Turns.Running, Is.EqualTo(1), "The turn still runs.");
        gate.SetResult();
        Assert.That(await reader.ReadToEndAsync(), Does.Contain("second").And.EndsWith("data: [DONE]\n\n"));
    }

    [Test]
    [Property("gateway-row", 6)]
    [Property("gateway-row", 7)]
    public async Task Tool_calls_begin_with_id_type_and_name_and_count_from_zero_whatever_comes_before()
    {
        var turn = new ScriptedTurn().Thinking("Hmm").Text("Let me see.").Tool("toolu_1", "weather", "", "{\"ci", "ty\":1}").Tool("toolu_2", "time").End();
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(turn));
        var deltas = (await Chunks(host, Tools)).Select(static chunk => chunk.GetProperty("choices")[0].GetProperty("delta").GetRawText());
        Assert.That(deltas, Is.EqualTo(new[]
        {
            """{"role":"assistant","content":"","refusal":null}""",
            """{"content":"Let me see."}""",
            """{"tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"weather","arguments":""}}]}""",
            """{"tool_calls":[{"index":0,"function":{"arguments":"{\"ci"}}]}""",
            """{"tool_calls":[{"index":0,"function":{"arguments":"ty\":1}"}}]}""",
            """{"tool_calls":[{"index":1,"id":"toolu_2","type":"function","function":{"name":"time","arguments":""}}]}""",
            """{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}""",
            "{}",
        }));
    }

    [Test]
    public async Task Legacy_functions_get_function_call_deltas()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Tool("toolu_1", "f", "{}").End()));
        var choices = (await Chunks(host, ""","functions":[{"name":"f"}]""")).Select(static chunk => chunk.GetProperty("choices")[0]).ToArray();
        Assert.That(choices[1].GetProperty("delta").GetRawText(), Is.EqualTo("""{"function_call":{"name":"f","arguments":""}}"""));
        Assert.That(choices[2].GetProperty("delta").GetRawText(), Is.EqualTo("""{"function_call":{"arguments":"{}"}}"""));
        Assert.That(choices[^1].GetProperty("finish_reason").GetString(), Is.EqualTo("function_call"));
    }

    [Test]
    [Property("gateway-row", 20)]
    public async Task Reasoning_comes_in_pieces_of_its_own()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Thinking("a", "b").Text("c").End()));
        var deltas = (await Chunks(host, ",\"reasoning_effort\":\"high\"")).Select(static chunk => chunk.GetProperty("choices")[0].GetProperty("delta").GetRawText());
        Assert.That(deltas.Skip(1).Take(3), Is.EqualTo(new[] { """{"reasoning_content":"a"}""", """{"reasoning_content":"b"}""", """{"content":"c"}""" }));
    }

    [Test]
    public async Task A_failure_in_the_middle_is_an_error_object_and_no_done()
    {
        var turn = new ScriptedTurn().Text("half").Throw(new GatewayException(502, "server_error", "cli_exited", "It ended."));
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(turn));
        using var response = await host.PostAsync(Chat, Body());
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var events = ServerSentEvent.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(events[^1].Data, Is.EqualTo("""{"error":{"message":"It ended.","type":"server_error","param":null,"code":"cli_exited"}}"""));
        Assert.That(events.Select(static item => item.Data), Has.None.EqualTo("[DONE]"));
        Assert.That(events.Select(static item => item.Data), Has.None.Contains("\"finish_reason\":\"stop\""));
    }

    [Test]
    public async Task A_silent_model_gets_the_headers_out_after_one_heartbeat_and_comments_after_each()
    {
        var heartbeat = TimeSpan.FromSeconds(7);
        var clock = new HeartbeatClock(heartbeat);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await GatewayHost.StartAsync(
            new ScriptedTurns(new ScriptedTurn().Wait(gate).Text("late").End()),
            options => options.Requests.HeartbeatInterval = heartbeat,
            services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        var sending = host.PostAsync(Chat, Body(), completion: HttpCompletionOption.ResponseHeadersRead);
        await clock.Waiting;
        Assert.That(sending.IsCompleted, Is.False, "The headers wait for the first piece.");
        clock.Advance(heartbeat);
        using var response = await sending;
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        await ReadUntil(reader, ": keep-alive");
        clock.Advance(heartbeat);
        await ReadUntil(reader, ": keep-alive");
        gate.SetResult();
        Assert.That(await reader.ReadToEndAsync(), Does.Contain("late").And.EndsWith("data: [DONE]\n\n"));
    }

    [Test]
    [Property("gateway-row", 28)]
    public async Task A_client_that_goes_ends_the_turn()
    {
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("x").Wait(never).End()));
        using (var response = await host.PostAsync(Chat, Body(), completion: HttpCompletionOption.ResponseHeadersRead))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await ReadUntil(reader, "\"x\"");
        }

        await host.Turns.FirstEnded;
        Assert.That(host.Turns.Running, Is.Zero);
    }

    [Test]
    [Property("seed-row", 98)]
    [Property("gateway-row", 13)]
    public async Task A_streamed_turn_is_kept_in_its_conversation_and_names_it()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(ScriptedTurn.Says("Kept.")));
        var (_, created, _) = await host.PostJsonAsync("/v1/conversations", "{}");
        var id = created.GetProperty("id").GetString();
        using var response = await host.PostAsync(Chat, Body($",\"conversation_id\":\"{id}\""));
        var chunks = ServerSentEvent.Parse(await response.Content.ReadAsStringAsync()).SkipLast(1).Select(static item => item.Json).ToArray();
        Assert.That(response.Headers.GetValues("X-Nexus-Conversation-Id"), Is.EqualTo(new[] { id }));
        Assert.That(chunks[0].GetProperty("conversation_id").GetString(), Is.EqualTo(id));
        Assert.That(chunks[^1].GetProperty("conversation_id").GetString(), Is.EqualTo(id));
        Assert.That(await host.Client.GetStringAsync(new Uri($"/v1/conversations/{id}/items", UriKind.Relative)), Does.Contain("Kept."));
    }

    [Test]
    [Property("gateway-row", 19)]
    public async Task A_streamed_json_object_loses_its_fence_too()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(ScriptedTurn.Says("``", "`json", "\n{\"a\"", ":[`1`]}", "\n`", "``\n")));
        var chunks = await Chunks(host, ",\"response_format\":{\"type\":\"json_object\"}");
        Assert.That(Text(chunks), Is.EqualTo("{\"a\":[`1`]}"));
    }

    internal static string Text(IEnumerable<JsonElement> chunks) => string.Concat(chunks
        .Where(static chunk => chunk.GetProperty("choices").GetArrayLength() > 0)
        .Select(static chunk => chunk.GetProperty("choices")[0].GetProperty("delta"))
        .Select(static delta => delta.TryGetProperty("content", out var content) ? content.GetString() : ""));

    private const string Tools = ""","tools":[{"type":"function","function":{"name":"weather"}},{"type":"function","function":{"name":"time"}}]""";

    private static async Task<JsonElement[]> Chunks(GatewayHost host, string more = "")
    {
        using var response = await host.PostAsync(Chat, Body(more));
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return [.. ServerSentEvent.Parse(text).SkipLast(1).Select(static item => item.Json)];
    }

    private static async Task ReadUntil(StreamReader reader, string text)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"The stream ended without '{text}'.");
    }

    private static string Body(string more = "") => $$"""{"model":"sonnet","stream":true,"messages":[{"role":"user","content":"Hi"}]{{more}}}""";
}
