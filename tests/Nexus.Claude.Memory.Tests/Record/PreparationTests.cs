using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Nexus.Claude.Memory.Privacy;
using Nexus.Claude.Memory.Record;

namespace Nexus.Claude.Memory.Tests.Record;

[Parallelizable(ParallelScope.All)]
internal sealed partial class PreparationTests
{
    private static readonly Gen<string> Spaced = Gen.String[Gen.Char["ab密é \t\r\n\u00A0\u2003\u3000\u0085\u2028x"], 1, 60];

    // Letters, digits and signs of tokens, few of which stand together for long; some do.
    private static readonly Gen<string> Tokens = Gen.Frequency(
        (3, Gen.String[Gen.Char["abXYQRT27-_ \n.wz"], 0, 30]),
        (1, Gen.String[Gen.Char["abcdefghjkmnpXYZQRSTUVW2345689"], 25, 70]));

    [Test]
    public void Texts_that_differ_in_white_space_alone_have_one_hash() => Spaced.Where(text => !string.IsNullOrWhiteSpace(text)).Sample(text =>
    {
        byte[] expected = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));

        Assert.That(Prepare(text).Hash, Is.EqualTo(BinaryPrimitives.ReadInt64LittleEndian(expected)));
    });

    [Test]
    public void Every_character_of_white_space_divides_words()
    {
        for (char c = '\u0001'; c < char.MaxValue; c++)
        {
            if (char.IsWhiteSpace(c))
                Assert.That(Prepare($"a{c}b").Hash, Is.EqualTo(Prepare("a b").Hash), $"U+{(int)c:X4}");
        }
    }

    [Test]
    public void A_long_random_token_is_redacted_wherever_it_stands() => Tokens.Array[1, 12].Sample(pieces =>
    {
        var redactor = new SecretRedactor(new byte[32]);
        string text = string.Concat(pieces);

        string expected = Run().Replace(text, run => run.Length < 32 ? run.Value : redactor.Redact(run.Value));

        Assert.That(redactor.Redact(text), Is.EqualTo(expected));
    });

    private static Memory.Store.PreparedMessage Prepare(string text) => new MessagePreparation(null).Prepare(
        new MemoryMessage { ConversationId = "c", Role = MemoryRole.User, Content = text, CreatedAt = TemporaryMemory.Start }, MemoryScope.Local)!;

    [GeneratedRegex("[A-Za-z0-9+/_=-]+")]
    private static partial Regex Run();
}
