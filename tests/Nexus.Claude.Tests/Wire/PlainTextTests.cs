using CsCheck;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
internal sealed class PlainTextTests
{
    [Test]
    public void The_end_is_the_first_quote_backslash_or_control_character() =>
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Int[0, 100]).Sample((noise, plain) =>
        {
            var text = new byte[plain + noise.Length];
            text.AsSpan(0, plain).Fill(0xE9);
            noise.CopyTo(text, plain);
            var expected = Array.FindIndex(text, static each => each is (byte)'"' or (byte)'\\' or < 0x20);
            Assert.That(PlainText.EndOf(text), Is.EqualTo(expected));
        });

    [Test]
    public void Every_byte_that_ends_it_does_so_at_every_place()
    {
        byte[] ends = [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 32).Select(static code => (byte)code)];
        for (var length = 1; length <= 40; length++)
        {
            for (var at = 0; at < length; at++)
            {
                var text = new byte[length];
                text.AsSpan().Fill((byte)' ');
                foreach (var end in ends)
                {
                    text[at] = end;
                    Assert.That(PlainText.EndOf(text), Is.EqualTo(at));
                }
            }
        }
    }
}
