using System.Globalization;
using System.Runtime.CompilerServices;

namespace Nexus.Claude.Memory.Text;

/// <summary>What a token was in the text.</summary>
internal enum TokenKind
{
    /// <summary>A word of prose, stemmed.</summary>
    Word,

    /// <summary>A number, a version, an address.</summary>
    Number,

    /// <summary>Two neighbouring characters of a script without spaces, or one that stands alone.</summary>
    Ideographs,

    /// <summary>A part of an identifier or of a path, stemmed like a word.</summary>
    Part,

    /// <summary>A whole identifier, error code, or path: rare and exact.</summary>
    Code,
}

/// <summary>Takes the tokens of a text.</summary>
internal interface ITokenSink
{
    /// <summary>
    /// Asked before a word or a part is brought to its base form and stemmed. Unless it is irregular, the first letter of its token is that
    /// of the word, and so is the second if it has one, so whoever looks for certain tokens can say no; it is then told nothing more of this
    /// word.
    /// </summary>
    /// <param name="word">The word in lower case, as it stands in the text.</param>
    /// <returns>Whether <see cref="Add"/> is to be called with its token.</returns>
    bool Takes(ReadOnlySpan<char> word);

    /// <summary>One token.</summary>
    /// <param name="token">The token as it is indexed; valid during the call.</param>
    /// <param name="surface">The lower-case form it had in the text, before stemming.</param>
    /// <param name="kind">What it was.</param>
    void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind);
}

/// <summary>
/// Cuts text into the tokens that are indexed and searched: words are stemmed, scripts without spaces give overlapping pairs, identifiers
/// and paths give the whole and the parts. A token holds letters, digits and the characters <c>_ - . / : # +</c>, never white space.
/// </summary>
internal static class MemoryTokenizer
{
    // What is done for each character is inlined, here and wherever a recall has a loop of thousands of steps: before the runtime compiles a
    // method for good it lets a version run that counts each branch with a call, for some hundred recalls. What is inlined is not counted.

    private const int LongestToken = 160;

    // As bits, for a table would have to be made before the first use, and asked for with each character.
    private const ulong Connectors = 1UL << '-' | 1UL << '.' | 1UL << '/' | 1UL << ':' | 1UL << '\'' | 1UL << '#' | 1UL << '+';
    private const ulong ConnectorsFrom64 = 1UL << '_' - 64 | 1UL << '\\' - 64;

    /// <summary>ASCII characters that a token may hold besides letters and digits; the index has to know them.</summary>
    public const string TokenPunctuation = "_-./:#+@";

    /// <summary>Cuts the text.</summary>
    public static void Tokenize<TSink>(string text, ref TSink sink)
        where TSink : struct, ITokenSink => Cut(TextFolding.Fold(text), ref sink);

    /// <summary>Cuts the parts of the text that may hold certain tokens; all of these are found, and others with them.</summary>
    public static void Find<TSink>(string text, WantedBeginnings wanted, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        var folded = TextFolding.Fold(text).AsSpan();
        for (int at = 0; at < folded.Length;)
        {
            (int start, at) = wanted.Next(folded, at);
            Cut(folded[start..at], ref sink);
        }
    }

    /// <summary>True for an ASCII character that no token holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSeparator(char c) => c < 128 && !char.IsAsciiLetterOrDigit(c) && !IsConnector(c);

    /// <summary>Cuts a folded text, or a part of it between two separators.</summary>
    public static void Cut<TSink>(ReadOnlySpan<char> folded, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        for (int at = 0; at < folded.Length;)
        {
            var kind = KindAt(folded, at, out int width);
            if (kind == CharacterKind.Separator)
            {
                at += width;
                continue;
            }

            int start = at;
            if (kind == CharacterKind.Letter && PlainWord(folded, start, out at) is { Length: > 0 and <= LongestToken } word)
            {
                Identifier.AddLowerCase(word, TokenKind.Word, ref sink);
                continue;
            }

            while (at < folded.Length && Continues(kind, KindAt(folded, at, out width)))
                at += width;
            var run = folded[start..at];
            if (kind == CharacterKind.Ideograph)
                AddPairs(run, ref sink);
            else
                AddChunk(run, ref sink);
        }
    }

