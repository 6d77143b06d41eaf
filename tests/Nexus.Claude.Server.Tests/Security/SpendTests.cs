using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 45)]
internal sealed class SpendTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-spend-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task What_a_key_has_spent_is_known_after_a_restart()
    {
        var options = Options.Create(new NexusClaudeServerOptions { Security = { SpendFile = Path.Combine(_folder, "state", "spend.json") } });
        using var ledger = new SpendLedger(options);
        using (var writer = new SpendWriter(ledger, options, NullLogger<SpendWriter>.Instance))
        {
            await writer.StartAsync(default);
            ledger.Charge(TurnRoute.Caller("a"), 0.5m);
            ledger.Charge(TurnRoute.Caller("a"), 0.25m);
            ledger.Charge(TurnRoute.Caller("b"), 0.1m);
            await writer.StopAsync(default);
        }

        using var restarted = new SpendLedger(options);
        Assert.That(restarted.All, Is.EquivalentTo(new Dictionary<string, decimal> { ["a"] = 0.75m, ["b"] = 0.1m }));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(options.Value.Security.SpendFile!), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task A_file_that_cannot_be_read_stops_the_start_instead_of_giving_budgets_again()
    {
        var path = Path.Combine(_folder, "spend.json");
        await File.WriteAllTextAsync(path, "{");

        Assert.That(
            () => new SpendLedger(Options.Create(new NexusClaudeServerOptions { Security = { SpendFile = path } })),
            Throws.InstanceOf<ClaudeException>().With.Message.Contains(path));
    }
}
