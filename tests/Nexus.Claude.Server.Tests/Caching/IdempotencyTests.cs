using System.Net;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Tests.Conversations;

namespace Nexus.Claude.Server.Tests.Caching;

[Property("gateway-row", 38)]
internal sealed class IdempotencyTests
{
    private const string Chat = """{"model":"sonnet","messages":[{"role":"user","content":"hi"}]}""";
    private const string ChatStream = """{"model":"sonnet","messages":[{"role":"user","content":"hi"}],"stream":true}""";
    private const string Response = """{"model":"sonnet","input":"hi"}""";
    private const string ResponseStream = """{"model":"sonnet","input":"hi","stream":true}""";

    [TestCase("/v1/chat/completions", Chat)]
    [TestCase("/v1/chat/completions", ChatStream)]
    [TestCase("/v1/responses", Response)]
    [TestCase("/v1/responses", ResponseStream)]
    public async Task A_request_that_comes_again_gets_the_same_answer_byte_for_byte(string path, string body)
    {
        await using var host = await GatewayHost.StartAsync();
        using var first = await host.PostAsync(path, body, With("k1"));
        using var second = await host.PostAsync(path, body, With("k1"));
        Assert.That(await second.Content.ReadAsByteArrayAsync(), Is.EqualTo(await first.Content.ReadAsByteArrayAsync()));
        Assert.That(second.Content.Headers.ContentType, Is.EqualTo(first.Content.Headers.ContentType));
        Assert.That(second.Headers.GetValues("Idempotent-Replayed"), Is.EqualTo(new[] { "true" }));
        Assert.That(host.Turns.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_key_is_for_one_request()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.PostAsync("/v1/responses", Response, With("k1"));
        var (status, error, _) = await host.PostJsonAsync("/v1/responses", """{"model":"sonnet","input":"other"}""", With("k1"));
        Assert.That((status, error.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused")));
        Assert.That((await host.PostJsonAsync("/v1/responses", Response, With(new string('k', 300)))).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        await host.PostAsync("/v1/responses", Response, With("k2"));
        Assert.That(host.Turns.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Keys_of_different_callers_are_apart()
    {
        await using var host = await ConversationRouteTests.TwoKeysAsync();
        foreach (var name in new[] { "alice", "bob", "alice" })
        {
            using var response = await host.PostAsync("/v1/responses", Response, request =>
            {
                ConversationRouteTests.As(name)(request);
                With("k1")(request);
            });
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That(host.Turns.Requests.Select(request => request.Caller.KeyId), Is.EqualTo(new[] { "alice", "bob" }));
    }

    [Test]
    public async Task One_that_comes_while_the_first_runs_waits_for_it()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("once").Wait(gate).End()));
        using var first = await host.PostAsync("/v1/responses", ResponseStream, With("k1"), HttpCompletionOption.ResponseHeadersRead);
        var others = Enumerable.Range(0, 3).Select(_ => host.PostAsync("/v1/responses", ResponseStream, With("k1"))).ToArray();
        gate.SetResult();
        var text = await first.Content.ReadAsStringAsync();
        foreach (var other in await Task.WhenAll(others))
            Assert.That(await other.Content.ReadAsStringAsync(), Is.EqualTo(text));
        Assert.That(host.Turns.Requests, Has.Count.EqualTo(1));
    }

    [TestCase("/v1/chat/completions", ChatStream)]
    [TestCase("/v1/responses", ResponseStream)]
    [TestCase("/v1/responses", Response)]
    public async Task What_failed_runs_again(string path, string body)
    {
        var failure = new GatewayException(502, "server_error", "cli_exited", "Gone.");
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("half").Throw(failure), ScriptedTurn.Says("whole")));
        await (await host.PostAsync(path, body, With("k1"))).Content.ReadAsStringAsync();
        using var second = await host.PostAsync(path, body, With("k1"));
        Assert.That(await second.Content.ReadAsStringAsync(), Does.Contain("whole"));
        Assert.That(host.Turns.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Pieces_still_come_one_by_one()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(new ScriptedTurn().Text("early").Wait(gate).Text("late").End()));
        using var response = await host.PostAsync("/v1/responses", ResponseStream, With("k1"), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (!(await reader.ReadLineAsync())!.Contains("early", StringComparison.Ordinal))
        {
        }

        gate.SetResult();
        Assert.That(await reader.ReadToEndAsync(), Does.Contain("late"));
    }

    [Test]
    [Property("gateway-row", 29)]
    public async Task The_header_says_where_a_reply_came_from()
    {
        await using var host = await GatewayHost.StartAsync();
        Action<HttpRequestMessage> use = request => request.Headers.Add("X-Nexus-Cache", "use");
        var seen = new List<string>();
        foreach (var (body, change) in new[] { (Chat, null), (Chat, use), (ChatStream, use), (Chat, use) })
        {
            using var response = await host.PostAsync("/v1/chat/completions", body, change);
            seen.Add(response.Headers.GetValues("X-Nexus-Cache").Single());
        }

        Assert.That(seen, Is.EqualTo(new[] { "bypass", "miss", "hit", "hit" }));
        Assert.That(host.Turns.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    [Property("gateway-row", 29)]
    [Property("seed-row", 110)]
    public async Task A_hit_has_an_id_of_its_own_and_is_kept_in_its_own_conversation()
    {
        await using var host = await GatewayHost.StartAsync();
        Action<HttpRequestMessage> use = request => request.Headers.Add("X-Nexus-Cache", "use");
        var (one, other) = (await ConversationRouteTests.MakeAsync(host), await ConversationRouteTests.MakeAsync(host));
        var first = (await ConversationRouteTests.RespondAsync(host, one, "hi", use)).Body;
        var second = (await ConversationRouteTests.RespondAsync(host, other, "hi", use)).Body;
        Assert.That(host.Turns.Requests, Has.Count.EqualTo(1));
        Assert.That(second.GetProperty("id").GetString(), Is.Not.EqualTo(first.GetProperty("id").GetString()));
        Assert.That(second.GetProperty("conversation").GetProperty("id").GetString(), Is.EqualTo(other));
        Assert.That((await ConversationRouteTests.GetAsync(host, $"/v1/conversations/{other}")).GetProperty("message_count").GetInt32(), Is.EqualTo(2));
    }

    private static Action<HttpRequestMessage> With(string key) => request => request.Headers.Add("Idempotency-Key", key);
}
