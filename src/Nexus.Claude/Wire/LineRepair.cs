using System.Text;
using System.Text.Unicode;

namespace Nexus.Claude.Wire;

/// <summary>
/// Replaces what is no Unicode in a line by U+FFFD, because System.Text.Json refuses such strings: bytes that are not UTF-8, and
/// halves of surrogate pairs, which JavaScript writes as an escape when a text was cut in the middle of an emoji.
/// </summary>
internal static class LineRepair
{
    /// <summary>The line itself when nothing is wrong with it, else a repaired copy.</summary>
    internal static ReadOnlyMemory<byte> Repair(ReadOnlyMemory<byte> line)
    {
        var span = line.Span;
        return Utf8Text.IsPlain(span) || (Utf8.IsValid(span) && FindLoneSurrogate(span, 0) < 0) ? line : RepairedCopy(span);
    }

    private static byte[] RepairedCopy(ReadOnlySpan<byte> line)
    {
        var copy = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line));
        for (var at = FindLoneSurrogate(copy, 0); at >= 0; at = FindLoneSurrogate(copy, at))
            "\\ufffd"u8.CopyTo(copy.AsSpan(at));
        return copy;
    }

    private static int FindLoneSurrogate(ReadOnlySpan<byte> text, int from)
    {
        while (true)
        {
            var found = text[from..].IndexOf("\\u"u8);
            if (found < 0)
                return -1;
            var at = from + found;
            from = at + 2;
            if (IsEscaped(text, at) || !TryReadSurrogate(text, at, out var isHigh))
                continue;
            if (!isHigh || !TryReadSurrogate(text, at + 6, out var isNextHigh) || isNextHigh)
                return at;
            from = at + 12;
        }
    }

    private static bool IsEscaped(ReadOnlySpan<byte> text, int at)
    {
        var before = text[..at];
        return (before.Length - before.TrimEnd((byte)'\\').Length) % 2 != 0;
    }

    private static bool TryReadSurrogate(ReadOnlySpan<byte> text, int at, out bool isHigh)
    {
        isHigh = false;
        if (at + 6 > text.Length || text[at] != '\\' || text[at + 1] != 'u' || (text[at + 2] | 0x20) != 'd')
            return false;
        // What is no escape must not be overwritten like one: it may be the beginning of a character.
        if (!char.IsAsciiHexDigit((char)text[at + 4]) || !char.IsAsciiHexDigit((char)text[at + 5]))
            return false;
        var nibble = text[at + 3] | 0x20;
        isHigh = nibble is '8' or '9' or 'a' or 'b';
        return isHigh || nibble is 'c' or 'd' or 'e' or 'f';
    }
}
