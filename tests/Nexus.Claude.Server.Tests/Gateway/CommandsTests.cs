using System.Collections;
using Nexus.Claude.Gateway;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Tests;

internal sealed class CommandsTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-commands-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    [Property("seed-row", 128)]
    public async Task Help_names_the_verbs_and_each_verb_its_options()
    {
        var (code, output, _) = await RunAsync("--help");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("serve").And.Contain("doctor").And.Contain("keys"));

        (code, output, _) = await RunAsync("serve", "--help");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("--port").And.Contain("--host").And.Contain("--config").And.Contain("--memory").And.Contain("--offline"));
    }

    [Test]
    [Property("seed-row", 128)]
    public async Task The_version_is_that_of_the_package()
    {
        var (code, output, _) = await RunAsync("--version");
        Assert.That(code, Is.Zero);
        Assert.That(output.Trim(), Does.Match(@"^\d+\.\d+\.\d+"));
    }

    [TestCase("start")]
    [TestCase("serve", "--prot", "1")]
    [TestCase("serve", "--port", "many")]
    [TestCase("keys", "remove")]
    [TestCase("keys", "revoke")]
    [TestCase("keys", "add", "--rpm", "0")]
    [TestCase]
    [Property("seed-row", 128)]
    public async Task What_cannot_be_understood_is_said_and_nothing_starts(params string[] args)
    {
        var (code, _, error) = await RunAsync(args);
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Is.Not.Empty.And.Not.Contain("   at "));
    }

    [Test]
    [Property("gateway-row", 25)]
    public async Task Keys_are_made_listed_and_revoked()
    {
        var (code, key, note) = await RunAsync(
            "keys", "add", "--name", "alice", "--model", "sonnet", "--model", "haiku", "--agent", "--cwd", "work", "--tool", "Read", "--rpm", "60", "--tpm", "1000", "--concurrency", "2",
            "--budget", "12.5", "--expires-days", "30");
        Assert.That(code, Is.Zero, note);
        Assert.That(key.Trim(), Does.Match("^nxc_[A-Za-z0-9_-]{43}$"), "only the key is on the output, so that it can be piped");
        Assert.That(note, Does.Contain("alice").And.Not.Contain(key.Trim()));

        var record = new KeysFile(KeysFile, TimeProvider.System).Read().Single();
        Assert.That(ApiKey.TryParseHash(record.Hash, out var hash) && hash.SequenceEqual(ApiKey.HashOf(key.Trim())));
        Assert.That((record.BudgetUsd, record.RequestsPerMinute, record.WorkingDirectories!.Single()), Is.EqualTo((12.5m, 60, Path.Combine(_folder, "work"))));

        (code, var list, _) = await RunAsync("keys", "list");
        Assert.That(code, Is.Zero);
        Assert.That(list, Does.Contain(record.Id).And.Contain("alice").And.Contain("sonnet+haiku").And.Contain("agent").And.Contain("60 requests/min").And.Contain("$12.5").And.Contain("expires"));
        Assert.That(list, Does.Not.Contain(key.Trim()[4..]).And.Not.Contain(record.Hash));

        (code, _, _) = await RunAsync("keys", "revoke", "alice");
        Assert.That(code, Is.Zero);
        (code, _, var error) = await RunAsync("keys", "revoke", "alice");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("keys list"));
    }

    [Test]
    public async Task Keys_get_the_configured_lifetime_and_may_lie_in_another_file()
    {
        var other = Path.Combine(_folder, "other.json");
        await RunAsync(new Hashtable { ["CLAUDE_CODE__AUTH__TOKEN_EXPIRY_HOURS"] = "24" }, "keys", "add", "--keys-file", other);

        Assert.That(new KeysFile(other, TimeProvider.System).Read().Single().ExpiresAt, Is.EqualTo(TimeProvider.System.GetUtcNow().AddHours(24)).Within(TimeSpan.FromMinutes(5)));
    }

    [Test]
    [Property("gateway-row", 32)]
    public async Task An_agent_needs_a_folder()
    {
        var (code, _, error) = await RunAsync("keys", "add", "--agent");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("--cwd"));
    }

    [TestCase("--host", "0.0.0.0", "keys add")]
    [TestCase("--host", "example.com", "IP address")]
    [TestCase("--port", "70000", "65535")]
    [TestCase("--config", "missing.json", "missing.json")]
    [Property("seed-row", 116)]
    public async Task A_server_that_must_not_start_says_why_and_what_to_do(string option, string value, string expected)
    {
        var (code, _, error) = await RunAsync("serve", option, value);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain(expected).And.Not.Contain("   at "));
    }

    [Test]
    [Property("seed-row", 117)]
    public async Task Authentication_without_a_key_does_not_start()
    {
        var (code, _, error) = await RunAsync(new Hashtable { ["CLAUDE_CODE__AUTH__ENABLED"] = "true" }, "serve", "--port", "0");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("keys add"));
    }

    private string KeysFile => new UserFolders(new Hashtable { ["HOME"] = _folder }).KeysFile;

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] args) => RunAsync([], args);

    private async Task<(int Code, string Output, string Error)> RunAsync(Hashtable environment, params string[] args)
    {
        environment["HOME"] = _folder;
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await GatewayCommands.RunAsync(args, new Surroundings(output, error, _folder, environment));
        return (code, output.ToString(), error.ToString());
    }
}
