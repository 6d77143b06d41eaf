using System.Runtime.CompilerServices;

namespace Nexus.Claude.Memory.Text;

/// <summary>One name: a word of prose, a number, or an identifier with its parts.</summary>
internal static class Identifier
{
    private const int LongestToken = 160;
    private static readonly string[] Months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    /// <summary>Adds the tokens of a name without slashes and single colons.</summary>
    public static void Add<TSink>(ReadOnlySpan<char> name, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        name = name.Trim("-:'\u2019#+.");
        if (name.IsEmpty || name.Length > LongestToken)
            return;

        if (!IsCompound(name))
        {
            AddWord(name, TokenKind.Word, ref sink);
            return;
        }

        if (name.IndexOfAny('\'', '\u2019') >= 0)
        {
            AddContraction(name, ref sink);
            return;
        }

        if (IsNumeric(name))
        {
            AddNumber(name, ref sink);
            return;
        }

        AddWhole(name, ref sink);
        if (IsErrorCode(name))
            return;
        AddMembers(name, ref sink);
        AddParts(name, ref sink);
    }

    /// <summary>Adds the whole name, lower-case, as one token.</summary>
    public static void AddWhole<TSink>(ReadOnlySpan<char> name, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        Span<char> whole = stackalloc char[name.Length];
        int length = ToLowerCase(name, whole);
        sink.Add(whole[..length], whole[..length], TokenKind.Code);

        // "v2.1.330" is asked for with and without its letter.
        if (IsVersion(whole[..length]) && char.IsAsciiDigit(whole[1]))
            sink.Add(whole[1..length], whole[1..length], TokenKind.Number);
    }

    /// <summary>True when the name is more than one plain word: it holds a joint, a digit, or a capital after its first letter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsCompound(ReadOnlySpan<char> name)
    {
        bool lower = false;
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (char.IsAsciiDigit(c) || IsJoint(c))
                return true;
            if (char.IsUpper(c))
            {
                if (lower)
                    return true;
                // "HTTPServer" is two words, "HTTP" is one.
                if (i > 0 && i + 1 < name.Length && char.IsLower(name[i + 1]))
                    return true;
            }
            else
            {
                lower = true;
            }
        }

