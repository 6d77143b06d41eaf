using CsCheck;
using Nexus.Claude.Memory.Recall;
using Nexus.Claude.Memory.Record;

namespace Nexus.Claude.Memory.Tests.Recall;

[Parallelizable(ParallelScope.All)]
internal sealed class NumberSetTests
{
    private static readonly Gen<int[]> Numbers = Gen.Frequency((3, Gen.Int[-20, 20]), (1, Gen.Int)).Array[0, 60];

    // 0 and 1 are one number.
    [Test]
    public void Two_sets_have_in_common_what_is_in_both() => Gen.Select(Numbers, Numbers).Sample((first, second) =>
    {
        var (a, b) = (new NumberSet(first), new NumberSet(second));
        var (one, two) = (first.Select(number => number == 0 ? 1 : number).ToHashSet(), second.Select(number => number == 0 ? 1 : number).ToHashSet());

        Assert.That((a.Count, b.Count), Is.EqualTo((one.Count, two.Count)));
        Assert.That((a.Common(b), b.Common(a)), Is.EqualTo((one.Intersect(two).Count(), one.Intersect(two).Count())));
    });

    [Test]
    public void Words_that_are_known_have_the_numbers_they_had_before()
    {
        var words = KnownWords.Rent();
        var message = TemporaryMemory.Message("Walrus, walrus WALRUS; src/Walrus.cs walrus. (it's) 海象 在 2026-11-20 HTTPServer the walrus-tooth");

        var first = IndexTokens.Numbers(message, words);
        var again = IndexTokens.Numbers(message, words);
        var other = IndexTokens.Numbers(TemporaryMemory.Message("walrus"), words);

        Assert.That(again, Is.EqualTo(first));
        Assert.That(first.Take(3), Is.All.EqualTo(other.Single()), "however it is written");
        Assert.That(first, Has.Count.EqualTo(IndexTokens.Join(message).ContentTokens));
        words.Return();
    }
}
