using CsCheck;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
internal sealed class LineFeedTests
{
    [Test]
    public void The_first_line_feed_is_found_however_far_away_and_whatever_is_before_and_behind_it() =>
        Gen.Select(Gen.Int[0, 1200], Gen.Byte.Array[0, 100]).Sample((plain, noise) =>
        {
            var text = new byte[plain + noise.Length];
            text.AsSpan(0, plain).Fill((byte)'\v');
            noise.CopyTo(text, plain);
            Assert.That(LineFeed.IndexOf(text), Is.EqualTo(Array.IndexOf(text, (byte)'\n')));
        });

    [Test]
    public void It_is_found_at_every_place_of_a_text_of_every_length_and_nowhere_behind_the_end()
    {
        var buffer = new byte[600];
        buffer.AsSpan().Fill((byte)'\n');
        foreach (var length in Enumerable.Range(0, 70).Concat(Enumerable.Range(490, 60)))
        {
            var text = buffer.AsSpan(0, length);
            text.Fill((byte)'a');
            Assert.That(LineFeed.IndexOf(text), Is.EqualTo(-1), $"{length} bytes");
            for (var at = 0; at < length; at++)
            {
                text[at] = (byte)'\n';
                Assert.That(LineFeed.IndexOf(text), Is.EqualTo(at), $"{length} bytes");
                text[at] = (byte)'a';
            }

            text.Fill((byte)'\n');
        }
    }
}
