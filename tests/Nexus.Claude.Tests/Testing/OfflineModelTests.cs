using System.Text.Json;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Testing;

[Parallelizable(ParallelScope.All)]
internal sealed class OfflineModelTests
{
    [TestCase("""{"tokenSource":"none","apiProvider":"firstParty"}""", true)]
    [TestCase("""{"tokenSource":"none"}""", true)]
    [TestCase("""{"tokenSource":"none","apiKeySource":"ANTHROPIC_API_KEY","apiProvider":"firstParty"}""", false)]
    [TestCase("""{"tokenSource":"claude.ai"}""", false)]
    [TestCase("""{"tokenSource":"none","apiProvider":"bedrock"}""", false)]
    [TestCase("""{}""", false)]
    public void The_model_is_needed_when_the_CLI_has_no_credential(string account, bool needed)
    {
        using var document = JsonDocument.Parse(account);
        Assert.That(OfflineModel.IsNeeded(document.RootElement), Is.EqualTo(needed));
    }

    [Test]
    public void An_absent_account_says_nothing() => Assert.That(OfflineModel.IsNeeded(default), Is.False);

    [Test]
    public async Task It_answers_and_its_environment_points_to_it()
    {
        await using var model = await OfflineModel.StartAsync();
        using var client = new MessagesApiClient(model.Api);

        Assert.That(new Uri(model.Variables["ANTHROPIC_BASE_URL"]), Is.EqualTo(model.Api.BaseAddress));
        Assert.That(await client.StreamAsync("hello"), Is.Not.Empty);
    }

    [Test]
    public async Task The_environment_is_hermetic_and_its_folder_goes_with_it()
    {
        var environment = HermeticCliEnvironment.Create(new Uri("http://127.0.0.1:9"));
        string root = environment.RootDirectory;
        await File.WriteAllTextAsync(Path.Combine(environment.ConfigDirectory, "left.json"), "{}");

        Assert.Multiple(() =>
        {
            foreach (string name in (string[])["HOME", "CLAUDE_CONFIG_DIR"])
                Assert.That(environment.Variables[name], Does.StartWith(root).And.Exist);
            Assert.That(environment.Variables["ANTHROPIC_API_KEY"], Does.Contain("scripted"));
            foreach (string name in (string[])["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_AUTOUPDATER", "DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING"])
                Assert.That(environment.Variables[name], Is.EqualTo("1"));
            Assert.That(environment.Variables.Keys.Where(name => name.StartsWith("ANTHROPIC", StringComparison.OrdinalIgnoreCase)), Has.Exactly(2).Items);
            Assert.That(environment.Variables.Keys, Has.None.EqualTo("CLAUDECODE"));
        });

        await environment.DisposeAsync();
        Assert.That(root, Does.Not.Exist);
    }
}
