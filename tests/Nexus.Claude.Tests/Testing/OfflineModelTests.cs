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

    [Test]
    [CancelAfter(60_000)]
    public async Task Without_a_credential_the_options_point_the_CLI_to_the_model(CancellationToken cancellationToken)
    {
        await using var cli = Knowing("""{"tokenSource":"none","apiProvider":"firstParty"}""");
        var options = OptionsFor(cli);
        List<string> notices = [];

        await using var model = await OfflineModel.WhenNoCredentialAsync(options, notices.Add, cancellationToken);

        Assert.That(model, Is.Not.Null);
        Assert.That(notices, Is.EqualTo(new[] { OfflineModel.Notice }));
        Assert.That(options.InheritEnvironment, Is.False);
        Assert.That(options.Environment.ToDictionary(v => v.Key, v => v.Value), Is.EquivalentTo(model!.Variables));
    }

    [TestCase("""{"tokenSource":"claude.ai","apiProvider":"firstParty"}""")]
    [TestCase("""{"tokenSource":"none","apiKeySource":"ANTHROPIC_API_KEY","apiProvider":"firstParty"}""")]
    [TestCase("""{"apiProvider":"bedrock"}""")]
    [TestCase("""{"subscriptionType":"Claude Max","apiProvider":"firstParty"}""")]
    [CancelAfter(60_000)]
    public async Task With_a_credential_nothing_is_changed(string account, CancellationToken cancellationToken)
    {
        await using var cli = Knowing(account);
        var options = OptionsFor(cli);
        var before = options.Environment.ToList();

        await using var model = await OfflineModel.WhenNoCredentialAsync(options, _ => Assert.Fail("A notice was given."), cancellationToken);

        Assert.That(model, Is.Null);
        Assert.That(options.InheritEnvironment, Is.True);
        Assert.That(options.Environment, Is.EquivalentTo(before));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_question_leaves_the_CLI_no_way_out_and_nothing_to_start(CancellationToken cancellationToken)
    {
        string[] addresses = ["ANTHROPIC_BASE_URL", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
        await using var cli = Knowing("""{"tokenSource":"none"}""", addresses);
        var options = OptionsFor(cli);
        options.Environment["HTTPS_PROXY"] = "http://proxy.example:3128";
        options.Environment["ANTHROPIC_BASE_URL"] = "https://gateway.example";
        options.McpServers["tools"] = new StdioMcpServer("tools");
        options.Resume = "a session";
        options.Model = "opus";

        await using var model = await OfflineModel.WhenNoCredentialAsync(options, cancellationToken: cancellationToken);

        var records = await cli.ReadRecordAsync(cancellationToken);
        var start = records.Single(record => record.Kind == "start");
        Assert.That(start.Variables.Values.Distinct(), Is.EqualTo(new[] { "http://127.0.0.1:9" }));
        Assert.That(start.Variables.Keys, Is.SupersetOf(addresses));
        Assert.That(start.VariableNames, Does.Contain("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"));
        Assert.That(string.Join(' ', start.Arguments), Does.Contain("--strict-mcp-config").And.Not.Contain("resume"));
        var inputs = records.Where(record => record.Kind == "input").ToList();
        Assert.That(inputs, Has.Count.EqualTo(1));
        Assert.That(inputs[0].Line, Does.Contain("disableAllHooks").And.Not.Contain("\"tools\":{"));
        Assert.That(options.McpServers, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_CLI_that_is_not_there_is_reported_as_by_a_client() =>
        Assert.That(
            () => OfflineModel.WhenNoCredentialAsync(new ClaudeOptions { CliPath = "/there/is/no/claude" }),
            Throws.TypeOf<CliNotFoundException>());

    [Test]
    [CancelAfter(60_000)]
    public async Task A_CLI_that_dies_is_reported_as_by_a_client(CancellationToken cancellationToken)
    {
        await using var cli = ScriptedCli.Create(new CliScript().WriteError("out of luck").Exit(3));
        var options = OptionsFor(cli);

        await Assert.ThatAsync(
            () => OfflineModel.WhenNoCredentialAsync(options, cancellationToken: cancellationToken),
            Throws.TypeOf<CliExitedException>().With.Message.Contains("out of luck"));
    }

    private static ScriptedCli Knowing(string account, params string[] recordedVariables)
    {
        var script = new CliScript().AnswerInitialize($$"""{"account":{{account}},"settings_applied":true}""").AwaitEndOfInput();
        foreach (string name in recordedVariables)
            script.RecordedVariables.Add(name);
        return ScriptedCli.Create(script);
    }

    private static ClaudeOptions OptionsFor(ScriptedCli cli)
    {
        var options = new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath };
        foreach (var (name, value) in cli.Environment)
            options.Environment[name] = value;
        return options;
    }
}
