using CsCheck;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Tests.Text;

[Parallelizable(ParallelScope.All)]
internal sealed class WordTableTests
{
    // Few letters, so that words resemble each other.
    private static readonly Gen<string> Word = Gen.String[Gen.Char["ab密\u0000"], 0, 5];

    [Test]
    public void A_word_has_the_number_of_its_place_and_any_other_none() => Gen.Select(Word.Array[0, 60], Word).Sample((words, other) =>
    {
        var distinct = words.Distinct(StringComparer.Ordinal).ToList();
        var table = new WordTable(distinct);

        Assert.That(distinct.Select(word => table.IndexOf(word)), Is.EqualTo(Enumerable.Range(0, distinct.Count)));
        Assert.That(table.IndexOf(other), Is.EqualTo(distinct.IndexOf(other)));
    });

    [Test]
    public void Irregular_forms_are_known_and_regular_ones_are_not()
    {
        Assert.That(EnglishWords.BaseOf("went"), Is.EqualTo("go"));
        Assert.That(EnglishWords.BaseOf("worst"), Is.EqualTo("bad"));
        Assert.That(EnglishWords.BaseOf("walked"), Is.Null);
        Assert.That(EnglishWords.IrregularPairs().Select(pair => EnglishWords.BaseOf(pair.Form)), Is.EqualTo(EnglishWords.IrregularPairs().Select(pair => pair.Base)));
    }
}
