using CsCheck;
using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Tests.Store;

[Parallelizable(ParallelScope.All)]
internal sealed class BestRowsTests
{
    [Test]
    public void The_best_are_kept_and_come_in_order() => Gen.Select(Gen.Int[0, 50].Array[0, 200], Gen.Int[1, 40]).Sample((scores, limit) =>
    {
        var best = new BestRows(limit);
        for (int i = 0; i < scores.Length; i++)
            best.Offer(i + 1, scores[i], limit);
        best.Sort();

        Assert.That(best.Scores.ToArray(), Is.EqualTo(scores.Select(score => (double)score).OrderDescending().Take(limit)));
        Assert.That(best.Rows.ToArray(), Is.Unique);
        for (int i = 0; i < best.Count; i++)
        {
            Assert.That(best.Scores[i], Is.EqualTo(scores[best.Rows[i] - 1]));
            Assert.That(i == 0 || best.Scores[i - 1] > best.Scores[i] || best.Rows[i - 1] > best.Rows[i], Is.True, "of equal ones the newest first");
        }
    });
}
