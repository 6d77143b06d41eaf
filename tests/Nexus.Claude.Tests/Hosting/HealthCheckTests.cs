using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Hosting;

/// <summary>What the health check says of a CLI.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class HealthCheckTests
{
    [Test]
    public async Task A_cli_of_the_pinned_version_is_healthy()
    {
        await using var cli = ScriptedCli.Create();
        var entry = await CheckAsync(options => Point(options, cli));
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Healthy), entry.Description);
        Assert.That(entry.Data["version"], Is.EqualTo(ClaudeCli.PinnedVersion));
        Assert.That(entry.Data["path"], Is.EqualTo(ScriptedCli.ExecutablePath));
    }

    [Test]
    public async Task Another_version_is_degraded_and_says_which_was_expected()
    {
        await using var cli = ScriptedCli.Create(new CliScript { Version = "2.1.197" }.AnswerInitialize());
        var entry = await CheckAsync(options => Point(options, cli));
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(entry.Description, Does.Contain("2.1.197").And.Contain(ClaudeCli.PinnedVersion));
    }

    [Test]
    public async Task No_cli_is_unhealthy_and_a_mistake_in_the_options_too()
    {
        var missing = await CheckAsync(options => options.CliPath = Path.Combine(Path.GetTempPath(), "no-such-claude"));
        Assert.That(missing.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(missing.Description, Does.Contain("no-such-claude"));

        var wrong = await CheckAsync(options => options.MaxTurns = -1);
        Assert.That(wrong.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(wrong.Description, Does.Contain("MaxTurns"));
    }

    [Test]
    public async Task A_program_that_is_no_cli_is_reported_as_the_registration_says()
    {
        var entry = await CheckAsync(
            options => options.CliPath = typeof(HealthCheckTests).Assembly.Location, failureStatus: HealthStatus.Degraded);
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(entry.Exception, Is.InstanceOf<CliStartException>());
        Assert.That(entry.Description, Does.Contain("did not tell its version"));
    }

    [Test]
    public async Task A_session_is_connected_when_asked_for_and_one_without_a_credential_is_unhealthy()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize("""{"account":{"tokenSource":"none"},"claude_code_version":"2.1.330"}"""));
        var entry = await CheckAsync(options => Point(options, cli), check => check.ConnectSession = true);
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(entry.Description, Does.Contain("credential"));

        await using var loggedIn = ScriptedCli.Create();
        Assert.That((await CheckAsync(options => Point(options, loggedIn), check => check.ConnectSession = true)).Status, Is.EqualTo(HealthStatus.Healthy));
    }

    private static async Task<HealthReportEntry> CheckAsync(
        Action<ClaudeOptions> configure, Action<ClaudeHealthCheckOptions>? check = null, HealthStatus? failureStatus = null)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddNexusClaude("checked", configure);
        services.AddHealthChecks().Add(ClaudeHealthCheck.Registration(
            configure: options =>
            {
                options.ClientName = "checked";
                check?.Invoke(options);
            },
            failureStatus: failureStatus));
        await using var provider = services.BuildServiceProvider();
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync().InTime();
        return report.Entries["claude"];
    }

    private static void Point(ClaudeOptions options, ScriptedCli cli)
    {
        options.CliPath = ScriptedCli.ExecutablePath;
        foreach (var (name, value) in cli.Environment)
            options.Environment[name] = value;
    }
}
