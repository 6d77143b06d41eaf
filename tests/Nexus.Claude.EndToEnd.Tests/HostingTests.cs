using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>A program's container over the real CLI: named clients, their chat clients, and the health check.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class HostingTests
{
    [Test]
    public async Task A_container_gives_named_clients_with_their_options()
    {
        await using var cli = await RealCli.StartAsync();
        await using var services = Services(cli).BuildServiceProvider();
        var factory = services.GetRequiredService<IClaudeClientFactory>();

        await using (var usual = await factory.CreateAsync(cancellationToken: cli.Deadline))
            Assert.That(await usual.AskAsync("one", cli.Deadline), Does.Contain("one"));
        await using (var quick = await factory.CreateAsync("quick", options => options.MaxTurns = 1, cli.Deadline))
            Assert.That(await quick.AskAsync("two", cli.Deadline), Does.Contain("two"));

        Assert.That(cli.Api.ConversationRequests.Select(request => request.Model), Is.EqualTo(new[] { "claude-sonnet-5-5", "claude-haiku-5-5" }).AsCollection);
    }

    [Test]
    public async Task A_container_gives_the_chat_client_of_each_name()
    {
        await using var cli = await RealCli.StartAsync();
        await using var services = Services(cli).BuildServiceProvider();

        var answer = await services.GetRequiredKeyedService<IChatClient>("quick").GetResponseAsync("three", cancellationToken: cli.Deadline);

        Assert.That(answer.Text, Does.Contain("three"));
        Assert.That(answer.ModelId, Does.Contain("haiku"));
    }

    [Test]
    public async Task The_health_check_finds_the_real_cli_healthy([Values] bool connectSession)
    {
        await using var cli = await RealCli.StartAsync();
        var collection = Services(cli);
        collection.AddLogging().AddHealthChecks().Add(ClaudeHealthCheck.Registration(configure: check => check.ConnectSession = connectSession));
        await using var services = collection.BuildServiceProvider();

        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cli.Deadline);

        var entry = report.Entries.Single().Value;
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Healthy), entry.Description);
        Assert.That(entry.Data["version"], Is.EqualTo(ClaudeCli.PinnedVersion));
    }

    private static ServiceCollection Services(RealCli cli)
    {
        var services = new ServiceCollection();
        services.AddNexusClaude(options => Point(options, cli, "sonnet"));
        services.AddNexusClaude("quick", options => Point(options, cli, "haiku"));
        return services;
    }

    private static void Point(ClaudeOptions options, RealCli cli, string model)
    {
        var real = cli.NewOptions();
        options.CliPath = real.CliPath;
        options.InheritEnvironment = false;
        options.WorkingDirectory = real.WorkingDirectory;
        options.Model = model;
        foreach (var (name, value) in real.Environment)
            options.Environment[name] = value;
    }
}
