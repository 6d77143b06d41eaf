using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nexus.Claude.Memory.Text;

/// <summary>
/// What the tokens that are looked for begin with: it tells where in a text one of them may stand, so that not all of it need be cut. It errs on
/// the side of saying yes. Sixteen characters are looked at in one step, since all of a text is, of each text that may be recalled.
/// </summary>
internal sealed class WantedBeginnings
{
    private const int Longest = 3;
    private const int BitsOfCharacter = 5;
    private const int Character = (1 << BitsOfCharacter) - 1;

    // The beginnings are divided among five groups, a bit each. The other bits are for what makes other tokens than what stands in the text:
    // "src\Store", "it's", "2026-11-20".
    private const int Groups = 5;
    private const int Backslash = 1 << 5;
    private const int Apostrophe = 1 << 6;
    private const int Date = 1 << 7;

    // Of each ASCII character: five bits, the same for both cases, which are 0 for what separates tokens.
    private static readonly byte[] Codes = MakeCodes();

    private readonly uint[] _wanted = new uint[1 << Longest * BitsOfCharacter - 5];
    private string[] _beginnings = [];
    private int _count;

    // For each of three characters one after the other: to which groups it belongs by its lower four bits, and by its upper four.
    private readonly byte[] _nibbles = new byte[Longest * 32];

    public WantedBeginnings()
    {
        AddNibbles(0, '\\', Backslash);
        AddNibbles(0, '\'', Apostrophe);
        for (char digit = '0'; digit <= '9'; digit++)
            AddNibbles(0, digit, Date);
        AddNibbles(1, '-', Date);
        AddNibbles(1, ':', Date);
        AddNibbles(1, null, Backslash | Apostrophe);
        AddNibbles(2, null, Backslash | Apostrophe | Date);
    }

    /// <summary>Adds a token as it is indexed. A stem may differ in its last letter from the word: "happi", "capabl".</summary>
    public void AddToken(string token) => AddWord(token.Length > 1 && token[^1] is 'i' or 'e' or 'l' ? token[..^1] : token);

    /// <summary>Adds a word as it stands in a text.</summary>
    public void AddWord(string word)
    {
        int known = 0, beginning = 0;
        for (; known < Math.Min(word.Length, Longest) && word[known] < 128; known++)
            beginning = beginning << BitsOfCharacter | Codes[word[known]];
        // Whatever follows a shorter one.
        int free = (Longest - known) * BitsOfCharacter;
        for (int one = beginning << free; one < beginning + 1 << free; one++)
            _wanted[one >> 5] |= 1u << one;
        // Runs with other characters are looked at anyway.
        if (!System.Text.Ascii.IsValid(word))
            return;

        int group = 1 << _count % Groups;
        if (_count == _beginnings.Length)
            Array.Resize(ref _beginnings, Math.Max(16, _count * 2));
        _beginnings[_count++] = word;
        for (int i = 0; i < Longest; i++)
            AddNibbles(i, i < known ? word[i] : null, group);
    }

    /// <summary>True when a word, in lower case, may become one of the tokens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayBegin(ReadOnlySpan<char> word)
    {
        int beginning = 0;
        for (int i = 0; i < Longest; i++)
        {
            int c = i < word.Length ? word[i] : ' ';
            if (c >= 128)
                return true;
            beginning = beginning << BitsOfCharacter | Codes[c];
        }

        return (_wanted[beginning >> 5] >> beginning & 1) != 0;
    }

    /// <summary>The next run of characters between two separators that may hold one of the tokens.</summary>
    /// <param name="text">A folded text.</param>
    /// <param name="from">Its beginning, or the end of the run before.</param>
    /// <returns>Where the run is: its start is the length of the text when there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Start, int End) Next(ReadOnlySpan<char> text, int from)
    {
        int at = from;
        if (at == 0 && IsAt(text, 0))
            return RunAt(text, 0);
        if (Vector128.IsHardwareAccelerated)
        {
            const int Width = 16;
            var nibbles = MemoryMarshal.Cast<byte, Vector128<byte>>(_nibbles);
            for (at = Math.Max(at, 1); at + Width + Longest - 1 <= text.Length; at += Width)
            {
                uint found = Groups16(text[(at - 1)..], nibbles);
                for (; found != 0; found &= found - 1)
                {
                    int place = at + BitOperations.TrailingZeroCount(found);
                    if (IsAt(text, place))
                        return RunAt(text, place);
                }
            }
        }

        for (; at < text.Length; at++)
        {
            if (IsAt(text, at))
                return RunAt(text, at);
        }

        return (text.Length, text.Length);
    }

