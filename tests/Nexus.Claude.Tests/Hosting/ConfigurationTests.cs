using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nexus.Claude.Hosting;

namespace Nexus.Claude.Tests.Hosting;

/// <summary>Options out of configuration.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ConfigurationTests
{
    [Test]
    public void Options_of_every_form_are_read()
    {
        var options = Bind(
            ("Model", "opus"), ("fallbackmodels:0", "sonnet"), ("FallbackModels:1", "haiku"), ("Effort", "low"), ("Thinking", "2048"), ("MaxTurns", "7"),
            ("MaxBudgetUsd", "2.50"), ("SystemPrompt", "Be brief."), ("Tools", "Read, Grep"), ("PermissionMode", "plan"), ("IdleTimeout", "00:01:30"),
            ("PersistSession", "false"), ("Environment:ANTHROPIC_BASE_URL", "http://localhost/"), ("SettingSources", "project"));

        Assert.Multiple(() =>
        {
            Assert.That(options.Model, Is.EqualTo("opus"));
            Assert.That(options.FallbackModels, Is.EqualTo(new[] { "sonnet", "haiku" }));
            Assert.That(options.Effort, Is.EqualTo(EffortLevel.Low));
            Assert.That(options.Thinking!.BudgetTokens, Is.EqualTo(2048));
            Assert.That(options.MaxTurns, Is.EqualTo(7));
            Assert.That(options.MaxBudgetUsd, Is.EqualTo(2.5m));
            Assert.That(((SystemPrompt.CustomPrompt)options.SystemPrompt!).Blocks, Is.EqualTo(new[] { "Be brief." }));
            Assert.That(options.Tools, Is.EqualTo(new[] { "Read", "Grep" }));
            Assert.That(options.PermissionMode, Is.EqualTo(PermissionMode.Plan));
            Assert.That(options.IdleTimeout, Is.EqualTo(TimeSpan.FromSeconds(90)));
            Assert.That(options.PersistSession, Is.False);
            Assert.That(options.Environment["ANTHROPIC_BASE_URL"], Is.EqualTo("http://localhost/"));
            Assert.That(options.SettingSources, Is.EqualTo(new[] { SettingSource.Project }));
        });
    }

    [Test]
    public void Every_mistake_is_named_by_its_path_and_without_its_value()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Bind(("Modle", "secret"), ("MaxTurns", "secret"), ("IdleTimeout", "secret")));
        Assert.That(failure!.Failures, Has.Count.EqualTo(3));
        Assert.That(failure.Failures, Has.Some.StartsWith("Claude:Modle is no option"));
        Assert.That(failure.Failures, Has.Some.EqualTo("Claude:MaxTurns must be a whole number."));
        Assert.That(failure.Message, Does.Not.Contain("secret"));
    }

    [Test]
    public void Every_option_that_is_a_flag_a_number_a_text_or_a_time_can_be_set()
    {
        // They name one session, which is not for configuration.
        string[] ofOneSession = ["Resume", "Continue", "ForkSession", "ResumeSessionAt", "ResumeDropsTurn", "Title", "ReplayUserMessages", "PerTaskStopAffordance"];
        Type[] simple = [typeof(string), typeof(bool), typeof(int), typeof(int?), typeof(decimal?), typeof(TimeSpan), typeof(TimeSpan?), typeof(IList<string>)];
        var expected = typeof(ClaudeOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => simple.Contains(property.PropertyType)).Select(property => property.Name)
            .Except(ofOneSession).Except(["SupportedDialogKinds"]);

        Assert.That(expected.Except(ConfigurationOptions.Names), Is.Empty);
        Assert.That(ConfigurationOptions.Names.Where(name => typeof(ClaudeOptions).GetProperty(name) is null), Is.Empty);
    }

    [Test]
    public async Task Every_name_stands_in_the_page()
    {
        var page = await File.ReadAllTextAsync(Docs.Repository.PathOf("docs/hosting.md"));
        foreach (var name in ConfigurationOptions.Names)
            Assert.That(page, Does.Contain($"`{name}`"));
    }

    [Test]
    public void Options_follow_a_reload_of_the_configuration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Claude:Model", "opus")]).Build();
        var services = new ServiceCollection();
        services.AddNexusClaude("named", configuration.GetSection("Claude")).Configure(options => options.MaxTurns = 2);
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<ClaudeOptions>>();
        Assert.That(options.Get("named").Model, Is.EqualTo("opus"));

        configuration["Claude:Model"] = "haiku";
        configuration.Reload();

        Assert.That(options.Get("named").Model, Is.EqualTo("haiku"));
        Assert.That(options.Get("named").MaxTurns, Is.EqualTo(2));
    }

    private static ClaudeOptions Bind(params (string Key, string? Value)[] values)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values.Select(value => KeyValuePair.Create("Claude:" + value.Key, value.Value))).Build();
        var options = new ClaudeOptions();
        new ConfigurationOptions(configuration.GetSection("Claude")).ApplyTo(options);
        return options;
    }
}