        return false;
    }

    // "memory.RecallAsync" is asked for as RecallAsync.
    private static void AddMembers<TSink>(ReadOnlySpan<char> name, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        if (name.IndexOfAny('.', ':') < 0 || IsVersion(name))
            return;
        foreach (var range in name.SplitAny('.', ':'))
        {
            var member = name[range].Trim("-");
            if (member.Length > 2 && !char.IsAsciiDigit(member[0]) && IsCompound(member))
                AddWhole(member, ref sink);
        }
    }

    private static bool IsVersion(ReadOnlySpan<char> name) => name.Length > 3 && (name[0] is 'v' or 'V') && IsNumeric(name[1..]);

    private static void AddParts<TSink>(ReadOnlySpan<char> name, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        int start = 0;
        for (int i = 1; i <= name.Length; i++)
        {
            if (i < name.Length && !IsBoundary(name, i))
                continue;
            var part = name[start..i].Trim("_-.:");
            start = i;
            if (part.IsEmpty)
                continue;
            if (char.IsAsciiDigit(part[0]))
                AddNumber(part, ref sink);
            else
                AddWord(part, TokenKind.Part, ref sink);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBoundary(ReadOnlySpan<char> name, int at)
    {
        char before = name[at - 1];
        char here = name[at];
        if (IsJoint(before) || IsJoint(here))
            return true;
        if (char.IsAsciiDigit(before) != char.IsAsciiDigit(here))
            return true;
        return char.IsUpper(here) && (!char.IsUpper(before) || (at + 1 < name.Length && char.IsLower(name[at + 1])));
    }

    // One to five letters and at least three digits, as compilers and standards number what they say: CS8602, E0277, RFC9110.
    private static bool IsErrorCode(ReadOnlySpan<char> name)
    {
        int letters = name.IndexOfAnyInRange('0', '9');
        return letters is >= 1 and <= 5 && name.Length - letters >= 3
            && name[letters..].IndexOfAnyExceptInRange('0', '9') < 0 && !HasJoint(name[..letters]);
    }

    // Names are short: plain loops are as fast as the framework's searches, and need no compiling at the start.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsJoint(char c) => c is '_' or '-' or '.' or ':' or '\'' or '\u2019';

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasJoint(ReadOnlySpan<char> name)
    {
        foreach (char c in name)
        {
            if (IsJoint(c))
                return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsNumeric(ReadOnlySpan<char> name)
    {
        bool digits = false;
        foreach (char c in name)
        {
            if (char.IsAsciiDigit(c))
                digits = true;
            else if (c is not ('.' or '-' or ':'))
                return false;
        }

        return digits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLowerCase(ReadOnlySpan<char> word)
    {
        foreach (char c in word)
        {
            if (!char.IsAsciiLetterLower(c))
                return false;
        }

        return true;
    }

    private static void AddNumber<TSink>(ReadOnlySpan<char> number, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        var plain = WithoutLeadingZeros(number);
        sink.Add(plain, plain, TokenKind.Number);
        if (number.IndexOfAny('-', ':') < 0)
            return;

        // A date or a time is found by its parts as well, and an ISO date by the name of its month.
        Span<Range> parts = stackalloc Range[4];
        int count = number.SplitAny(parts, "-:");
        for (int i = 0; i < Math.Min(count, 3); i++)
        {
            var part = WithoutLeadingZeros(number[parts[i]]);
            if (part.Length > 0)
                sink.Add(part, part, TokenKind.Number);
        }

        if (count == 3 && number[parts[0]].Length == 4 && int.TryParse(number[parts[1]], out int month) && month is >= 1 and <= 12)
            AddWord(Months[month - 1], TokenKind.Part, ref sink);
    }

    private static ReadOnlySpan<char> WithoutLeadingZeros(ReadOnlySpan<char> number)
    {
        // Only days, months, hours: "007" and "0.5" keep theirs.
        return number.Length == 2 && number[0] == '0' ? number[1..] : number;
    }

    private static void AddContraction<TSink>(ReadOnlySpan<char> name, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        if (name.Length > 2 && name[^1] is 's' or 'S' && name[^2] is '\'' or '\u2019')
        {
            Add(name[..^2], ref sink);
            return;
        }

        Span<char> joined = stackalloc char[name.Length];
        int length = 0;
        foreach (char c in name)
        {
            if (c is not ('\'' or '\u2019'))
                joined[length++] = c;
        }

        Add(joined[..length], ref sink);
    }

    private static void AddWord<TSink>(ReadOnlySpan<char> word, TokenKind kind, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        Span<char> surface = stackalloc char[word.Length];
        AddLowerCase(surface[..ToLowerCase(word, surface)], kind, ref sink);
    }

    /// <summary>Adds the token of a word that is in lower case already.</summary>
    public static void AddLowerCase<TSink>(ReadOnlySpan<char> surface, TokenKind kind, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        if (!sink.Takes(surface))
            return;
        if (EnglishWords.BaseOf(surface) is { } irregular)
        {
            AddStem(irregular, surface, kind, ref sink);
            return;
        }

        AddStem(surface, surface, kind, ref sink);
    }

    private static void AddStem<TSink>(ReadOnlySpan<char> word, ReadOnlySpan<char> surface, TokenKind kind, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        if (word.Length <= 2 || !IsLowerCase(word))
        {
            sink.Add(word, surface, kind);
            return;
        }

        Span<char> stem = stackalloc char[word.Length + 1];
        word.CopyTo(stem);
        int length = PorterStemmer.Stem(stem, word.Length);
        sink.Add(stem[..length], surface, kind);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ToLowerCase(ReadOnlySpan<char> word, Span<char> lower)
    {
        for (int i = 0; i < word.Length; i++)
        {
            char c = word[i];
            if (c >= 0x80)
                return word.ToLowerInvariant(lower);
            lower[i] = char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
        }

        return word.Length;
    }
}
