using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Hosting;

/// <summary>What a container gives after AddNexusClaude.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RegistrationTests
{
    [Test]
    public async Task The_factory_connects_a_client_with_the_registered_options_and_the_containers_log()
    {
        await using var cli = ScriptedCli.Create();
        using var log = new Logs();
        var services = new ServiceCollection().AddSingleton<ILoggerFactory>(log);
        services.AddNexusClaude(options => Point(options, cli));
        await using var provider = services.BuildServiceProvider();

        await using var client = await provider.GetRequiredService<IClaudeClientFactory>().CreateAsync().InTime();

        Assert.That(await client.AskAsync("Hello").InTime(), Is.EqualTo("You said: Hello"));
        Assert.That(log.Collector.GetSnapshot().Select(record => record.Message), Has.Some.Contains($"started as process {client.ProcessId}"));
    }

    [Test]
    public async Task Clients_have_options_of_their_own_by_name_and_a_change_for_one_client_stays_with_it()
    {
        var services = new ServiceCollection();
        services.AddNexusClaude("fast", options => options.Model = "haiku");
        services.AddNexusClaude("careful", options => options.Model = "opus").Configure(options => options.MaxTurns = 3);
        await using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptionsMonitor<ClaudeOptions>>();
        Assert.That(options.Get("fast").Model, Is.EqualTo("haiku"));
        Assert.That(options.Get("careful").Model, Is.EqualTo("opus"));
        Assert.That(options.Get("careful").MaxTurns, Is.EqualTo(3));

        ClaudeOptions? changed = null;
        var factory = provider.GetRequiredService<IClaudeClientFactory>();
        await factory.CreateAsync("fast", own =>
        {
            changed = own;
            own.Model = "sonnet";
            own.CliPath = Missing;
        }).FailureAsync<CliNotFoundException>();
        Assert.That(changed!.Model, Is.EqualTo("sonnet"));
        Assert.That(options.Get("fast").Model, Is.EqualTo("haiku"));
    }

    [Test]
    public async Task A_name_that_nobody_registered_is_an_error_that_names_those_who_are()
    {
        var services = new ServiceCollection();
        services.AddNexusClaude("fast");
        services.AddNexusClaude("careful");
        await using var provider = services.BuildServiceProvider();
        var factory = provider.GetRequiredService<IClaudeClientFactory>();

        Assert.That((await factory.CreateAsync("fsat").FailureAsync<ArgumentException>()).Message, Does.Contain("'fsat'").And.Contain("'fast', 'careful'"));
        Assert.That((await factory.CreateAsync().FailureAsync<ArgumentException>()).Message, Does.Contain("without a name"));
    }

    [Test]
    public async Task Mistakes_in_options_come_as_the_sdks_own_exception_or_when_the_host_starts()
    {
        var services = new ServiceCollection();
        services.AddNexusClaude(options => options.MaxTurns = 0).ValidateOnStart();
        await using var provider = services.BuildServiceProvider();

        var failure = await provider.GetRequiredService<IClaudeClientFactory>().CreateAsync().FailureAsync<OptionsValidationException>();
        Assert.That(failure.Failures.Single(), Does.StartWith("MaxTurns"));
        Assert.That(
            () => provider.GetRequiredService<IStartupValidator>().Validate(),
            Throws.InstanceOf<Microsoft.Extensions.Options.OptionsValidationException>().With.Message.Contains("MaxTurns"));
    }

    [Test]
    public void What_options_name_themselves_wins_over_the_container()
    {
        using var own = LoggerFactory.Create(_ => { });
        using var log = new Logs();
        var time = new FakeTimeProvider();
        var services = new ServiceCollection().AddSingleton<ILoggerFactory>(log).AddSingleton<TimeProvider>(time);
        services.AddNexusClaude("plain");
        services.AddNexusClaude("own", options => options.LoggerFactory = own);
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<ClaudeOptions>>();

        Assert.That(options.Get("plain").LoggerFactory, Is.SameAs(log));
        Assert.That(options.Get("plain").TimeProvider, Is.SameAs(time));
        Assert.That(options.Get("own").LoggerFactory, Is.SameAs(own));
    }

    [Test]
    public async Task Chat_clients_are_there_by_name_and_one_that_is_there_already_stays()
    {
        using var other = new ClaudeChatClient();
        var services = new ServiceCollection();
        services.AddSingleton<IChatClient>(other);
        services.AddNexusClaude(options => options.Model = "opus");
        services.AddNexusClaude("fast", options => options.Model = "haiku");
        await using var provider = services.BuildServiceProvider();

        Assert.That(provider.GetRequiredService<IChatClient>(), Is.SameAs(other));
        var fast = provider.GetRequiredKeyedService<IChatClient>("fast");
        Assert.That(fast.GetService<ChatClientMetadata>()!.DefaultModelId, Is.EqualTo("haiku"));
        Assert.That(fast.GetService<ChatClientMetadata>()!.ProviderName, Is.EqualTo("anthropic"));
        Assert.That(fast.GetService<ClaudeChatClient>(), Is.SameAs(fast));
    }

    [Test]
    public async Task The_end_of_the_container_ends_the_processes_of_its_chat_client()
    {
        await using var cli = ScriptedCli.Create();
        var services = new ServiceCollection();
        services.AddNexusClaude(options => Point(options, cli));
        int process;
        await using (var provider = services.BuildServiceProvider())
        {
            var chat = provider.GetRequiredService<IChatClient>();
            var response = await chat.GetResponseAsync("Hello").InTime();
            Assert.That(response.Text, Is.EqualTo("You said: Hello"));
            process = chat.GetService<ClaudeClient>(response.ConversationId)!.ProcessId;
            Assert.That(Bounded.Exists(process), "the conversation is kept alive");
        }

        await Bounded.GoneAsync(process);
    }

    private static string Missing => Path.Combine(TestContext.CurrentContext.WorkDirectory, "missing", "claude");

    private static void Point(ClaudeOptions options, ScriptedCli cli)
    {
        options.CliPath = ScriptedCli.ExecutablePath;
        foreach (var (name, value) in cli.Environment)
            options.Environment[name] = value;
    }

    private sealed class Logs : ILoggerFactory
    {
        public FakeLogCollector Collector { get; } = FakeLogCollector.Create(new FakeLogCollectorOptions());

        public ILogger CreateLogger(string categoryName) => new FakeLogger(Collector, categoryName);

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }
}
