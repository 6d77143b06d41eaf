using System.Text;
using CsCheck;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
internal sealed class Utf8TextTests
{
    [Test]
    public void Whatever_the_bytes_the_text_is_that_of_the_framework() =>
        Gen.OneOf(Gen.Byte.Array[0, 600], Gen.String.Select(Encoding.UTF8.GetBytes)).Sample(
            static bytes => Assert.That(Utf8Text.ToString(bytes), Is.EqualTo(Encoding.UTF8.GetString(bytes))));

    [Test]
    public void Plain_is_what_has_neither_other_bytes_than_ASCII_nor_a_backslash() =>
        Gen.Select(Gen.Byte[0, 0x7F].Array[0, 100], Gen.Int[0, 99], Gen.OneOf<byte>(0x80, 0xFF, (byte)'\\', (byte)'[', 0x7F)).Sample(static (bytes, at, other) =>
        {
            if (at < bytes.Length)
                bytes[at] = other;
            Assert.That(Utf8Text.IsPlain(bytes), Is.EqualTo(!Array.Exists(bytes, static each => each is (byte)'\\' or > 0x7F)));
        });

    [Test]
    public void ASCII_of_every_length_is_copied_and_one_other_byte_is_seen_at_every_place()
    {
        for (var length = 0; length <= 300; length++)
        {
            var bytes = Enumerable.Range(0, length).Select(static each => (byte)(each % 128)).ToArray();
            Assert.That(Utf8Text.ToString(bytes), Is.EqualTo(Encoding.ASCII.GetString(bytes)));
        }

        foreach (var length in new[] { 1, 15, 16, 17, 31, 32, 33, 256, 257 })
        {
            for (var at = 0; at < length; at++)
            {
                var bytes = Enumerable.Repeat((byte)'a', length).ToArray();
                bytes[at] = 0x80;
                Assert.That(Utf8Text.ToString(bytes), Is.EqualTo(new string('a', at) + '\uFFFD' + new string('a', length - at - 1)));
            }
        }
    }
}