    // Which of the sixteen characters after the first one may begin a token; all of them where one is no ASCII.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Groups16(ReadOnlySpan<char> text, ReadOnlySpan<Vector128<byte>> nibbles)
    {
        ref ushort first = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<char, ushort>(text[..19]));
        var (before, isAscii) = Load(ref first, 0);
        var (one, _) = Load(ref first, 1);
        var (two, _) = Load(ref first, 2);
        var (three, isAsciiToo) = Load(ref first, 3);
        if (!isAscii || !isAsciiToo)
            return 0xFFFF;

        var groups = GroupsOf(one, nibbles[0], nibbles[1]) & GroupsOf(two, nibbles[2], nibbles[3]) & GroupsOf(three, nibbles[4], nibbles[5]);
        // Not in the middle of a word.
        var inside = IsBetween(one, 'a', 'z') & IsBetween(before | Vector128.Create((byte)0x20), 'a', 'z');
        return ~Vector128.Equals(groups & ~inside, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<byte> Characters, bool IsAscii) Load(ref ushort first, nuint at)
    {
        var (low, high) = (Vector128.LoadUnsafe(ref first, at), Vector128.LoadUnsafe(ref first, at + 8));
        return (Vector128.Narrow(low, high), ((low | high) & Vector128.Create((ushort)0xFF80)) == Vector128<ushort>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> GroupsOf(Vector128<byte> characters, Vector128<byte> lower, Vector128<byte> upper) =>
        Vector128.ShuffleNative(lower, characters & Vector128.Create((byte)0x0F)) & Vector128.ShuffleNative(upper, characters >>> 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> IsBetween(Vector128<byte> characters, char first, char last) =>
        Vector128.LessThanOrEqual(characters - Vector128.Create((byte)first), Vector128.Create((byte)(last - first)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsAt(ReadOnlySpan<char> text, int at)
    {
        char c = text[at];
        if (c >= 128 || c is '\'' or '\\' || (char.IsAsciiDigit(c) && at + 1 < text.Length && text[at + 1] is '-' or ':'))
            return true;
        if (at > 0 && char.IsAsciiLetterLower(c) && char.IsAsciiLetter(text[at - 1]))
            return false;
        var rest = text[at..];
        if (!MayBegin(rest))
            return false;
        for (int i = 0; i < _count; i++)
        {
            string beginning = _beginnings[i];
            // Most differ in the last letter already.
            int last = beginning.Length - 1;
            if (last < rest.Length && (rest[last] | 0x20) == (beginning[last] | 0x20) && rest.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int Start, int End) RunAt(ReadOnlySpan<char> text, int at)
    {
        int start = at, end = at;
        while (start > 0 && !MemoryTokenizer.IsSeparator(text[start - 1]))
            start--;
        while (end < text.Length && !MemoryTokenizer.IsSeparator(text[end]))
            end++;
        return (start, end);
    }

    private void AddNibbles(int place, char? character, int groups)
    {
        var lower = _nibbles.AsSpan(place * 32, 16);
        var upper = _nibbles.AsSpan(place * 32 + 16, 16);
        if (character is { } c)
        {
            lower[c & 0x0F] |= (byte)groups;
            upper[c >> 4] |= (byte)groups;
            if (char.IsAsciiLetter(c))
                upper[(c ^ 0x20) >> 4] |= (byte)groups;
            return;
        }

        for (int i = 0; i < 16; i++)
        {
            lower[i] |= (byte)groups;
            upper[i] |= (byte)groups;
        }
    }

    private static byte[] MakeCodes()
    {
        byte[] codes = new byte[128];
        for (int c = 0; c < codes.Length; c++)
        {
            codes[c] = (byte)(MemoryTokenizer.IsSeparator((char)c) ? 0
                : char.IsAsciiLetter((char)c) ? c & Character
                : char.IsAsciiDigit((char)c) ? 27 + c % 3
                : 30);
        }

        return codes;
    }
}
