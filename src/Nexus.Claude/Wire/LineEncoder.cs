using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Encodings.Web;

namespace Nexus.Claude.Wire;

/// <summary>
/// Escapes the text of a line for the CLI: what JSON asks for, control characters, and the two separators that some readers of lines take
/// for the end of one. Everything else goes out as it is; half of a surrogate pair becomes U+FFFD.
/// </summary>
/// <remarks>
/// The framework's encoders do much the same after they have made tables of all characters, by code that no compiler takes in ahead of
/// time: ten milliseconds before the first word to the CLI.
/// </remarks>
internal sealed unsafe class LineEncoder : JavaScriptEncoder
{
    /// <summary>The one.</summary>
    public static readonly LineEncoder Instance = new();

    private LineEncoder()
    {
    }

    /// <inheritdoc/>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    /// <inheritdoc/>
    public override bool WillEncode(int unicodeScalar) =>
        unicodeScalar is < 0x20 or '"' or '\\' or (>= 0x7f and < 0xa0) or 0x2028 or 0x2029;

    /// <inheritdoc/>
    public override int FindFirstCharacterToEncode(char* text, int textLength) => IndexOfNext(new ReadOnlySpan<char>(text, textLength));

    /// <inheritdoc/>
    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        var at = 0;
        while (at < utf8Text.Length)
        {
            if (utf8Text[at] < 0x80)
            {
                if (WillEncode(utf8Text[at]))
                    return at;
                at++;
            }
            else if (Rune.DecodeFromUtf8(utf8Text[at..], out var rune, out var size) == OperationStatus.Done && !WillEncode(rune.Value))
            {
                at += size;
            }
            else
            {
                return at;
            }
        }

        return -1;
    }

    /// <inheritdoc/>
    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        TryEscape(unicodeScalar, new Span<char>(buffer, bufferLength), out numberOfCharactersWritten);

    /// <summary>Escapes a text, what need not be escaped in one piece each.</summary>
    /// <inheritdoc/>
    public override OperationStatus Encode(ReadOnlySpan<char> source, Span<char> destination, out int charsConsumed, out int charsWritten, bool isFinalBlock = true)
    {
        (charsConsumed, charsWritten) = (0, 0);
        while (true)
        {
            var next = IndexOfNext(source[charsConsumed..]);
            var plain = next < 0 ? source.Length - charsConsumed : next;
            var fits = FittingLength(source.Slice(charsConsumed, plain), destination.Length - charsWritten);
            source.Slice(charsConsumed, fits).CopyTo(destination[charsWritten..]);
            charsConsumed += fits;
            charsWritten += fits;
            if (fits < plain)
                return OperationStatus.DestinationTooSmall;
            if (next < 0)
                return OperationStatus.Done;
            var character = source[charsConsumed];
            // The other half may be in the next block.
            if (!isFinalBlock && charsConsumed + 1 == source.Length && char.IsHighSurrogate(character))
                return OperationStatus.NeedMoreData;
            if (!TryEscape(char.IsSurrogate(character) ? Rune.ReplacementChar.Value : character, destination[charsWritten..], out var written))
                return OperationStatus.DestinationTooSmall;
            charsConsumed++;
            charsWritten += written;
        }
    }

    /// <summary>How much of a text there is room for, without taking a pair apart.</summary>
    private static int FittingLength(ReadOnlySpan<char> plain, int room) =>
        plain.Length <= room ? plain.Length : room > 0 && char.IsHighSurrogate(plain[room - 1]) ? room - 1 : room;

    private int IndexOfNext(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (at < text.Length)
        {
            at += PlainAscii(text[at..]);
            if (at == text.Length)
                break;
            if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
                at += 2;
            else if (char.IsSurrogate(text[at]) || WillEncode(text[at]))
                return at;
            else
                at++;
        }

        return -1;
    }

    /// <summary>How much of a text is ASCII that stays as it is; not all of it when less than eight characters are left.</summary>
    private static int PlainAscii(ReadOnlySpan<char> text)
    {
        ref var characters = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<char, ushort>(text));
        var at = 0;
        for (; at + Vector128<ushort>.Count <= text.Length; at += Vector128<ushort>.Count)
        {
            var here = Vector128.LoadUnsafe(ref characters, (nuint)at);
            var special = Vector128.GreaterThan(here - Vector128.Create((ushort)' '), Vector128.Create((ushort)('~' - ' ')))
                | Vector128.Equals(here, Vector128.Create((ushort)'"'))
                | Vector128.Equals(here, Vector128.Create((ushort)'\\'));
            if (special != Vector128<ushort>.Zero)
                return at + BitOperations.TrailingZeroCount(special.ExtractMostSignificantBits());
        }

        return at;
    }

    private static bool TryEscape(int scalar, Span<char> target, out int written)
    {
        var letter = scalar switch
        {
            '"' or '\\' => (char)scalar,
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\b' => 'b',
            '\f' => 'f',
            _ => 'u',
        };
        written = letter == 'u' ? 6 : 2;
        if (scalar > char.MaxValue || target.Length < written)
        {
            written = 0;
            return false;
        }

        target[0] = '\\';
        target[1] = letter;
        for (var digit = 2; digit < written; digit++)
            target[digit] = "0123456789abcdef"[(scalar >> ((5 - digit) * 4)) & 0xf];
        return true;
    }
}
