namespace Nexus.Claude.Tests.Usage;

[Parallelizable(ParallelScope.All)]
internal sealed class ModelRecommendationsTests
{
    [TestCase("simple", "haiku")]
    [TestCase("QUICK", "haiku")]
    [TestCase("balanced", "sonnet")]
    [TestCase("latest", "sonnet")]
    [TestCase("complex", "opus")]
    [TestCase("critical", "opus")]
    public void The_table_to_begin_with(string task, string model) => Assert.That(ModelRecommendations.Default.For(task), Is.EqualTo(model));

    [Test]
    public void A_kind_that_the_table_does_not_have_is_an_error_that_names_those_it_has()
    {
        Assert.That(() => ModelRecommendations.Default.For("poetry"), Throws.ArgumentException.With.Message.Contains("'poetry'").And.Message.Contains("simple"));
        Assert.That(ModelRecommendations.Default.TryFor("poetry", out _), Is.False);
    }

    [Test]
    public void The_table_can_be_changed_and_replaced()
    {
        var mine = ModelRecommendations.Default.With("Poetry", "opus").With("simple", "sonnet").Without("cheap");
        Assert.That(mine.For("poetry"), Is.EqualTo("opus"));
        Assert.That(mine.For("simple"), Is.EqualTo("sonnet"));
        Assert.That(mine.Tasks, Has.No.Member("cheap"));
        Assert.That(ModelRecommendations.Default.For("simple"), Is.EqualTo("haiku"));
        Assert.That(new ModelRecommendations([new("only", "x")]).Tasks, Is.EqualTo(new[] { "only" }));
        Assert.That(() => ModelRecommendations.Default.With("a", " "), Throws.ArgumentException);
    }
}
