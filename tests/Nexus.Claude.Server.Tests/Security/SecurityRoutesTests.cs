using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Tests;

internal sealed class SecurityRoutesTests
{
    private const string Key = "nxc_first-key-of-the-test";

    [TestCase(null, null)]
    [TestCase("Bearer wrong", null)]
    [TestCase("Bearer ", null)]
    [TestCase("Basic bnhjOg==", null)]
    [TestCase(null, "wrong")]
    [Property("gateway-row", 25)]
    [Property("gateway-row", 26)]
    [Property("seed-row", 117)]
    public async Task Without_a_valid_key_every_route_answers_401_as_OpenAI_does(string? authorization, string? apiKey)
    {
        await using var host = await StartAsync(WithKey);
        foreach (var (method, path) in new[] { ("POST", TurnRoute.Path), ("GET", "/stats"), ("GET", "/metrics"), ("GET", "/v1/no-such-route") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (authorization is not null)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            if (apiKey is not null)
                request.Headers.Add("x-api-key", apiKey);
            using var response = await host.Client.SendAsync(request);

            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), path);
            Assert.That(response.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
            var error = await ErrorOf(response);
            Assert.That(error.GetProperty("type").GetString(), Is.EqualTo("invalid_request_error"));
            Assert.That(error.GetProperty("code").GetString(), Is.EqualTo("invalid_api_key"));
            Assert.That(error.TryGetProperty("param", out _));
        }

        Assert.That(host.Turns.Requests, Is.Empty);
    }

