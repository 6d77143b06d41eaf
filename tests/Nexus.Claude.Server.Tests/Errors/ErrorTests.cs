using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Tests.Errors;

[Property("gateway-row", 26)]
internal sealed class ErrorTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Hello = """{"model":"sonnet","messages":[{"role":"user","content":"Hi"}]}""";

    [Test]
    [Property("seed-row", 92)]
    public async Task Broken_json_is_a_400_that_says_where()
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, body, _) = await host.PostJsonAsync(Chat, "{\n  \"model\": \"sonnet\",,\n}");
        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        AssertError(body, "invalid_request_error", null, "invalid_json");
        Assert.That(Message(body), Does.Contain("line 2, byte 21"));
    }

    [TestCase("[1]")]
    [TestCase("\"text\"")]
    [TestCase("")]
    [TestCase("null")]
    public async Task A_body_that_is_no_object_is_a_400(string json)
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, body, _) = await host.PostJsonAsync(Chat, json);
        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        AssertError(body, "invalid_request_error", null, body.GetProperty("error").GetProperty("code").GetString());
    }

    [Test]
    public async Task Json_that_is_nested_too_deep_is_a_400()
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, body, _) = await host.PostJsonAsync(Chat, $$"""{"model":"sonnet","messages":{{new string('[', 70)}}{{new string(']', 70)}}}""");
        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        AssertError(body, "invalid_request_error", null, "invalid_json");
    }

    [Test]
    public async Task Bytes_that_are_no_utf8_are_a_400()
    {
        await using var host = await GatewayHost.StartAsync();
        using var content = new ByteArrayContent([.. "{\"model\":\""u8, 0xFF, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await host.Client.PostAsync(new Uri(Chat, UriKind.Relative), content);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        AssertError(await Json(response), "invalid_request_error", null, "invalid_json");
    }

    [TestCase("text/plain")]
    [TestCase("application/x-www-form-urlencoded")]
    public async Task Another_media_type_is_a_415(string mediaType)
    {
        await using var host = await GatewayHost.StartAsync();
        using var content = new StringContent(Hello, Encoding.UTF8, mediaType);
        using var response = await host.Client.PostAsync(new Uri(Chat, UriKind.Relative), content);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        AssertError(await Json(response), "invalid_request_error", null, "unsupported_media_type");
    }

    [Test]
    public async Task A_body_beyond_20_MB_is_a_413()
    {
        await using var host = await GatewayHost.StartAsync();
        var text = new string('x', 21 * 1024 * 1024);
        var (status, body, _) = await host.PostJsonAsync(Chat, $$"""{"model":"sonnet","messages":[{"role":"user","content":"{{text}}"}]}""");
        Assert.That(status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        AssertError(body, "invalid_request_error", null, "request_too_large");
    }

    [TestCase("/v1/nothing", "Unknown request URL: GET /v1/nothing")]
    [TestCase("/v1/embeddings", "has no embeddings")]
    [TestCase("/v1/audio/speech", "has no audio")]
    [TestCase("/v1/images/generations", "has no image generation")]
    [TestCase("/ws/session/conv_1", "has no WebSocket sessions")]
    [Property("seed-row", 126)]
    public async Task A_route_that_is_not_there_is_a_404_that_says_so(string path, string expected)
    {
        await using var host = await GatewayHost.StartAsync();
        using var response = await host.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        var body = await Json(response);
        AssertError(body, "invalid_request_error", null, "unknown_url");
        Assert.That(Message(body), Does.Contain(expected));
    }

    [Test]
    public async Task Another_method_is_a_405_that_names_the_right_one()
    {
        await using var host = await GatewayHost.StartAsync();
        using var response = await host.Client.GetAsync(new Uri(Chat, UriKind.Relative));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(response.Content.Headers.Allow, Is.EqualTo(new[] { "POST" }));
        AssertError(await Json(response), "invalid_request_error", null, "method_not_allowed");
    }

    [TestCase(false)]
    [TestCase(true)]
    [Property("gateway-row", 5)]
    [Property("seed-row", 91)]
    public async Task A_failure_before_the_first_token_has_its_status_also_for_streams(bool stream)
    {
        var error = new GatewayException(429, "rate_limit_error", "rate_limit_exceeded", "Too many.") { RetryAfter = TimeSpan.FromMilliseconds(1500) };
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(ScriptedTurn.Fails(error)));
        var (status, body, response) = await host.PostJsonAsync(Chat, Hello.Replace("{\"model\"", stream ? "{\"stream\":true,\"model\"" : "{\"model\"", StringComparison.Ordinal));
        Assert.That(status, Is.EqualTo(HttpStatusCode.TooManyRequests));
        AssertError(body, "rate_limit_error", null, "rate_limit_exceeded");
        Assert.That(response.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(response.Headers.GetValues("retry-after-ms"), Is.EqualTo(new[] { "1500" }));
    }

    [Test]
    [Property("gateway-row", 5)]
    public async Task A_failure_after_the_model_began_and_before_its_first_piece_has_its_status_too()
    {
        var turn = new ScriptedTurn().Throw(new GatewayException(503, "server_error", "upstream_overloaded", "Overloaded."));
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(turn));
        var (status, body, _) = await host.PostJsonAsync(Chat, """{"model":"sonnet","stream":true,"messages":[{"role":"user","content":"Hi"}]}""");
        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        AssertError(body, "server_error", null, "upstream_overloaded");
    }

    [Test]
    public async Task An_unexpected_failure_is_a_500_that_tells_nothing_of_the_inside()
    {
        var turns = new ScriptedTurns(ScriptedTurn.Fails(new InvalidOperationException("secret /home/user/.key")));
        await using var host = await GatewayHost.StartAsync(turns);
        var (status, body, _) = await host.PostJsonAsync(Chat, Hello);
        Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
        AssertError(body, "server_error", null, "internal_error");
        Assert.That(body.GetRawText(), Does.Not.Contain("secret"));
        Assert.That(host.Log.GetSnapshot().Select(static record => record.Exception?.Message).OfType<string>(), Has.Some.Contains("secret"), "The log has the cause.");
    }

    [Test]
    [Property("gateway-row", 36)]
    public async Task The_clients_request_id_comes_back_and_is_in_the_log()
    {
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(ScriptedTurn.Fails(new InvalidOperationException())));
        var (_, _, response) = await host.PostJsonAsync(Chat, Hello, static request => request.Headers.Add("x-request-id", "trace-1/a:b"));
        Assert.That(response.Headers.GetValues("x-request-id"), Is.EqualTo(new[] { "trace-1/a:b" }));
        Assert.That(host.Turns.Request.RequestId, Is.EqualTo("trace-1/a:b"));
        var failure = host.Log.GetSnapshot().Single(static record => record.Id.Id == 101);
        Assert.That(failure.Scopes.Select(static scope => scope?.ToString()), Has.Some.EqualTo("RequestId:trace-1/a:b"));
    }

    [TestCase("bad id with spaces")]
    [TestCase("<script>")]
    [TestCase(null)]
    [Property("gateway-row", 36)]
    public async Task Another_request_id_is_replaced(string? sent)
    {
        await using var host = await GatewayHost.StartAsync();
        var (_, _, response) = await host.PostJsonAsync(Chat, Hello, request => _ = sent is null || request.Headers.TryAddWithoutValidation("x-request-id", sent));
        Assert.That(response.Headers.GetValues("x-request-id").Single(), Does.Match("^req_[0-9a-f]{32}$"));
    }

    [Test]
    public async Task Errors_of_the_messages_route_have_anthropics_form()
    {
        await using var host = await GatewayHost.StartAsync();
        var (status, body, response) = await host.PostJsonAsync("/v1/messages", """{"model":"nope","max_tokens":5,"messages":[]}""");
        Assert.That(status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(body.GetProperty("type").GetString(), Is.EqualTo("error"));
        Assert.That(body.GetProperty("error").GetProperty("type").GetString(), Is.EqualTo("not_found_error"));
        Assert.That(body.GetProperty("request_id").GetString(), Is.EqualTo(response.Headers.GetValues("x-request-id").Single()));
    }

    [Test]
    public async Task A_response_that_has_begun_and_fails_is_cut_off_and_does_not_look_whole()
    {
        await using var host = await GatewayHost.StartAsync(map: static app => app.MapGet("/v1/half", static async (HttpContext context) =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException();
        }));
        Assert.That(async () => await host.Client.GetStringAsync(new Uri("/v1/half", UriKind.Relative)), Throws.InstanceOf<HttpRequestException>());
    }

    private static string Message(JsonElement body) => body.GetProperty("error").GetProperty("message").GetString()!;

    private static void AssertError(JsonElement body, string type, string? param, string? code)
    {
        var error = body.GetProperty("error");
        Assert.That(error.EnumerateObject().Select(static member => member.Name), Is.EquivalentTo(new[] { "message", "type", "param", "code" }));
        Assert.That(error.GetProperty("type").GetString(), Is.EqualTo(type));
        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo(param));
        Assert.That(error.GetProperty("code").GetString(), Is.EqualTo(code));
        Assert.That(error.GetProperty("message").GetString(), Is.Not.Empty);
    }

    private static async Task<JsonElement> Json(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }
}
