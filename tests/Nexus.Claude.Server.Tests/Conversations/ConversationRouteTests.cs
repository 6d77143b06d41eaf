using System.Net;
using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.Conversations;

[Property("seed-row", 106)]
[Property("gateway-row", 13)]
internal sealed class ConversationRouteTests
{
    [Test]
    public async Task One_is_made_found_changed_listed_and_deleted()
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, made, _) = await host.PostJsonAsync("/v1/conversations", """{"metadata":{"topic":"東京"},"model":"sonnet"}""");
        var id = made.GetProperty("id").GetString()!;
        Assert.Multiple(() =>
        {
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(id, Does.StartWith("conv_"));
            Assert.That(made.GetProperty("object").GetString(), Is.EqualTo("conversation"));
            Assert.That(made.GetProperty("created_at").ValueKind, Is.EqualTo(JsonValueKind.Number));
            Assert.That(made.GetProperty("metadata").GetProperty("topic").GetString(), Is.EqualTo("東京"));
            Assert.That(made.GetProperty("message_count").GetInt32(), Is.Zero);
            Assert.That(made.GetProperty("nexus").GetProperty("model").GetString(), Is.EqualTo("sonnet"));
        });

        await host.PostJsonAsync($"/v1/conversations/{id}", """{"metadata":{"a":"b"}}""");
        var found = await GetAsync(host, $"/v1/conversations/{id}");
        Assert.That(found.GetProperty("metadata").GetRawText(), Is.EqualTo("""{"a":"b"}"""));
        var list = await GetAsync(host, "/v1/conversations");
        Assert.That(list.GetProperty("data")[0].GetProperty("id").GetString(), Is.EqualTo(id));
        Assert.That(list.GetProperty("conversations")[0].GetProperty("id").GetString(), Is.EqualTo(id), "what the seed's clients read");

        var deleted = await ReadAsync(await host.Client.DeleteAsync(new Uri($"/v1/conversations/{id}", UriKind.Relative)));
        Assert.That((deleted.GetProperty("object").GetString(), deleted.GetProperty("deleted").GetBoolean()), Is.EqualTo(("conversation.deleted", true)));
        Assert.That(await host.Client.GetAsync(new Uri($"/v1/conversations/{id}", UriKind.Relative)), Has.Property("StatusCode").EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task No_body_at_all_makes_one()
    {
        await using var host = await GatewayHost.StartAsync();
        using var nothing = await host.Client.PostAsync(new Uri("/v1/conversations", UriKind.Relative), content: null);
        Assert.That(nothing.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Items_are_added_paged_found_and_deleted()
    {
        await using var host = await GatewayHost.StartAsync();
        var id = await MakeAsync(host, """{"items":[{"role":"user","content":"1"}]}""");
        var (_, added, _) = await host.PostJsonAsync(
            $"/v1/conversations/{id}/items",
            """
            {"items":[
              {"type":"message","role":"assistant","content":[{"type":"output_text","text":"2"}]},
              {"type":"function_call","call_id":"call_1","name":"f","arguments":"{\"a\":1}"},
              {"type":"function_call_output","call_id":"call_1","output":"3"},
              {"role":"user","content":[{"type":"input_text","text":"4"},{"type":"input_image","image_url":"https://x.example/i.png"}]}]}
            """);
        Assert.That(added.GetProperty("data").GetArrayLength(), Is.EqualTo(4));

        var newest = await GetAsync(host, $"/v1/conversations/{id}/items?limit=2");
        Assert.That(newest.GetProperty("data")[0].GetProperty("content")[1].GetProperty("image_url").GetString(), Is.EqualTo("https://x.example/i.png"));
        Assert.That(newest.GetProperty("has_more").GetBoolean(), Is.True);
        var rest = await GetAsync(host, $"/v1/conversations/{id}/items?order=desc&after={newest.GetProperty("last_id").GetString()}");
        Assert.That(rest.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("type").GetString()), Is.EqualTo(new[] { "function_call", "message", "message" }));
        Assert.That(rest.GetProperty("data")[0].GetProperty("arguments").GetString(), Is.EqualTo("{\"a\":1}"));
        Assert.That(rest.GetProperty("has_more").GetBoolean(), Is.False);

        var item = added.GetProperty("data")[0].GetProperty("id").GetString();
        Assert.That((await GetAsync(host, $"/v1/conversations/{id}/items/{item}")).GetProperty("content")[0].GetProperty("text").GetString(), Is.EqualTo("2"));
        var after = await ReadAsync(await host.Client.DeleteAsync(new Uri($"/v1/conversations/{id}/items/{item}", UriKind.Relative)));
        Assert.That(after.GetProperty("message_count").GetInt32(), Is.EqualTo(4));
        using var gone = await host.Client.GetAsync(new Uri($"/v1/conversations/{id}/items/{item}", UriKind.Relative));
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("""{"items":[{"role":"nobody","content":"x"}]}""", "items[0].role")]
    [TestCase("""{"items":[{"type":"web_search_call"}]}""", "items[0].type")]
    [TestCase("""{"items":[{"role":"user","content":[{"type":"input_image","image_url":"/etc/passwd"}]}]}""", "items[0].content[0].image_url")]
    [TestCase("""{"metadata":{"a":1}}""", "metadata.a")]
    [TestCase("""{"metadata":[]}""", "metadata")]
    public async Task What_is_not_understood_is_named(string body, string param)
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, error, _) = await host.PostJsonAsync("/v1/conversations", body);
        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(error.GetProperty("error").GetProperty("param").GetString(), Is.EqualTo(param));
    }

    [Test]
    [Property("seed-row", 107)]
    public async Task A_project_folder_needs_the_keys_leave()
    {
        var folder = Directory.CreateTempSubdirectory("nexus-project-").FullName;
        try
        {
            await using var host = await TwoKeysAsync(configure: options => options.Security.Keys[0].WorkingDirectories = [folder]);
            var body = JsonSerializer.Serialize(new Dictionary<string, string> { ["project_path"] = folder });
            var (status, made, _) = await host.PostJsonAsync("/v1/conversations", body, As("alice"));
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That((await host.PostJsonAsync("/v1/conversations", body, As("bob"))).Status, Is.EqualTo(HttpStatusCode.Forbidden));

            await RespondAsync(host, made.GetProperty("id").GetString()!, "hi", As("alice"));
            Assert.That(host.Turns.Request.WorkingDirectory, Is.EqualTo(folder));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Test]
    public async Task Two_keys_cannot_see_each_others_conversations()
    {
        await using var host = await TwoKeysAsync();
        var (_, made, _) = await host.PostJsonAsync("/v1/conversations", "{}", As("alice"));
        var id = made.GetProperty("id").GetString()!;
        foreach (var path in new[] { $"/v1/conversations/{id}", $"/v1/conversations/{id}/items" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            As("bob")(request);
            using var response = await host.Client.SendAsync(request);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), path);
        }

        Assert.That((await RespondAsync(host, id, "hi", As("bob"))).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(host.Turns.Requests, Is.Empty);
        Assert.That((await RespondAsync(host, id, "hi", As("alice"))).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    [Property("seed-row", 103)]
    public async Task The_second_turn_remembers_the_first()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(ScriptedTurn.Says("Hello ", "Ann."), ScriptedTurn.Says("You are Ann.")));
        var id = await MakeAsync(host);
        await RespondAsync(host, id, "I am Ann.");
        await RespondAsync(host, id, "Who am I?");
        Assert.That(Texts(host.Turns.Requests[1]), Is.EqualTo(new[] { "I am Ann.", "Hello Ann.", "Who am I?" }));
        var kept = await GetAsync(host, $"/v1/conversations/{id}");
        Assert.That((kept.GetProperty("message_count").GetInt32(), kept.GetProperty("nexus").GetProperty("turn_count").GetInt32()), Is.EqualTo((4, 2)));
        Assert.That(kept.GetProperty("nexus").GetProperty("total_tokens").GetInt64(), Is.EqualTo(2 * 42));
    }

    [Test]
    [Property("seed-row", 98)]
    public async Task A_streamed_turn_is_kept_as_any_other()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Thinking("hm").Text("Hel", "lo.").Tool("toolu_1", "f", "{}").End()));
        var id = await MakeAsync(host);
        using var response = await host.PostAsync("/v1/responses", $$"""{"model":"sonnet","conversation":"{{id}}","input":"hi","stream":true,"tools":[{"type":"function","name":"f"}]}""");
        await response.Content.ReadAsStringAsync();
        var items = await GetAsync(host, $"/v1/conversations/{id}/items?order=asc");
        Assert.That(items.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("type").GetString()), Is.EqualTo(new[] { "message", "reasoning", "message", "function_call" }));
    }

    [Test]
    [Property("seed-row", 98)]
    [Property("seed-row", 105)]
    public async Task A_chat_that_resends_all_and_streams_has_each_message_once()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(ScriptedTurn.Says("B "), ScriptedTurn.Says("D"), ScriptedTurn.Says("F")));
        var id = await MakeAsync(host);
        const string A = """{"role":"system","content":"s"},{"role":"user","content":"a"}""";
        const string C = """{"role":"assistant","content":"B"},{"role":"user","content":"c"}""";
        const string E = """{"role":"assistant","content":"D"},{"role":"user","content":"e"}""";
        foreach (var messages in new[] { A, $"{A},{C}", $"{A},{C},{E}" })
        {
            using var response = await host.PostAsync(
                "/v1/chat/completions", $$"""{"model":"sonnet","conversation_id":"{{id}}","stream":true,"messages":[{{messages}}]}""");
            Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(id).And.EndsWith("data: [DONE]\n\n"));
        }

        Assert.That(Texts(host.Turns.Requests[2]), Is.EqualTo(new[] { "a", "B ", "c", "D", "e" }));
        Assert.That(host.Turns.Requests[2].System, Is.EqualTo("s"));
        Assert.That((await GetAsync(host, $"/v1/conversations/{id}")).GetProperty("message_count").GetInt32(), Is.EqualTo(7), "with the system prompt");
    }

    [Test]
    public async Task A_chat_may_answer_a_call_of_its_conversation_with_the_result_alone()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Tool("toolu_1", "f", "{}").End(), ScriptedTurn.Says("sunny")));
        var id = await MakeAsync(host);
        const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";
        await host.PostAsync("/v1/chat/completions", $$"""{"model":"sonnet","conversation_id":"{{id}}",{{Tools}},"messages":[{"role":"user","content":"a"}]}""");
        var (status, body, _) = await host.PostJsonAsync(
            "/v1/chat/completions", $$"""{"model":"sonnet","conversation_id":"{{id}}",{{Tools}},"messages":[{"role":"tool","tool_call_id":"toolu_1","content":"sun"}]}""");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
        Assert.That(host.Turns.Requests[1].Messages[1].Content.Single(), Is.InstanceOf<ToolUseBlock>());
    }

    [Test]
    [Property("seed-row", 104)]
    public async Task An_unknown_conversation_is_told_before_anything_runs([Values] bool stream)
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, error, _) = await host.PostJsonAsync("/v1/responses", $$"""{"model":"sonnet","conversation":"conv_no","input":"hi","stream":{{(stream ? "true" : "false")}}}""");
        Assert.That(status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(error.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("conversation_not_found"));
        Assert.That(host.Turns.Requests, Is.Empty);
    }

    [Test]
    public async Task A_turn_that_fails_leaves_the_log_as_it_was()
    {
        var failure = new GatewayException(502, "server_error", "cli_exited", "Gone.");
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(
            ScriptedTurn.Fails(failure), new ScriptedTurn().Text("half").Throw(failure), new ScriptedTurn().Text("stopped").End(EndReason.Interrupted), ScriptedTurn.Says("well")));
        var id = await MakeAsync(host);
        Assert.That((await RespondAsync(host, id, "1")).Status, Is.EqualTo(HttpStatusCode.BadGateway));
        Assert.That((await RespondAsync(host, id, "2")).Status, Is.EqualTo(HttpStatusCode.BadGateway));
        await RespondAsync(host, id, "3");
        await RespondAsync(host, id, "4");
        Assert.That(Texts(host.Turns.Requests[3]), Is.EqualTo(new[] { "4" }));
    }

    [Test]
    public async Task Turns_of_one_conversation_wait_for_each_other()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("1").Wait(gate).End(), ScriptedTurn.Says("2")));
        var id = await MakeAsync(host);
        using var stream = await host.PostAsync(
            "/v1/responses", $$"""{"model":"sonnet","conversation":"{{id}}","input":"a","stream":true}""", completion: HttpCompletionOption.ResponseHeadersRead);
        var second = RespondAsync(host, id, "b");
        Assert.That(host.Turns.Requests, Has.Count.EqualTo(1));
        gate.SetResult();
        await stream.Content.ReadAsStringAsync();
        await second;
        Assert.That(Texts(host.Turns.Requests[1]), Is.EqualTo(new[] { "a", "1", "b" }));
    }

    [Test]
    public async Task By_option_a_second_turn_is_refused_instead()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await GatewayHost.StartAsync(
            new ScriptedTurns(new ScriptedTurn().Text("1").Wait(gate).End()), options => options.Conversations.WhenBusy = BusyConversation.Reject);
        var id = await MakeAsync(host);
        using var stream = await host.PostAsync(
            "/v1/responses", $$"""{"model":"sonnet","conversation":"{{id}}","input":"a","stream":true}""", completion: HttpCompletionOption.ResponseHeadersRead);
        Assert.That((await RespondAsync(host, id, "b")).Status, Is.EqualTo(HttpStatusCode.Conflict));
        gate.SetResult();
        await stream.Content.ReadAsStringAsync();
    }

    [Test]
    [Property("seed-row", 125)]
    public async Task A_running_turn_is_interrupted_by_its_conversation()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("1").WaitForInterrupt()));
        var id = await MakeAsync(host);
        using var stream = await host.PostAsync(
            "/v1/responses", $$"""{"model":"sonnet","conversation":"{{id}}","input":"a","stream":true}""", completion: HttpCompletionOption.ResponseHeadersRead);
        var (status, body, _) = await host.PostJsonAsync($"/v1/sessions/{id}/interrupt", "");
        Assert.That((status, body.GetProperty("status").GetString(), body.GetProperty("conversation_id").GetString()), Is.EqualTo((HttpStatusCode.OK, "interrupted", id)));
        Assert.That(await stream.Content.ReadAsStringAsync(), Does.Contain("\"status\":\"cancelled\""));
        Assert.That((await host.PostJsonAsync($"/v1/sessions/{id}/interrupt", "")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_conversation_that_is_full_is_told_before_anything_runs()
    {
        await using var host = await GatewayHost.StartAsync(configure: options => options.Conversations.MaxItems = 2);
        var id = await MakeAsync(host);
        Assert.That((await RespondAsync(host, id, "a")).Status, Is.EqualTo(HttpStatusCode.OK));
        var (status, error, _) = await RespondAsync(host, id, "b");
        Assert.That((status, error.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((HttpStatusCode.BadRequest, "conversation_too_long")));
        Assert.That(host.Turns.Requests, Has.Count.EqualTo(1));
    }

    internal static Task<GatewayHost> TwoKeysAsync(ScriptedTurns? turns = null, Action<NexusClaudeServerOptions>? configure = null) => GatewayHost.StartAsync(turns, options =>
    {
        foreach (var name in new[] { "alice", "bob" })
            options.Security.Keys.Add(new GatewayKeyOptions { Id = name, Key = $"key-of-{name}-0123456789abcdef" });
        configure?.Invoke(options);
    });

    internal static Action<HttpRequestMessage> As(string name) => request => request.Headers.Authorization = new("Bearer", $"key-of-{name}-0123456789abcdef");

    internal static async Task<string> MakeAsync(GatewayHost host, string body = "{}") =>
        (await host.PostJsonAsync("/v1/conversations", body)).Body.GetProperty("id").GetString()!;

    internal static Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> RespondAsync(
        GatewayHost host, string conversation, string input, Action<HttpRequestMessage>? change = null) =>
        host.PostJsonAsync("/v1/responses", $$"""{"model":"sonnet","conversation":"{{conversation}}","input":"{{input}}"}""", change);

    internal static IEnumerable<string> Texts(TurnRequest request) =>
        request.Messages.Select(message => string.Concat(message.Content.OfType<TextBlock>().Select(block => block.Text)));

    internal static async Task<JsonElement> GetAsync(GatewayHost host, string path) => await ReadAsync(await host.Client.GetAsync(new Uri(path, UriKind.Relative)));

    internal static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.That(response.IsSuccessStatusCode, Is.True, text);
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
    }
}