    [TestCase("Authorization", "Bearer " + Key)]
    [TestCase("authorization", "bearer " + Key)]
    [TestCase("x-api-key", Key)]
    [Property("gateway-row", 25)]
    [Property("seed-row", 117)]
    public async Task A_key_is_taken_from_either_header_and_names_the_caller(string header, string value)
    {
        await using var host = await StartAsync(WithKey);
        using var response = await host.PostAsync(TurnRoute.Path, "Hello", request => request.Headers.TryAddWithoutValidation(header, value));

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("Hello."));
        Assert.That(host.Turns.Request.Caller.KeyId, Is.EqualTo("first"));
    }

    [Test]
    public async Task A_server_without_keys_takes_any_key_on_loopback_since_clients_insist_on_sending_one()
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(TurnRoute.Path, "Hello", static request => request.Headers.TryAddWithoutValidation("Authorization", "Bearer unused"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(host.Turns.Request.Caller.KeyId, Is.EqualTo("anonymous"));
    }

    [TestCase("/health/live")]
    [TestCase("/")]
    [TestCase("/status.js")]
    [TestCase("/openapi/v1.json")]
    public async Task What_tells_nothing_needs_no_key(string path)
    {
        await using var host = await StartAsync(WithKey);
        using var response = await host.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Headers.Contains("Set-Cookie"), Is.False);
    }

    [TestCase("evil.example.com", HttpStatusCode.Forbidden)]
    [TestCase("localhost.evil.example.com", HttpStatusCode.Forbidden)]
    [TestCase("localhost", HttpStatusCode.OK)]
    [TestCase("127.0.0.1:1234", HttpStatusCode.OK)]
    [TestCase("[::1]", HttpStatusCode.OK)]
    [TestCase("192.168.1.7", HttpStatusCode.OK)]
    public async Task A_foreign_host_name_is_refused_so_that_no_web_page_reaches_a_server_without_keys(string name, HttpStatusCode expected)
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(TurnRoute.Path, "Hello", request => request.Headers.Host = name);

        Assert.That(response.StatusCode, Is.EqualTo(expected));
        if (expected != HttpStatusCode.OK)
            Assert.That((await ErrorOf(response)).GetProperty("code").GetString(), Is.EqualTo("host_not_allowed"));
    }

    [TestCase("claude.example.com", HttpStatusCode.OK)]
    [TestCase("a.team.example.com", HttpStatusCode.OK)]
    [TestCase("team.example.com", HttpStatusCode.Forbidden)]
    [TestCase("other.example.com", HttpStatusCode.Forbidden)]
    public async Task The_operators_host_names_are_the_ones_that_count(string name, HttpStatusCode expected)
    {
        await using var host = await StartAsync(static options => options.Security.AllowedHosts = ["claude.example.com", "*.team.example.com"]);
        using var response = await host.PostAsync(TurnRoute.Path, "Hello", request => request.Headers.Host = name);

        Assert.That(response.StatusCode, Is.EqualTo(expected));
    }

    [TestCase("https://evil.example.com")]
    [TestCase("null")]
    public async Task A_page_of_another_origin_cannot_run_a_turn_even_where_no_key_is_needed(string origin)
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(TurnRoute.Path, "Hello", request => request.Headers.Add("Origin", origin));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(response.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
        Assert.That(host.Turns.Requests, Is.Empty);
    }

    [Test]
    [Property("seed-row", 118)]
    public async Task Origins_are_allowed_one_by_one_and_preflights_need_no_key()
    {
        await using var host = await StartAsync(static options =>
        {
            WithKey(options);
            options.Security.CorsOrigins = ["https://app.example.com"];
        });
        using var allowed = await host.Client.SendAsync(Preflight("https://app.example.com"));
        using var refused = await host.Client.SendAsync(Preflight("https://evil.example.com"));
        using var real = await host.PostAsync(TurnRoute.Path, "Hello", static request =>
        {
            request.Headers.Add("Origin", "https://app.example.com");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(allowed.Headers.GetValues("Access-Control-Allow-Origin"), Is.EqualTo(new[] { "https://app.example.com" }));
            Assert.That(allowed.Headers.GetValues("Access-Control-Allow-Headers").Single(), Does.Contain("authorization"));
            Assert.That(allowed.Headers.Contains("Access-Control-Allow-Credentials"), Is.False);
            Assert.That(refused.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
            Assert.That(real.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(real.Headers.GetValues("Access-Control-Allow-Origin"), Is.EqualTo(new[] { "https://app.example.com" }));
        }
    }

    [Test]
    public async Task A_preflight_is_not_answered_where_no_origin_is_allowed()
    {
        await using var host = await StartAsync();
        using var response = await host.Client.SendAsync(Preflight("https://app.example.com"));

        Assert.That(response.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
        Assert.That(response.IsSuccessStatusCode, Is.False);
    }

    [Test]
    public async Task A_body_that_is_too_large_is_refused_with_413_whether_or_not_it_says_so()
    {
        await using var host = await StartAsync(static options => options.Security.MaxRequestBodyBytes = 1000);
        using var announced = await host.PostAsync(TurnRoute.Path, new string('x', 1001));
        using var chunked = await host.PostAsync(TurnRoute.Path, new string('x', 1001), static request => request.Headers.TransferEncodingChunked = true);
        using var fitting = await host.PostAsync(TurnRoute.Path, new string('x', 1000));

        Assert.That(announced.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(chunked.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(fitting.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    [Property("gateway-row", 27)]
    [Property("gateway-row", 30)]
    public async Task A_refusal_for_rates_carries_Retry_After()
    {
        await using var host = await StartAsync(static options => options.Security.Keys.Add(new GatewayKeyOptions { Id = "slow", Key = Key, RequestsPerMinute = 1 }));
        using var first = await host.PostAsync(TurnRoute.Path, "Hello", static request => request.Headers.Add("x-api-key", Key));
        using var second = await host.PostAsync(TurnRoute.Path, "Hello", static request => request.Headers.Add("x-api-key", Key));

        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(second.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(TimeSpan.FromSeconds(60)));
        Assert.That((await ErrorOf(second)).GetProperty("code").GetString(), Is.EqualTo("rate_limit_exceeded"));
    }

    [Test]
    [Property("gateway-row", 25)]
    public async Task Nothing_of_a_key_or_a_prompt_is_in_the_log()
    {
        const string Prompt = "canary-of-the-prompt";
        await using var host = await StartAsync(WithKey);
        using var fine = await host.PostAsync(TurnRoute.Path, Prompt, static request => request.Headers.Add("x-api-key", Key));
        using var refused = await host.PostAsync(TurnRoute.Path, Prompt, static request => request.Headers.Add("x-api-key", "canary-of-a-wrong-key"));
        using var stats = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/stats") { Headers = { { "x-api-key", Key } } });

        var log = string.Join('\n', host.Log.GetSnapshot().Select(static record => $"{record} {record.Exception} {string.Join(' ', record.StructuredState ?? [])}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(log, Does.Contain("first").And.Contain("no valid API key"), "there is a log, and it names the key's id");
            Assert.That(log, Does.Not.Contain("canary").And.Not.Contain(Key).And.Not.Contain(Convert.ToHexStringLower(ApiKey.HashOf(Key))));
            Assert.That(await stats.Content.ReadAsStringAsync(), Does.Not.Contain("canary").And.Not.Contain(Key));
        }
    }

    [TestCase("http://127.0.0.1:8080", true)]
    [TestCase("http://localhost:8080", true)]
    [TestCase("http://[::1]:8080", true)]
    [TestCase("http://unix:/run/nexus.sock", true)]
    [TestCase("http://0.0.0.0:8080", false)]
    [TestCase("http://[::]:8080", false)]
    [TestCase("http://*:8080", false)]
    [TestCase("http://192.168.1.7:8080", false)]
    [TestCase("http://somewhere:8080", false)]
    [Property("seed-row", 116)]
    public void Without_keys_only_addresses_of_this_machine_are_listened_on(string address, bool isFine)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ListenGuard.FindTrouble(address, hasKeys: false, new GatewaySecurityOptions()) is null, Is.EqualTo(isFine));
            Assert.That(ListenGuard.FindTrouble(address, hasKeys: true, new GatewaySecurityOptions()), Is.Null);
            Assert.That(ListenGuard.FindTrouble(address, hasKeys: false, new GatewaySecurityOptions { AllowAnonymousBeyondLoopback = true }), Is.Null);
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    [Property("seed-row", 116)]
    public async Task A_server_that_really_listens_beyond_loopback_without_keys_does_not_start(bool hasKey)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://0.0.0.0:0");
        builder.Services.AddNexusClaudeServer(options =>
        {
            options.Sessions.StartAhead = false;
            if (hasKey)
                WithKey(options);
        });
        await using var app = builder.Build();
        app.MapNexusClaude();

        if (hasKey)
            Assert.That(() => app.StartAsync(), Throws.Nothing);
        else
            Assert.That(() => app.StartAsync(), Throws.InstanceOf<ClaudeException>().With.Message.Contains("nexus-claude keys add"));
    }

    private static void WithKey(NexusClaudeServerOptions options)
    {
        options.Security.Keys.Add(new GatewayKeyOptions { Id = "first", Key = Key });
        options.Security.Keys.Add(new GatewayKeyOptions { Id = "second", Key = "nxc_second-key-of-the-test" });
    }

    private static Task<GatewayHost> StartAsync(Action<NexusClaudeServerOptions>? configure = null) => GatewayHost.StartAsync(configure: configure, map: TurnRoute.Map);

    private static HttpRequestMessage Preflight(string origin) => new(HttpMethod.Options, TurnRoute.Path)
    {
        Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "authorization,content-type" } },
    };

    private static async Task<JsonElement> ErrorOf(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.GetProperty("error").Clone();
    }
}
