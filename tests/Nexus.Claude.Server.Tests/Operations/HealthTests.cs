using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Operations;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 39)]
[Property("seed-row", 122)]
internal sealed class HealthTests
{
    [Test]
    public async Task Health_tells_the_CLI_and_its_version_and_answers_a_watchdog_with_OK()
    {
        await using var host = await StartAsync(PinnedCli.ExecutablePath);
        using var response = await host.Client.GetAsync(new Uri("/health", UriKind.Relative));
        using var health = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(health.RootElement.GetProperty("status").GetString(), Is.EqualTo("OK"));
            Assert.That(health.RootElement.GetProperty("cli").GetProperty("found").GetBoolean());
            Assert.That(health.RootElement.GetProperty("cli").GetProperty("version").GetString(), Is.EqualTo(ClaudeCli.PinnedVersion));
            Assert.That(health.RootElement.GetProperty("capabilities").ValueKind, Is.EqualTo(JsonValueKind.Array));
            Assert.That(health.RootElement.GetRawText(), Does.Not.Contain(Path.GetDirectoryName(PinnedCli.ExecutablePath)), "whoever asks needs no key, so no paths");
        }

        using var plain = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { { "Accept", "text/plain" } } };
        using var ok = await host.Client.SendAsync(plain);
        Assert.That(await ok.Content.ReadAsStringAsync(), Is.EqualTo("OK"));
    }

    [Test]
    public async Task Without_a_CLI_the_server_lives_but_is_neither_well_nor_ready_and_says_what_to_do()
    {
        await using var host = await StartAsync("/there/is/no/claude");
        using var health = await host.Client.GetAsync(new Uri("/health", UriKind.Relative));
        using var live = await host.Client.GetAsync(new Uri("/health/live", UriKind.Relative));
        using var ready = await host.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));

        Assert.That((health.StatusCode, live.StatusCode, ready.StatusCode), Is.EqualTo((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable)));
        var text = await ready.Content.ReadAsStringAsync();
        Assert.That(text, Does.Contain("doctor").And.Not.Contain("/there/is"));
    }

    [Test]
    public async Task Everything_that_is_configured_has_to_be_ready()
    {
        var redis = new Check("redis", Readiness.Trouble("Redis does not answer.", "Start it."));
        await using var host = await StartAsync(PinnedCli.ExecutablePath, redis, new Check("unused", null));
        using var before = await host.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        redis.Result = Readiness.Ready("Redis answers.");
        using var after = await host.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));

        Assert.That((before.StatusCode, after.StatusCode), Is.EqualTo((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK)));
        using var json = JsonDocument.Parse(await before.Content.ReadAsStringAsync());
        var checks = json.RootElement.GetProperty("checks");
        Assert.That(checks.GetProperty("redis").GetProperty("fix").GetString(), Is.EqualTo("Start it."));
        Assert.That(checks.GetProperty("cli").GetProperty("ready").GetBoolean());
        Assert.That(checks.TryGetProperty("unused", out _), Is.False);
    }

    [Test]
    [Property("gateway-row", 44)]
    public async Task A_server_that_stops_is_not_ready_but_lives()
    {
        await using var host = await StartAsync(PinnedCli.ExecutablePath);
        await host.Services.GetRequiredService<ServerDrain>().BeginAsync();
        using var ready = await host.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        using var live = await host.Client.GetAsync(new Uri("/health/live", UriKind.Relative));

        Assert.That((ready.StatusCode, live.StatusCode), Is.EqualTo((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK)));
    }

    private static Task<GatewayHost> StartAsync(string cliPath, params Check[] checks) => GatewayHost.StartAsync(
        configure: options => options.Claude.CliPath = cliPath,
        services: services =>
        {
            foreach (var check in checks)
                services.AddSingleton<IReadinessCheck>(check);
            foreach (var process in services.Where(static service => service.ImplementationType == typeof(WarmProcessCheck)).ToList())
                services.Remove(process);
        });

    private sealed class Check(string name, Readiness? result) : IReadinessCheck
    {
        public string Name => name;

        public Readiness? Result { get; set; } = result;

        public ValueTask<Readiness?> CheckAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Result);
    }
}
