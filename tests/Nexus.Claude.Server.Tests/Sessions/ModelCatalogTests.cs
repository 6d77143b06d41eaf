using Nexus.Claude.Server.Models;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>The models of the real CLI.</summary>
internal sealed class ModelCatalogTests
{
    [Test]
    [Property("seed-row", 124)]
    public async Task Models_are_those_of_the_cli_with_its_aliases_and_older_ones()
    {
        await using var engine = await Engine.StartAsync(options => options.Models.Map["gpt-*"] = "sonnet");

        var all = await engine.Models.ListAsync(engine.Deadline);
        var again = await engine.Models.ListAsync(engine.Deadline);

        Assert.That(all.Select(model => model.Id), Is.SupersetOf(new[] { "sonnet", "opus", "haiku", "claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-3-5-sonnet-20241022", "sonnet-4" }));
        Assert.That(all.Select(model => model.Id), Is.Unique);
        Assert.That(again, Is.EqualTo(all));
        Assert.That(engine.Statistics.Processes.ColdLeases + engine.Statistics.Processes.WarmLeases, Is.EqualTo(1));
        var haiku = await FindAsync("haiku");
        Assert.That(haiku!.CliName, Is.EqualTo("haiku"));
        Assert.That((await FindAsync("sonnet[1m]"))!.CliName, Is.EqualTo("sonnet[1m]"));
        Assert.That((await FindAsync("gpt-4o"))!.CliName, Is.EqualTo("sonnet"));
        Assert.That((await FindAsync("claude-sonnet-4-5-20250929"))!.Created, Is.EqualTo(new DateTimeOffset(2025, 9, 29, 0, 0, 0, TimeSpan.Zero)));
        Assert.That(await FindAsync("no-such-model"), Is.Null);

        async Task<CatalogModel?> FindAsync(string name) => await engine.Models.FindAsync(name, engine.Deadline);
    }

    [Test]
    public async Task Many_who_ask_for_the_models_at_once_are_answered_by_one_process()
    {
        await using var engine = await Engine.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ => await engine.Models.ListAsync(engine.Deadline)));

        Assert.That(answers, Has.All.Count.EqualTo(answers[0].Count).And.All.Not.Empty);
        Assert.That(engine.Statistics.Processes.ColdLeases + engine.Statistics.Processes.WarmLeases, Is.EqualTo(1));
    }
}
