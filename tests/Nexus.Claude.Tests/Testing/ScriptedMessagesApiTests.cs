using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Testing;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ScriptedMessagesApiTests : IAsyncDisposable
{
    private ScriptedMessagesApi _api = null!;
    private MessagesApiClient _client = null!;

    [SetUp]
    public async Task Start()
    {
        _api = await ScriptedMessagesApi.StartAsync();
        _client = new MessagesApiClient(_api);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    [Test]
    public async Task Text_is_streamed_word_by_word_with_the_events_of_the_Messages_API_in_their_order()
    {
        _api.Enqueue(ScriptedReply.Text("Grüße aus 東京 🙂").WithUsage(new ScriptedUsage(100, 20, 5, 6)));

        var events = await _client.StreamAsync("hi");

        Assert.That(events.Select(e => e.Event), Is.EqualTo((string[])
            ["message_start", "content_block_start", "ping", "content_block_delta", "content_block_delta", "content_block_delta", "content_block_delta",
                "content_block_stop", "message_delta", "message_stop"]));
        Assert.That(events.Select(e => e.Data.GetProperty("type").GetString()), Is.EqualTo(events.Select(e => e.Event)));
        var message = events[0].Data.GetProperty("message");
        Assert.That(message.GetProperty("model").GetString(), Is.EqualTo("claude-test"));
        Assert.That(message.GetProperty("usage").GetProperty("cache_read_input_tokens").GetInt32(), Is.EqualTo(5));
        Assert.That(message.GetProperty("usage").GetProperty("cache_creation_input_tokens").GetInt32(), Is.EqualTo(6));
        Assert.That(Deltas(events, "text"), Is.EqualTo("Grüße aus 東京 🙂"));
        var last = events[^2].Data;
        Assert.That(last.GetProperty("delta").GetProperty("stop_reason").GetString(), Is.EqualTo("end_turn"));
        Assert.That(last.GetProperty("usage").GetProperty("output_tokens").GetInt32(), Is.EqualTo(20));
    }

    [Test]
    public async Task Thinking_comes_with_its_signature_before_the_text()
    {
        _api.Enqueue(ScriptedReply.Thinking("let me see", "c2ln").ThenText("done"));

        var events = await _client.StreamAsync("hi");

        Assert.That(Deltas(events, "thinking"), Is.EqualTo("let me see"));
        Assert.That(Deltas(events, "signature"), Is.EqualTo("c2ln"));
        Assert.That(Deltas(events, "text"), Is.EqualTo("done"));
        var starts = events.Where(e => e.Event == "content_block_start").Select(e => e.Data.GetProperty("content_block").GetProperty("type").GetString());
        Assert.That(starts, Is.EqualTo((string[])["thinking", "text"]));
    }

    [Test]
    public async Task Parallel_tool_calls_have_their_own_blocks_and_ids_and_inputs_that_parse_once_joined()
    {
        _api.Enqueue(ScriptedReply.Text("Both.").ThenToolUse("Read", """{"file_path":"/a 🙂"}""").ThenToolUse("Bash", """{"command":"ls"}""", "toolu_mine"));

        var events = await _client.StreamAsync("hi");

        var tools = events.Where(e => e.Event == "content_block_start" && e.Data.GetProperty("index").GetInt32() > 0)
            .Select(e => e.Data.GetProperty("content_block")).ToList();
        Assert.That(tools.Select(t => t.GetProperty("name").GetString()), Is.EqualTo((string[])["Read", "Bash"]));
        Assert.That(tools[1].GetProperty("id").GetString(), Is.EqualTo("toolu_mine"));
        Assert.That(tools[0].GetProperty("id").GetString(), Is.Not.EqualTo("toolu_mine").And.StartsWith("toolu_"));
        foreach (var (index, expected) in new[] { (1, """{"file_path":"/a 🙂"}"""), (2, """{"command":"ls"}""") })
        {
            var fragments = events.Where(e => e.Event == "content_block_delta" && e.Data.GetProperty("index").GetInt32() == index)
                .Select(e => e.Data.GetProperty("delta").GetProperty("partial_json").GetString());
            Assert.That(string.Concat(fragments), Is.EqualTo(expected));
        }

        Assert.That(events[^2].Data.GetProperty("delta").GetProperty("stop_reason").GetString(), Is.EqualTo("tool_use"));
    }

    [Test]
    public async Task A_request_that_does_not_stream_gets_one_whole_message()
    {
        _api.Enqueue(ScriptedReply.Text("cut").ThenToolUse("Bash", """{"command":"ls"}""").WithStopReason("max_tokens").WithModel("claude-other"));

        using var response = await _client.PostAsync(MessagesApiClient.Request("hi", stream: false));
        var message = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.That(response.Headers.GetValues("request-id").Single(), Does.StartWith("req_"));
        Assert.That(message.GetProperty("model").GetString(), Is.EqualTo("claude-other"));
        Assert.That(message.GetProperty("stop_reason").GetString(), Is.EqualTo("max_tokens"));
        Assert.That(message.GetProperty("content")[0].GetProperty("text").GetString(), Is.EqualTo("cut"));
        Assert.That(message.GetProperty("content")[1].GetProperty("input").GetProperty("command").GetString(), Is.EqualTo("ls"));
    }

    [TestCase(400, "invalid_request_error")]
    [TestCase(401, "authentication_error")]
    [TestCase(403, "permission_error")]
    [TestCase(404, "not_found_error")]
    [TestCase(429, "rate_limit_error")]
    [TestCase(500, "api_error")]
    [TestCase(529, "overloaded_error")]
    public async Task An_error_has_its_status_its_type_and_the_API_s_body(int status, string type)
    {
        _api.Enqueue(ScriptedReply.Error(status, "as scripted", retryAfter: TimeSpan.FromSeconds(1.5)));

        using var response = await _client.PostAsync(MessagesApiClient.Request("hi", stream: true));
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(body.GetProperty("type").GetString(), Is.EqualTo("error"));
        Assert.That(body.GetProperty("error").GetProperty("type").GetString(), Is.EqualTo(type));
        Assert.That(body.GetProperty("error").GetProperty("message").GetString(), Is.EqualTo("as scripted"));
        Assert.That(response.Headers.GetValues("retry-after").Single(), Is.EqualTo("2"));
    }

    [Test]
    public async Task An_error_in_mid_stream_is_an_event_after_as_many_events_as_scripted()
    {
        _api.Enqueue(ScriptedReply.Text("a b c d").ErrorMidStream(3, "overloaded_error", "too much"));

        var events = await _client.StreamAsync("hi");

        Assert.That(events.Select(e => e.Event), Is.EqualTo((string[])["message_start", "content_block_start", "ping", "content_block_delta", "error"]));
        Assert.That(events[^1].Data.GetProperty("error").GetProperty("message").GetString(), Is.EqualTo("too much"));
        Assert.That(await _api.Requests[0].Outcome, Is.EqualTo(ReplyOutcome.BrokenOff));
    }

    [Test]
    public async Task A_cut_off_stream_breaks_the_connection_after_as_many_events_as_scripted()
    {
        _api.Enqueue(ScriptedReply.Text("a b c d").CutOff(3));
        using var response = await _client.PostAsync(MessagesApiClient.Request("hi", stream: true));

        List<string> seen = [];
        Assert.That(
            async () =>
            {
                await foreach (var (name, _) in MessagesApiClient.EventsAsync(response))
                    seen.Add(name);
            },
            Throws.InstanceOf<IOException>());
        Assert.That(seen, Is.EqualTo((string[])["message_start", "content_block_start", "ping", "content_block_delta"]));
    }

    [Test]
    public async Task A_truncated_stream_ends_in_good_order_without_its_last_event()
    {
        _api.Enqueue(ScriptedReply.Text("a b").Truncated());

        var events = await _client.StreamAsync("hi");

        Assert.That(events[^1].Event, Is.EqualTo("message_delta"));
    }

    [Test]
    public async Task A_gate_holds_the_stream_until_the_test_opens_it()
    {
        var gate = new ScriptedGate();
        _api.Enqueue(ScriptedReply.Text("a b c").WaitFor(gate, afterEvents: 3));
        using var response = await _client.PostAsync(MessagesApiClient.Request("hi", stream: true));
        await using var events = MessagesApiClient.EventsAsync(response).GetAsyncEnumerator();
        for (int i = 0; i < 4; i++)
            await events.MoveNextAsync();
        await gate.Reached;

        var next = events.MoveNextAsync().AsTask();
        bool held = !next.IsCompleted && !_api.Requests[0].Outcome.IsCompleted;
        gate.Open();
        await next;

        Assert.That(held, Is.True);
        Assert.That(events.Current.Data.GetProperty("delta").GetProperty("text").GetString(), Is.EqualTo("b "));
    }

    [Test]
    public async Task A_gate_before_the_first_event_holds_even_the_status_line()
    {
        var gate = new ScriptedGate();
        _api.Enqueue(ScriptedReply.Error(500).WaitFor(gate));

        var response = _client.PostAsync(MessagesApiClient.Request("hi", stream: true));
        await gate.Reached;
        bool held = !response.IsCompleted;
        gate.Open();

        Assert.That(held, Is.True);
        Assert.That((await response).StatusCode, Is.EqualTo(HttpStatusCode.InternalServerError));
    }

    [Test]
    public async Task A_slow_stream_keeps_to_the_time_provider()
    {
        var time = new FakeTimeProvider();
        await using var api = await ScriptedMessagesApi.StartAsync(time);
        using var client = new MessagesApiClient(api);
        api.Enqueue(ScriptedReply.Text("a").Slow(TimeSpan.FromHours(1)));
        using var response = await client.PostAsync(MessagesApiClient.Request("hi", stream: true));
        await using var events = MessagesApiClient.EventsAsync(response).GetAsyncEnumerator();
        await events.MoveNextAsync();

        int count = 1;
        while (true)
        {
            var next = events.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                time.Advance(TimeSpan.FromHours(1));
                await Task.Yield();
            }

            if (!await next)
                break;
            count++;
        }

        Assert.That(count, Is.EqualTo(7));
        Assert.That(time.GetUtcNow() - time.Start, Is.GreaterThanOrEqualTo(TimeSpan.FromHours(5)));
    }

    [Test]
    public async Task The_client_going_away_is_seen_in_the_outcome()
    {
        var gate = new ScriptedGate();
        _api.Enqueue(ScriptedReply.Text("a b c").WaitFor(gate, afterEvents: 2));
        var response = await _client.PostAsync(MessagesApiClient.Request("hi", stream: true));
        await gate.Reached;

        response.Dispose();

        Assert.That(await _api.Requests[0].Outcome, Is.EqualTo(ReplyOutcome.ClientGone));
    }

    [Test]
    public async Task A_rule_goes_before_the_queue_and_the_queue_before_the_default()
    {
        _api.When(request => request.LastUserText.Contains("rule", StringComparison.Ordinal), ScriptedReply.Text("by rule"));
        _api.Enqueue(ScriptedReply.Text("queued"), times: 2);
        _api.Default = request => ScriptedReply.Text("default for " + request.LastUserText);

        Assert.That(await AskAsync("the rule"), Is.EqualTo("by rule"));
        Assert.That(_api.PendingReplies, Is.EqualTo(2));
        Assert.That(await AskAsync("one"), Is.EqualTo("queued"));
        Assert.That(await AskAsync("two"), Is.EqualTo("queued"));
        Assert.That(await AskAsync("three"), Is.EqualTo("default for three"));
    }

    [Test]
    public async Task The_default_answer_repeats_the_question_and_is_always_the_same()
    {
        string first = await AskAsync("What is 2 + 2?");

        Assert.That(first, Does.Contain("What is 2 + 2?").And.Contain("scripted model"));
        Assert.That(await AskAsync("What is 2 + 2?"), Is.EqualTo(first));
    }

    [Test]
    public async Task The_default_answer_fills_in_what_a_schema_for_typed_output_requires()
    {
        const string Request = """
            {"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"name":"StructuredOutput","input_schema":{"type":"object",
            "required":["n","s","e","list","o"],"properties":{"n":{"type":"integer","minimum":3},"s":{"type":["string","null"]},"e":{"enum":["red","blue"]},
            "list":{"type":"array"},"o":{"type":"object","required":["b"],"properties":{"b":{"type":"boolean"}}}}}}]}
            """;
        using var response = await _client.PostAsync(Request);
        var block = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("content")[0];

        Assert.That(block.GetProperty("name").GetString(), Is.EqualTo("StructuredOutput"));
        Assert.That(block.GetProperty("input").GetRawText(), Is.EqualTo("""{"n":3,"s":"scripted","e":"red","list":[],"o":{"b":false}}"""));
    }

    [TestCase("""{"tools":[],"system":[{"type":"text","text":"You are naming a coding session so"}],"messages":[{"role":"user","content":"x"}]}""", RequestKind.SessionTitle)]
    [TestCase("""{"output_config":{"format":{"type":"json_schema","schema":{"properties":{"title":{}}}}},"messages":[{"role":"user","content":"x"}]}""", RequestKind.SessionTitle)]
    [TestCase("""{"tools":[{"name":"Bash"}],"messages":[{"role":"user","content":[{"type":"text","text":"<system-reminder>This is a side question from the user."}]}]}""", RequestKind.SideQuestion)]
    [TestCase("""{"tools":[{"name":"Bash"}],"messages":[{"role":"user","content":"CRITICAL: Respond with TEXT ONLY. Do"}]}""", RequestKind.Compaction)]
    [TestCase("""{"max_tokens":1,"messages":[{"role":"user","content":"quota"}]}""", RequestKind.Auxiliary)]
    public async Task Side_requests_are_told_apart_and_take_nothing_from_the_queue(string body, RequestKind kind)
    {
        _api.Enqueue(ScriptedReply.Text("for the conversation"));

        using var response = await _client.PostAsync(body);

        Assert.That(response.IsSuccessStatusCode, Is.True);
        Assert.That(_api.Requests.Single().Kind, Is.EqualTo(kind));
        Assert.That(_api.PendingReplies, Is.EqualTo(1));
    }

    [Test]
    public async Task A_request_is_recorded_as_it_came()
    {
        using var response = await _client.PostAsync(MessagesApiClient.Request("What is \"this\"?", stream: true));

        var request = await _api.WaitForRequestAsync();
        Assert.Multiple(() =>
        {
            Assert.That(request.Number, Is.EqualTo(1));
            Assert.That(request.Method, Is.EqualTo("POST"));
            Assert.That(request.Path, Is.EqualTo("/v1/messages"));
            Assert.That(request.Headers["content-type"], Does.StartWith("application/json"));
            Assert.That(request.Model, Is.EqualTo("claude-test"));
            Assert.That(request.System, Is.EqualTo("You test."));
            Assert.That(request.ToolNames, Is.EqualTo((string[])["Bash"]));
            Assert.That(request.LastUserText, Is.EqualTo("What is \"this\"?"));
            Assert.That(request.IsStreaming, Is.True);
            Assert.That(request.Kind, Is.EqualTo(RequestKind.Conversation));
        });
    }

    [Test]
    public async Task Tool_results_are_read_from_the_newest_user_message_and_its_text_from_the_newest_that_has_one()
    {
        const string Body = """
            {"messages":[{"role":"user","content":"run it"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"Bash","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"out"}]},{"role":"system","content":"# Environment"}]}
            """;
        using var response = await _client.PostAsync(Body);

        var request = _api.Requests.Single();
        Assert.That(request.ToolResults.Single().GetProperty("content").GetString(), Is.EqualTo("out"));
        Assert.That(request.LastUserText, Is.EqualTo("run it"));
    }

    [Test]
    public async Task Waiting_for_a_request_ends_when_one_that_fits_arrives()
    {
        var waiting = _api.WaitForRequestAsync(request => request.LastUserText == "second");
        await AskAsync("first");
        Assert.That(waiting.IsCompleted, Is.False);

        await AskAsync("second");

        Assert.That((await waiting).LastUserText, Is.EqualTo("second"));
    }

    [Test]
    public async Task Token_counts_and_probes_are_answered_and_unknown_paths_are_not_found()
    {
        _api.TokenCount = _ => 77;

        using var count = await _client.PostAsync("""{"model":"m","messages":[]}""", "/v1/messages/count_tokens?beta=true");
        using var head = await _client.SendAsync(HttpMethod.Head, "/api/hello");
        using var root = await _client.SendAsync(HttpMethod.Get, "/");
        using var unknown = await _client.SendAsync(HttpMethod.Get, "/v1/other");

        Assert.That(await count.Content.ReadAsStringAsync(), Is.EqualTo("""{"input_tokens":77}"""));
        Assert.That(head.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(root.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await unknown.Content.ReadAsStringAsync(), Does.Contain("not_found_error"));
        Assert.That(_api.ConversationRequests, Is.Empty);
    }

    [Test]
    public async Task A_responder_that_throws_is_a_400_with_its_message()
    {
        _api.Default = _ => throw new InvalidOperationException("my own fault");

        using var response = await _client.PostAsync(MessagesApiClient.Request("hi", stream: true));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("my own fault"));
    }

    [TestCase("")]
    [TestCase("not json")]
    [TestCase("[1]")]
    public async Task A_body_that_is_no_JSON_object_is_a_400(string body)
    {
        using var response = await _client.PostAsync(body);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Disposing_ends_held_streams_and_those_who_wait()
    {
        var gate = new ScriptedGate();
        _api.Enqueue(ScriptedReply.Text("a").WaitFor(gate));
        var response = _client.PostAsync(MessagesApiClient.Request("hi", stream: true));
        var waiting = _api.WaitForRequestAsync(request => request.Number == 99);
        await gate.Reached;
        var held = _api.Requests[0];

        await _api.DisposeAsync();

        Assert.That(async () => await response, Throws.InstanceOf<HttpRequestException>());
        Assert.That(async () => await waiting, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(await held.Outcome, Is.EqualTo(ReplyOutcome.Stopped));
    }

    [Test]
    public void A_tool_input_must_be_a_JSON_object()
    {
        Assert.That(() => ScriptedReply.ToolUse("Bash", "[1]"), Throws.ArgumentException);
        Assert.That(() => ScriptedReply.ToolUse("Bash", "{"), Throws.ArgumentException);
    }

    [Test]
    public async Task A_hundred_requests_at_once_are_all_answered_and_recorded()
    {
        _api.Default = request => ScriptedReply.Text(request.LastUserText);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => AskAsync($"n{i}")));

        Assert.That(answers, Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"n{i}")));
        Assert.That(_api.Requests, Has.Count.EqualTo(100));
    }

    private async Task<string> AskAsync(string prompt)
    {
        using var response = await _client.PostAsync(MessagesApiClient.Request(prompt, stream: false));
        var message = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return message.GetProperty("content")[0].GetProperty("text").GetString()!;
    }

    private static string Deltas(List<(string Event, JsonElement Data)> events, string member)
    {
        var text = new StringBuilder();
        foreach (var (name, data) in events)
        {
            if (name == "content_block_delta" && data.GetProperty("delta").TryGetProperty(member, out var value))
                text.Append(value.GetString());
        }

        return text.ToString();
    }
}
