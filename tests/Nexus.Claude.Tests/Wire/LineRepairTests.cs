using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using CsCheck;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
internal sealed class LineRepairTests
{
    private static readonly Gen<byte> Piece = Gen.OneOf<byte>(Gen.OneOf<byte>([.. "\\\\uUdD8cC0f\""u8, 0xC3, 0xEF, 0xBF, 0x96, 0xFF]), Gen.Byte);

    [Test]
    public void Whatever_is_repaired_is_Unicode() => Piece.Array[0, 40].Sample(
        line =>
        {
            var repaired = LineRepair.Repair(line);
            Assert.That(Utf8.IsValid(repaired.Span), Is.True);
            Assert.That(LineRepair.Repair(repaired), Is.EqualTo(repaired), "and stays as it is");
        },
        iter: 20000);

    [Test]
    public void Every_text_of_a_repaired_line_can_be_read() => Piece.Array[0, 20].Sample(
        text =>
        {
            var line = LineRepair.Repair(Encoding.UTF8.GetBytes("{\"a\":\"").Concat(text).Concat("\"}"u8.ToArray()).ToArray());
            JsonDocument document;
            try
            {
                document = JsonDocument.Parse(line);
            }
            catch (JsonException)
            {
                return;
            }

            using (document)
                Assert.That(() => document.RootElement.GetProperty("a").GetString(), Throws.Nothing);
        },
        iter: 20000);

    [Test]
    public void Half_an_escape_before_a_damaged_character_is_left_alone()
    {
        byte[] line = [.. "\"\\ud8"u8, 0x96, .. "d\""u8];

        Assert.That(Encoding.UTF8.GetString(LineRepair.Repair(line).Span), Is.EqualTo("\"\\ud8\uFFFDd\""));
    }
}
