using Nexus.Claude.Memory.Benchmarks;

namespace Nexus.Claude.Memory.Tests.Recall;

/// <summary>How well the sets of the open bench are recalled, by the bench's own code. A floor that is missed is a regression of the ranking.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RecallGateTests
{
    private static readonly Dictionary<string, Floor> Floors = new()
    {
        ["english"] = new(Queries: 20, Hit10: 1.00, Recall10: 0.95, ReciprocalRank: 0.65),
        ["chinese"] = new(Queries: 20, Hit10: 1.00, Recall10: 0.98, ReciprocalRank: 0.85),
        ["code"] = new(Queries: 25, Hit10: 1.00, Recall10: 0.98, ReciprocalRank: 0.93),
        // What the issue asks for: words of two characters 0.99, identifiers exactly 0.99 and as prose 0.95.
        ["chinese, one word"] = new(Queries: 140, Hit10: 0.99, Recall10: 0, ReciprocalRank: 0.95),
        ["chinese, three words"] = new(Queries: 600, Hit10: 0.99, Recall10: 0.99, ReciprocalRank: 0.95),
        ["chinese, without spaces"] = new(Queries: 600, Hit10: 0.99, Recall10: 0.98, ReciprocalRank: 0.85),
        ["identifiers, exactly"] = new(Queries: 500, Hit10: 0.99, Recall10: 0, ReciprocalRank: 0.90),
        ["identifiers, as prose"] = new(Queries: 500, Hit10: 0.95, Recall10: 0, ReciprocalRank: 0.75),
    };

    [TestCaseSource(nameof(Sets))]
    public async Task A_set_is_recalled_as_well_as_it_was(string name)
    {
        var set = await SmallSets.ReadAllAsync(SmallSets.RepositoryRoot()).FirstAsync(set => set.Name == name);

        var scores = await SmallSets.ScoreAsync(set);

        var floor = Floors[name];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scores.Queries, Is.GreaterThanOrEqualTo(floor.Queries));
            Assert.That(scores.Hit10, Is.GreaterThanOrEqualTo(floor.Hit10), "hit@10");
            Assert.That(scores.Recall10, Is.GreaterThanOrEqualTo(floor.Recall10), "R@10");
            Assert.That(scores.ReciprocalRank, Is.GreaterThanOrEqualTo(floor.ReciprocalRank), "MRR");
        }
    }

    [Test]
    public async Task Every_set_has_its_floor() =>
        Assert.That(await SmallSets.ReadAllAsync(SmallSets.RepositoryRoot()).Select(set => set.Name).ToListAsync(), Is.EquivalentTo(Floors.Keys));

    private static string[] Sets() => [.. Floors.Keys];

    private sealed record Floor(int Queries, double Hit10, double Recall10, double ReciprocalRank);
}
