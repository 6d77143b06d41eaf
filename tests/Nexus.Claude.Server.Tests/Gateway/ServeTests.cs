using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Server.Tests;

[NonParallelizable]
internal sealed class ServeTests
{
    [Test]
    [Property("seed-row", 127)]
    [Property("seed-row", 130)]
    [Property("gateway-row", 44)]
    public async Task A_newcomer_without_an_account_gets_an_answer_is_told_so_and_the_end_leaves_no_process()
    {
        await using var gateway = GatewayProcess.Start(args: ["serve", "--port", "0"]);
        var address = await gateway.ListensAsync();
        await gateway.LineAsync("OFFLINE");
        using var client = new HttpClient { BaseAddress = address };

        using var health = JsonDocument.Parse(await client.GetStringAsync(new Uri("/health", UriKind.Relative), gateway.Deadline));
        Assert.That(health.RootElement.GetProperty("cli").GetProperty("version").GetString(), Is.EqualTo(ClaudeCli.PinnedVersion));
        using var answer = await ChatAsync(client, gateway.Deadline);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("\"assistant\""));
        Assert.That(gateway.Output, Does.Contain("curl ").And.Contain("/v1/chat/completions"));

        var children = gateway.Children();
        await gateway.SignalAsync("TERM");
        Assert.That(await gateway.EndsAsync(), Is.Zero, gateway.Output);
        Assert.That(children.Where(static child => File.Exists($"/proc/{child}/cmdline") && File.ReadAllText($"/proc/{child}/cmdline").Contains("claude", StringComparison.Ordinal)), Is.Empty);
        if (OperatingSystem.IsLinux())
            Assert.That(children, Is.Not.Empty);
    }

    [Test]
    [Property("gateway-row", 44)]
    [Property("seed-row", 127)]
    public async Task A_turn_that_runs_when_the_server_is_told_to_stop_is_finished_first()
    {
        await using var api = await ScriptedMessagesApi.StartAsync();
        var gate = new ScriptedGate();
        api.Default = _ => ScriptedReply.Text("The last words.").WaitFor(gate);
        await using var gateway = GatewayProcess.Start(Account(api), "serve", "--port", "0");
        var address = await gateway.ListensAsync();
        Assert.That(gateway.Output, Does.Not.Contain("OFFLINE"));
        using var client = new HttpClient { BaseAddress = address };
        var answering = ChatAsync(client, gateway.Deadline);
        await gate.Reached.WaitAsync(gateway.Deadline);

        await gateway.SignalAsync("INT");
        await gateway.LineAsync("The server stops");
        using var late = await ChatAsync(client, gateway.Deadline);
        Assert.That(late.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(late.Headers.RetryAfter, Is.Not.Null);
        gate.Open();
        using var answer = await answering;
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("The last words."));
        Assert.That(await gateway.EndsAsync(), Is.Zero, gateway.Output);
        Assert.That(gateway.Output, Does.Not.Contain("canary"), "no prompt is logged");
    }

    [Test]
    public async Task Clients_with_keys_never_get_the_scripted_model_for_a_real_one()
    {
        await using var gateway = GatewayProcess.Start(new Dictionary<string, string> { ["NEXUS_API_KEYS"] = "a-key-for-the-test" }, "serve", "--port", "0");

        Assert.That(await gateway.EndsAsync(), Is.EqualTo(1));
        Assert.That(gateway.Output, Does.Contain("no credential").And.Contain("--offline").And.Not.Contain("   at "));
    }

    [Test]
    public async Task A_port_that_is_taken_is_said_in_a_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var gateway = GatewayProcess.Start(args: ["serve", "--offline", "--host", "127.0.0.1", "--port", $"{((IPEndPoint)taken.LocalEndpoint).Port}"]);

        Assert.That(await gateway.EndsAsync(), Is.EqualTo(1));
        Assert.That(gateway.Output, Does.Contain("--port").And.Not.Contain("   at "));
    }

    [Test]
    public async Task The_doctor_finds_everything_well_with_an_account_and_says_how_to_mend_the_rest_without()
    {
        await using var api = await ScriptedMessagesApi.StartAsync();
        await using var well = GatewayProcess.Start(Account(api), "doctor");
        Assert.That(await well.EndsAsync(), Is.Zero, well.Output);
        Assert.That(well.Output, Does.Contain("ok    cli").And.Contain(ClaudeCli.PinnedVersion).And.Contain("SHA-256").And.Contain("ok    login").And.Contain("ok    pool"));

        await using var ill = GatewayProcess.Start(new Dictionary<string, string> { ["MEILISEARCH_URL"] = "http://127.0.0.1:9" }, "doctor");
        Assert.That(await ill.EndsAsync(), Is.EqualTo(1));
        Assert.That(ill.Output, Does.Contain("FAIL  login").And.Contain("fix: Log in").And.Contain("FAIL  meilisearch").And.Not.Contain("   at "));
    }

    [Test]
    public async Task The_doctor_without_a_CLI_says_how_to_get_one()
    {
        await using var gateway = GatewayProcess.Start(new Dictionary<string, string> { ["NEXUS_CLAUDE_CLI"] = "/there/is/no/claude" }, "doctor");

        Assert.That(await gateway.EndsAsync(), Is.EqualTo(1));
        Assert.That(gateway.Output, Does.Contain("FAIL  cli").And.Contain("doctor --install").And.Not.Contain("   at "));
    }

    private static Dictionary<string, string> Account(ScriptedMessagesApi api) => new()
    {
        ["ANTHROPIC_BASE_URL"] = api.BaseAddress.ToString().TrimEnd('/'),
        ["ANTHROPIC_API_KEY"] = "dummy-key-of-the-test",
        ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
        ["DISABLE_AUTOUPDATER"] = "1",
        ["DISABLE_TELEMETRY"] = "1",
    };

    private static async Task<HttpResponseMessage> ChatAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var body = new StringContent("""{"model":"haiku","messages":[{"role":"user","content":"Hello canary"}]}""", Encoding.UTF8, "application/json");
        return await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), body, cancellationToken);
    }
}
