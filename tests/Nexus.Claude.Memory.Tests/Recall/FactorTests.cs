using CsCheck;
using Nexus.Claude.Memory.Recall;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Recall;

/// <summary>Each factor of a score, by its exact values.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FactorTests : IAsyncDisposable
{
    private readonly TemporaryMemory _temporary = new();

    public ValueTask DisposeAsync() => _temporary.DisposeAsync();

    [TestCase("/work/api", "/work/api", 1.0), Row(8)]
    [TestCase("/work/api", "/work/api/src/deep", 0.8)]
    [TestCase("/work/api/src", "/work/api", 0.8)]
    [TestCase("/work/api", "/work/web", 0.4)]
    [TestCase("/work/api", "/srv/api", 0.0)]
    [TestCase("/a", "/b", 0.0)]
    [TestCase("/work/api", "/work/apiary/x", 0.0)]
    [TestCase("/", "/work", 0.0)]
    [TestCase("c:/work/api", "c:/Work/API", 1.0)]
    [TestCase("c:/work/api", "c:/Work/web", 0.4)]
    [TestCase("/work/api", "/Work/API", 0.0)]
    [TestCase("", "/work", 0.0)]
    public void Directories_are_equal_above_below_beside_or_apart(string one, string other, double expected) =>
        Assert.That(DirectoryRelation.Score(one, other), Is.EqualTo(expected));

    [TestCase("/p/a", "/p/b", 0.10)]
    [TestCase("/p/x/a", "/p/x/b", 0.15)]
    [TestCase("/p/a", "/p/a/b", 0.5)]
    [TestCase("/p/a", "/p/a/", 1.0)]
    [TestCase("/a", "/b", 0.0)]
    [TestCase("/1/2/3/4/5/a", "/1/2/3/4/5/b", 0.25)]
    public void The_weighted_sum_grades_directories_as_the_package_before_did(string one, string other, double expected) =>
        Assert.That(DirectoryRelation.Weighted(one, other), Is.EqualTo(expected).Within(1e-9));

    [TestCase("/r/a.cs", "/r/a.cs|/r/b.cs", 1.0), Row(9)]
    [TestCase("/r/a.cs", "/other/a.cs", 0.5)]
    [TestCase("src/a.cs", "/r/src/a.cs", 1.0)]
    [TestCase(@"C:\r\a.cs", "c:/R/A.cs", 1.0)]
    [TestCase("/r/a.cs|/r/b.cs", "/r/a.cs", 0.5)]
    [TestCase("/r/a.cs|/r/b.cs", "/x/a.cs", 0.25)]
    [TestCase("/r/a.cs", "/r/b.cs", 0.0)]
    [TestCase("/r/a.cs", "", 0.0)]
    public void Files_count_by_the_share_of_the_asked_ones(string asked, string touched, double expected) =>
        Assert.That(FileOverlap.Containment(Split(asked), Split(touched)), Is.EqualTo(expected));

    [TestCase(0, 1.0), Row(10), SeedDefect("M3"), SeedDefect("E38")]
    [TestCase(-5, 1.0)]
    [TestCase(14, 0.35 + 0.65 / 2)]
    [TestCase(28, 0.35 + 0.65 / 4)]
    [TestCase(3_650, 0.35)]
    public void A_half_life_takes_half_of_what_can_be_lost(int days, double expected) =>
        Assert.That(Decay.HalfLife(TimeSpan.FromDays(days), TimeSpan.FromDays(14), 0.35), Is.EqualTo(expected).Within(1e-9));

    [TestCase(24, 0.36787944117144233), SeedDefect("E38")]
    [TestCase(1, 0.95918945710913652)]
    [TestCase(72, 0.049787068367863944)]
    [TestCase(-1, 1.0)]
    public void The_weighted_sum_decays_by_the_constant_it_names(int hours, double expected) =>
        Assert.That(Decay.Exponential(TimeSpan.FromHours(hours), TimeSpan.FromHours(24)), Is.EqualTo(expected).Within(1e-9));

    [Test, Row(10)]
    public async Task What_tools_answered_ages_faster_than_what_was_said()
    {
        var memory = await _temporary.OpenAsync();
        await memory.StoreMessagesAsync(
        [
            TemporaryMemory.Message("the walrus build failed", "a", "said") with { CreatedAt = TemporaryMemory.Start.AddDays(-3) },
            TemporaryMemory.Message("Bash walrus build failed", "b", "tool", role: "tool") with { CreatedAt = TemporaryMemory.Start.AddDays(-3), ToolName = "Bash" },
        ]);
        await memory.FlushAsync();

        var found = await memory.RecallAsync(new MemoryQuery("walrus build failed") { Diversify = false, MinimumScore = 0 });

        Assert.That(found.Items.Single(item => item.Message.Id == "said").Relevance.Recency, Is.EqualTo(0.35 + 0.65 * Math.Pow(2, -3.0 / 14)).Within(1e-9));
        Assert.That(found.Items.Single(item => item.Message.Id == "tool").Relevance.Recency, Is.EqualTo(0.35 + 0.65 / 2).Within(1e-9));
    }

    [Test, Row(26)]
    public async Task Every_item_says_why_it_is_there_and_its_factors_make_its_score()
    {
        var memory = await _temporary.OpenAsync();
        await memory.StoreMessagesAsync(
        [
            TemporaryMemory.Message("Which port does the walrus gateway use?", "c1", "q", 0, directory: "/work/api"),
            TemporaryMemory.Message("It uses 8443 behind the proxy for every tenant.", "c1", "a", 1, "assistant", "/work/api", ["/work/api/gateway.json"]),
            TemporaryMemory.Message("The walrus gateway of the other service uses 9000.", "c2", "o", 2, "assistant", "/work/web"),
        ]);
        await memory.FlushAsync();
        _temporary.Time.Advance(TimeSpan.FromDays(14));

        var found = await memory.RecallAsync(new MemoryQuery("walrus gateway port")
        {
            WorkingDirectory = "/work/api", Files = ["gateway.json"], MinimumCoverage = 0, MinimumScore = 0, Diversify = false,
        });

        Assert.That(found.Items, Has.Count.EqualTo(3));
        foreach (var (message, why) in found.Items)
        {
            double prior = 1 + 0.35 * why.Directory + 0.35 * why.Files + 0.15;
            Assert.That(why.Score, Is.EqualTo(why.Text * prior * why.Recency).Within(1e-9), message.Id);
            Assert.That(why.Recency, Is.EqualTo(0.35 + 0.65 / 2).Within(0.001));
        }

        var answer = found.Items.Single(item => item.Message.Id == "a").Relevance;
        Assert.That(answer.MatchedTerms, Does.Not.Contain("walru"));
        Assert.That(answer.Neighbours, Is.GreaterThan(0));
        Assert.That(answer.Files, Is.EqualTo(0.5));
        Assert.That(found.Items.Single(item => item.Message.Id == "q").Relevance.MatchedTerms, Is.EquivalentTo(new[] { "walru", "gatewai", "port" }));
        Assert.That(found.Items.Single(item => item.Message.Id == "o").Relevance.Directory, Is.EqualTo(0.4));
        Assert.That(found.Items.Max(item => item.Relevance.Text), Is.EqualTo(1));
    }

    [Test, Row(20)]
    public async Task Nothing_of_another_project_is_ever_recalled_for_a_project()
    {
        var memory = await _temporary.OpenAsync();
        string[] projects = ["/work/api", "/work/api/sub", "/work/apiary", "/srv/api", "c:/work/api", ""];
        string[] texts = ["deploy the gateway", "rotate the key", "fix the parser"];
        var stored = Gen.Int[0, (projects.Length * texts.Length) - 1].Array[200].Single();
        await memory.StoreMessagesAsync(stored.Select((pick, i) => TemporaryMemory.Message($"{texts[pick % texts.Length]} {i}", $"c{pick % projects.Length}-{i % 5}", $"m{i}", i,
            directory: projects[pick % projects.Length] is { Length: > 0 } project ? project : null)));
        await memory.FlushAsync();

        for (int project = 0; project < projects.Length; project++)
        {
            var own = stored.Select((pick, i) => (pick, i)).Where(entry => entry.pick % projects.Length == project).Select(entry => $"m{entry.i}").ToHashSet();
            foreach (string text in texts)
            {
                var found = await memory.RecallAsync(new MemoryQuery(text)
                {
                    WorkingDirectory = projects[project] is { Length: > 0 } directory ? directory : null, Reach = MemoryReach.Project, Limit = 100, MinimumCoverage = 0, MinimumScore = 0, Diversify = false,
                });
                Assert.That(found.Items.Select(item => item.Message.Id), Is.SubsetOf(own), projects[project]);
            }
        }
    }

    private static string[] Split(string files) => files.Split('|', StringSplitOptions.RemoveEmptyEntries);
}
