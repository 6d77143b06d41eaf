using System.Net;
using Nexus.Claude.Server.Tests.Conversations;

namespace Nexus.Claude.Server.Tests.Redis;

/// <summary>Two gateways and one Redis.</summary>
internal sealed class ManyNodesTests
{
    [Test]
    [Property("gateway-row", 13)]
    public async Task A_conversation_alternates_between_gateways_and_outlives_either()
    {
        await using var redis = await RedisServer.StartAsync();
        var one = await StartAsync(redis, ScriptedTurn.Says("1"), ScriptedTurn.Says("3"));
        await using var other = await StartAsync(redis, ScriptedTurn.Says("2"), ScriptedTurn.Says("4"));
        var id = await ConversationRouteTests.MakeAsync(one);
        await RespondAsync(one, id, "a");
        await RespondAsync(other, id, "b");
        await RespondAsync(one, id, "c");
        await one.DisposeAsync();
        await RespondAsync(other, id, "d");
        Assert.That(ConversationRouteTests.Texts(other.Turns.Requests[^1]), Is.EqualTo(new[] { "a", "1", "b", "2", "c", "3", "d" }));

        await using var third = await StartAsync(redis, ScriptedTurn.Says("5"));
        await other.DisposeAsync();
        await RespondAsync(third, id, "e");
        Assert.That(third.Turns.Request.Messages, Has.Count.EqualTo(9));
        Assert.That((await ConversationRouteTests.GetAsync(third, "/v1/conversations")).GetProperty("data")[0].GetProperty("id").GetString(), Is.EqualTo(id));
    }

    [Test]
    public async Task A_turn_on_one_gateway_waits_for_that_on_another()
    {
        await using var redis = await RedisServer.StartAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var one = await StartAsync(redis, new ScriptedTurn().Text("1").Wait(gate).End());
        await using var other = await StartAsync(redis, ScriptedTurn.Says("2"));
        var id = await ConversationRouteTests.MakeAsync(one);
        using var stream = await one.PostAsync(
            "/v1/responses", $$"""{"model":"sonnet","conversation":"{{id}}","input":"a","stream":true}""", completion: HttpCompletionOption.ResponseHeadersRead);
        var second = RespondAsync(other, id, "b");
        gate.SetResult();
        await stream.Content.ReadAsStringAsync();
        await second;
        Assert.That(ConversationRouteTests.Texts(other.Turns.Request), Is.EqualTo(new[] { "a", "1", "b" }));
    }

    [Test]
    [Property("seed-row", 125)]
    public async Task A_turn_is_interrupted_from_another_gateway()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis, new ScriptedTurn().Text("1").WaitForInterrupt());
        await using var other = await StartAsync(redis);
        var id = await ConversationRouteTests.MakeAsync(one);
        using var stream = await one.PostAsync(
            "/v1/responses", $$"""{"model":"sonnet","conversation":"{{id}}","input":"a","stream":true}""", completion: HttpCompletionOption.ResponseHeadersRead);
        var (status, _, _) = await other.PostJsonAsync($"/v1/sessions/{id}/interrupt", "");

        // A gateway listens from a moment after its start.
        while (status == HttpStatusCode.NotFound)
            (status, _, _) = await other.PostJsonAsync($"/v1/sessions/{id}/interrupt", "");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await stream.Content.ReadAsStringAsync(), Does.Contain("\"status\":\"cancelled\""));
    }

    [Test]
    public async Task A_response_is_gone_on_from_on_another_gateway()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis, ScriptedTurn.Says("1"));
        await using var other = await StartAsync(redis, ScriptedTurn.Says("2"));
        var (_, first, _) = await one.PostJsonAsync("/v1/responses", """{"model":"sonnet","input":"a"}""");
        var id = first.GetProperty("id").GetString();
        await other.PostJsonAsync("/v1/responses", $$"""{"model":"sonnet","previous_response_id":"{{id}}","input":"b"}""");
        Assert.That(ConversationRouteTests.Texts(other.Turns.Request), Is.EqualTo(new[] { "a", "1", "b" }));
        Assert.That((await ConversationRouteTests.GetAsync(other, $"/v1/responses/{id}")).GetRawText(), Is.EqualTo(first.GetRawText()));
    }

    [Test]
    [Property("gateway-row", 29)]
    [Property("gateway-row", 38)]
    public async Task Kept_replies_and_answered_requests_are_shared()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var other = await StartAsync(redis);
        Action<HttpRequestMessage> cache = request => request.Headers.Add("X-Nexus-Cache", "use");
        Action<HttpRequestMessage> once = request => request.Headers.Add("Idempotency-Key", "k1");
        const string Body = """{"model":"sonnet","input":"a"}""";
        await one.PostAsync("/v1/responses", Body, cache);
        using var hit = await other.PostAsync("/v1/responses", Body, cache);
        Assert.That(hit.Headers.GetValues("X-Nexus-Cache"), Is.EqualTo(new[] { "hit" }));
        using var first = await one.PostAsync("/v1/responses", Body, once);
        using var again = await other.PostAsync("/v1/responses", Body, once);
        Assert.That(await again.Content.ReadAsStringAsync(), Is.EqualTo(await first.Content.ReadAsStringAsync()));
        Assert.That(other.Turns.Requests, Is.Empty);
    }

    [Test]
    public async Task Without_Redis_conversations_say_so_and_all_else_works_until_it_is_back()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await StartAsync(redis);
        var id = await ConversationRouteTests.MakeAsync(host);
        await redis.KillAsync();

        var (status, error, _) = await ConversationRouteTests.RespondAsync(host, id, "a");
        Assert.That((status, error.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "conversation_store_unavailable")));
        Assert.That((await host.PostJsonAsync("/v1/conversations", "{}")).Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        using var chat = await host.PostAsync("/v1/responses", """{"model":"sonnet","input":"a"}""", request =>
        {
            request.Headers.Add("X-Nexus-Cache", "use");
            request.Headers.Add("Idempotency-Key", "k1");
        });
        Assert.That(chat.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using var ready = await host.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.That(await ready.Content.ReadAsStringAsync(), Does.Contain("edis"));

        await redis.RestartAsync();
        for (status = default; status != HttpStatusCode.OK;)
            (status, _, _) = await host.PostJsonAsync("/v1/conversations", "{}");
    }

    private static Task<GatewayHost> StartAsync(RedisServer redis, params ScriptedTurn[] turns) => GatewayHost.StartAsync(new ScriptedTurns(turns), options =>
    {
        options.Redis.ConnectionString = redis.ConnectionString;
        options.Redis.Timeout = TimeSpan.FromSeconds(2);
    });

    private static async Task RespondAsync(GatewayHost host, string conversation, string input)
    {
        var (status, body, _) = await ConversationRouteTests.RespondAsync(host, conversation, input);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
    }
}