    // Most runs are a plain word, perhaps at the end of a sentence.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<char> PlainWord(ReadOnlySpan<char> text, int start, out int at)
    {
        at = start;
        while (at < text.Length && char.IsAsciiLetterLower(text[at]))
            at++;
        int end = at;
        while (at < text.Length && text[at] == '.')
            at++;
        if (at == text.Length || !Continues(CharacterKind.Letter, KindAt(text, at, out _)))
            return text[start..end];
        at = start;
        return [];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Continues(CharacterKind run, CharacterKind next) => run == CharacterKind.Ideograph
        ? next == CharacterKind.Ideograph
        : next is CharacterKind.Letter or CharacterKind.Connector;

    private static void AddPairs<TSink>(ReadOnlySpan<char> run, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        int first = WidthAt(run, 0);
        if (first == run.Length)
        {
            sink.Add(run, run, TokenKind.Ideographs);
            return;
        }

        for (int at = 0; at + WidthAt(run, at) < run.Length; at += WidthAt(run, at))
        {
            int end = at + WidthAt(run, at);
            var pair = run[at..(end + WidthAt(run, end))];
            sink.Add(pair, pair, TokenKind.Ideographs);
        }
    }

    // A run of letters, digits and connectors: one word, one identifier, one path, or several of them joined by colons.
    private static void AddChunk<TSink>(ReadOnlySpan<char> chunk, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        if (chunk.TrimEnd('.').IsEmpty)
            return;

        int scheme = chunk.IndexOf("://");
        if (scheme >= 0)
        {
            AddPath(chunk[(scheme + 3)..], ref sink);
            return;
        }

        while (chunk.Length > 0)
        {
            int end = PieceEnd(chunk);
            AddPiece(chunk[..end], ref sink);
            chunk = chunk[Math.Min(end + 1, chunk.Length)..];
        }
    }

    // A single colon separates, unless it names a drive; two colons belong to a name.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PieceEnd(ReadOnlySpan<char> chunk)
    {
        for (int i = 0; i < chunk.Length; i++)
        {
            if (chunk[i] is '#' or '+')
            {
                if (i + 1 < chunk.Length && chunk[i + 1] is not ('#' or '+'))
                    return i == 0 ? 0 : IsLanguageMark(chunk, i) ? i + 1 : i;
                continue;
            }

            if (chunk[i] != ':')
                continue;
            if (i + 1 < chunk.Length && chunk[i + 1] == ':')
                i++;
            else if (!(i == 1 && char.IsAsciiLetter(chunk[0]) && i + 1 < chunk.Length && chunk[i + 1] is '/' or '\\'))
                return i;
        }

        return chunk.Length;
    }

    private static bool IsLanguageMark(ReadOnlySpan<char> chunk, int at) =>
        char.IsAsciiLetter(chunk[0]) && (at == 1 && chunk[1] == '#' || at == 2 && chunk[1] == '+' && chunk[2] == '+');

    private static void AddPiece<TSink>(ReadOnlySpan<char> piece, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        if (piece.ContainsAny('/', '\\'))
        {
            AddPath(piece, ref sink);
            return;
        }

        // "C#", "F#" and "C++" are names; any other mark at an end is not.
        var named = piece.TrimEnd(".-:'\u2019");
        if (named is [_, '#'] or [_, '+', '+'] && char.IsAsciiLetter(named[0]))
        {
            Span<char> name = stackalloc char[named.Length];
            named.ToLowerInvariant(name);
            sink.Add(name, name, TokenKind.Code);
            return;
        }

        Identifier.Add(piece, ref sink);
    }

    private static void AddPath<TSink>(ReadOnlySpan<char> path, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        path = path.TrimEnd("-:'\u2019#+./\\");
        path = path.TrimStart("-'\u2019#+");
        if (path.Length == 0)
            return;

        // An apostrophe is no part of a token.
        Span<char> whole = path.Length <= LongestToken && path.IndexOfAny('\'', '\u2019') < 0 ? stackalloc char[path.Length] : [];
        if (whole.Length > 0)
        {
            path.ToLowerInvariant(whole);
            whole.Replace('\\', '/');
            ReadOnlySpan<char> normal = whole;
            while (normal.StartsWith("./"))
                normal = normal[2..];
            if (normal.TrimStart('/').IndexOf('/') > 0)
                sink.Add(normal, normal, TokenKind.Code);
        }

        foreach (var range in path.SplitAny('/', '\\', ':'))
        {
            var segment = path[range].Trim("-:'\u2019#+");
            if (segment.IsEmpty || segment is "." or "..")
                continue;

            int dot = segment.LastIndexOf('.');
            Identifier.Add(segment.TrimStart('.'), ref sink);
            // The stem of a file is a name in its own right. What stands between two dots has been added with the segment.
            if (dot > 0 && dot < segment.Length - 1 && segment[..dot].Contains('.'))
                Identifier.AddWhole(segment[..dot], ref sink);
        }
    }

    internal static int WidthAt(ReadOnlySpan<char> text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static CharacterKind KindAt(ReadOnlySpan<char> text, int at, out int width)
    {
        width = 1;
        char c = text[at];
        if (char.IsAsciiLetterOrDigit(c))
            return CharacterKind.Letter;
        if (c >= 0x80)
            return Classify(text, at, out width);
        return IsConnector(c) ? CharacterKind.Connector : CharacterKind.Separator;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsConnector(char ascii) => ((ascii < 64 ? Connectors >> ascii : ConnectorsFrom64 >> ascii - 64) & 1) != 0;

    private static CharacterKind Classify(ReadOnlySpan<char> text, int at, out int width)
    {
        char c = text[at];
        width = 1;
        if (c == '\u2019')
            return CharacterKind.Connector;
        if (IsWithoutSpaces(c))
            return CharacterKind.Ideograph;
        if (char.IsSurrogate(c))
        {
            width = WidthAt(text, at);
            if (width == 1)
                return CharacterKind.Separator;
            int codePoint = char.ConvertToUtf32(c, text[at + 1]);
            return codePoint is >= 0x20000 and <= 0x323AF ? CharacterKind.Ideograph
                : CharUnicodeInfo.GetUnicodeCategory(codePoint) <= UnicodeCategory.DecimalDigitNumber ? CharacterKind.Letter
                : CharacterKind.Separator;
        }

        return CharUnicodeInfo.GetUnicodeCategory(c) <= UnicodeCategory.LetterNumber ? CharacterKind.Letter : CharacterKind.Separator;
    }

    // Han, kana, Hangul, Thai, Lao, Burmese, Khmer.
    private static bool IsWithoutSpaces(char c) => c
        is (>= '\u3041' and <= '\u30FF' and not '\u30FB') or (>= '\u3400' and <= '\u4DBF') or (>= '\u4E00' and <= '\u9FFF') or '\u3005' or '\u3007'
        or (>= '\uAC00' and <= '\uD7A3') or (>= '\uF900' and <= '\uFAFF') or (>= '\u0E01' and <= '\u0E4E') or (>= '\u0E81' and <= '\u0ECD')
        or (>= '\u1000' and <= '\u103F') or (>= '\u1780' and <= '\u17D3');

    private enum CharacterKind : byte
    {
        Separator,
        Letter,
        Connector,
        Ideograph,
    }
}
