using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 25)]
internal sealed class ApiKeysTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-keys-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Each_of_many_keys_is_known_by_its_hash_and_leads_to_its_own_policy()
    {
        var keys = Keys(options =>
        {
            for (var number = 0; number < 50; number++)
                options.Keys.Add(new GatewayKeyOptions { Id = $"k{number}", Hash = ApiKey.Format(ApiKey.HashOf($"secret-{number}")), RequestsPerMinute = number + 1 });
        });

        using (Assert.EnterMultipleScope())
        {
            for (var number = 0; number < 50; number++)
                Assert.That(keys.Find($"secret-{number}"), Has.Property(nameof(Caller.KeyId)).EqualTo($"k{number}").And.Property(nameof(Caller.Policy)).Property(nameof(KeyPolicy.RequestsPerMinute)).EqualTo(number + 1));
            Assert.That(keys.Find("secret-50"), Is.Null);
            Assert.That(keys.Find(""), Is.Null);
            Assert.That(keys.AreRequired);
        }
    }

    [TestCase("sha256:{0}", true)]
    [TestCase("SHA256:{0}", true)]
    [TestCase("{0}", true)]
    [TestCase("sha256:{0}0", false)]
    [TestCase("plain", false)]
    public void A_hash_is_64_digits_with_or_without_its_name(string form, bool isHash)
    {
        var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Convert.ToHexString(ApiKey.HashOf("secret")));

        Assert.That(ApiKey.TryParseHash(text, out var hash), Is.EqualTo(isHash));
        if (isHash)
            Assert.That(hash, Is.EqualTo(ApiKey.HashOf("secret")));
    }

    [Test]
    public void An_expired_key_is_unknown_from_its_time_on()
    {
        var keys = Keys(options => options.Keys.Add(new GatewayKeyOptions { Id = "k", Key = "secret", ExpiresAt = _time.GetUtcNow().AddHours(1) }));

        Assert.That(keys.Find("secret"), Is.Not.Null);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(keys.Find("secret"), Is.Null);
    }

    [Test]
    public void All_mistakes_are_named_at_once_and_none_shows_a_key()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Keys(options =>
        {
            options.Keys.Add(new GatewayKeyOptions { Key = "secret-1" });
            options.Keys.Add(new GatewayKeyOptions { Id = "both", Key = "secret-2", Hash = ApiKey.Format(ApiKey.HashOf("x")) });
            options.Keys.Add(new GatewayKeyOptions { Id = "bad", Hash = "secret-3" });
            options.Keys.Add(new GatewayKeyOptions { Id = "twice", Key = "secret-4" });
            options.Keys.Add(new GatewayKeyOptions { Id = "twice", Key = "secret-5", RequestsPerMinute = 0, WorkingDirectories = ["relative"] });
        }));

        Assert.That(failure.Failures, Has.Count.EqualTo(6));
        Assert.That(failure.Message, Does.Contain("both").And.Contain("bad").And.Contain("twice").And.Contain("relative").And.Not.Contain("secret"));
    }

    [Test]
    public async Task A_key_that_is_added_or_revoked_while_the_server_runs_counts_at_once()
    {
        var file = new KeysFile(Path.Combine(_folder, "keys.json"), _time);
        var keys = Keys(options => options.KeysFile = file.Path);
        Assert.That(keys.AreRequired, Is.False);

        var (record, key) = await file.AddAsync(new KeyRecord { Name = "alice", Agent = true, BudgetUsd = 2.5m }, default);
        Assert.That(keys.AreRequired);
        Assert.That(keys.Find(key), Has.Property(nameof(Caller.KeyId)).EqualTo(record.Id));
        Assert.That(keys.Find(key)!.Policy, Has.Property(nameof(KeyPolicy.AllowsAgent)).True.And.Property(nameof(KeyPolicy.BudgetUsd)).EqualTo(2.5m));

        await file.RevokeAsync("alice", default);
        Assert.That(keys.Find(key), Is.Null);
        Assert.That(keys.AreRequired, "revoking the last key must not open the server to everybody");
    }

    [Test]
    public async Task A_keys_file_that_becomes_unreadable_leaves_the_known_keys_valid()
    {
        var file = new KeysFile(Path.Combine(_folder, "keys.json"), _time);
        var (_, key) = await file.AddAsync(new KeyRecord(), default);
        var keys = Keys(options => options.KeysFile = file.Path);

        await File.WriteAllTextAsync(file.Path, "{ not json");
        Assert.That(keys.Find(key), Is.Not.Null);
        File.Delete(file.Path);
        Assert.That(keys.Find(key), Is.Null);
        Assert.That(keys.AreRequired);
    }

    [Test]
    public async Task A_keys_file_with_a_limit_that_is_misspelled_is_an_error_and_not_no_limit()
    {
        var path = Path.Combine(_folder, "keys.json");
        await File.WriteAllTextAsync(path, $$"""{"keys":[{"id":"k","hash":"{{ApiKey.Format(ApiKey.HashOf("x"))}}","request_per_minute":5}]}""");

        Assert.That(() => Keys(options => options.KeysFile = path), Throws.InstanceOf<ClaudeException>().With.Message.Contains(path));
    }

    private ApiKeys Keys(Action<GatewaySecurityOptions> configure)
    {
        var options = new NexusClaudeServerOptions();
        configure(options.Security);
        return new ApiKeys(Options.Create(options), _time, NullLogger<ApiKeys>.Instance);
    }
}
