using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace Nexus.Claude.Memory.Text;

/// <summary>
/// Unicode's compatibility form (NFKC) with our own table: the framework leaves text as it is under invariant globalization and asks the
/// machine's ICU otherwise, but what one machine indexed another has to find. Also drops what no reader sees: zero-width and
/// direction controls, soft hyphens, tag characters.
/// </summary>
internal static class TextFolding
{
    private static readonly Tables Data = Tables.Load();

    /// <summary>The folded text; the same instance when there is nothing to fold. Lone surrogates become U+FFFD.</summary>
    public static string Fold(string text)
    {
        int first = FirstToFold(text);
        if (first < 0)
            return text;

        char[] buffer = ArrayPool<char>.Shared.Rent((text.Length - first) * 2 + 64);
        try
        {
            var output = new Output(buffer, text.AsSpan(0, first));
            FoldInto(text.AsSpan(first), ref output);
            string folded = output.ToString();
            buffer = output.Buffer;
            return folded;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    /// <summary>The text without lone surrogates and NUL characters, neither of which a UTF-8 database column can keep.</summary>
    public static string Storable(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0', StringComparison.Ordinal))
            return text;
        int at = 0;
        while (at < text.Length && !IsUnstorable(text, at, out int width))
            at += width;
        if (at == text.Length)
            return text;

        return string.Create(text.Length, text, static (span, source) =>
        {
            source.CopyTo(span);
            for (int i = 0; i < span.Length;)
            {
                bool replace = IsUnstorable(source, i, out int width);
                if (replace)
                    span[i] = '\uFFFD';
                i += width;
            }
        });
    }

    /// <summary>True for characters that are there but not seen: zero-width, direction controls, soft hyphen, tags, variation selectors.</summary>
    public static bool IsInvisible(int codePoint) => codePoint
        is 0x00AD or 0x034F or 0x061C or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180E)
        or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0x3164
        or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF or 0xFFA0 or (>= 0xFFF9 and <= 0xFFFB) or (>= 0xE0000 and <= 0xE01EF);

    private static bool IsUnstorable(string text, int at, out int width)
    {
        char c = text[at];
        width = 1;
        if (c == '\0')
            return true;
        if (!char.IsSurrogate(c))
            return false;
        if (!char.IsHighSurrogate(c) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]))
            return true;

        width = 2;
        return false;
    }

    private static int FirstToFold(string text)
    {
        int at = text.AsSpan().IndexOfAnyExceptInRange('\0', '\u009F');
        if (at < 0)
            return -1;
        for (; at < text.Length; at++)
        {
            // A mark joins the character before it.
            if (Data.IsTouched(text[at]))
                return Math.Max(0, at - 1);
        }

        return -1;
    }

    private static void FoldInto(ReadOnlySpan<char> text, ref Output output)
    {
        for (int i = 0; i < text.Length; i++)
        {
            int codePoint = text[i];
            if (char.IsSurrogate(text[i]))
            {
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                    codePoint = char.ConvertToUtf32(text[i], text[++i]);
                else
                    codePoint = 0xFFFD;
            }

            if (IsInvisible(codePoint))
                continue;
            if (Data.Mappings.TryGetValue(codePoint, out string? mapped))
                output.AddComposed(mapped);
            else if (codePoint > 0xFFFF)
                output.AddPair(codePoint);
            else
                output.AddComposed((char)codePoint);
        }
    }

    private struct Output(char[] buffer, ReadOnlySpan<char> untouched)
    {
        private readonly string _untouched = untouched.ToString();
        private int _length;

        public char[] Buffer { get; private set; } = buffer;

        public void AddComposed(ReadOnlySpan<char> text)
        {
            foreach (char c in text)
                AddComposed(c);
        }

        public void AddComposed(char c)
        {
            if (_length > 0 && c >= 0x300 && Compose(Buffer[_length - 1], c) is var joined and not '\0')
                Buffer[_length - 1] = joined;
            else
                Add(c);
        }

        public void AddPair(int codePoint)
        {
            Add((char)(((codePoint - 0x10000) >> 10) + 0xD800));
            Add((char)(((codePoint - 0x10000) & 0x3FF) + 0xDC00));
        }

        public override readonly string ToString() => string.Concat(_untouched, Buffer.AsSpan(0, _length));

        private void Add(char c)
        {
            if (_length == Buffer.Length)
            {
                char[] larger = ArrayPool<char>.Shared.Rent(Buffer.Length * 2);
                Buffer.CopyTo(larger, 0);
                ArrayPool<char>.Shared.Return(Buffer);
                Buffer = larger;
            }

            Buffer[_length++] = c;
        }

        private static char Compose(char before, char mark)
        {
            // Hangul is composed by arithmetic: leading consonant and vowel, then a trailing consonant.
            if (before is >= '\u1100' and <= '\u1112' && mark is >= '\u1161' and <= '\u1175')
                return (char)(0xAC00 + ((before - 0x1100) * 21 + (mark - 0x1161)) * 28);
            if (before is >= '\uAC00' and <= '\uD7A3' && (before - 0xAC00) % 28 == 0 && mark is >= '\u11A8' and <= '\u11C2')
                return (char)(before + (mark - 0x11A7));
            return Data.Compositions.GetValueOrDefault((uint)before << 16 | mark);
        }
    }

    /// <summary>Unicode 14's one-to-many mappings and its pairs of letter and mark, as one embedded table.</summary>
    private sealed class Tables(FrozenDictionary<int, string> mappings, FrozenDictionary<uint, char> compositions, bool[] touchedPages)
    {
        public FrozenDictionary<int, string> Mappings => mappings;

        public FrozenDictionary<uint, char> Compositions => compositions;

        public bool IsTouched(char c) => touchedPages[c >> 6];

        public static Tables Load()
        {
            using var stream = typeof(TextFolding).Assembly.GetManifestResourceStream("Nexus.Claude.Memory.compatibility")!;
            using var reader = new BinaryReader(stream);
            int singles = reader.ReadUInt16();
            int pairs = reader.ReadUInt16();
            var mappings = new Dictionary<int, string>(singles);
            var compositions = new Dictionary<uint, char>(pairs);
            bool[] pages = new bool[1024];
            Span<char> text = stackalloc char[32];
            for (int i = 0; i < singles; i++)
            {
                int codePoint = reader.ReadInt32();
                var mapped = text[..reader.ReadByte()];
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(mapped));
                mappings[codePoint] = mapped.ToString();
                if (codePoint <= 0xFFFF)
                    pages[codePoint >> 6] = true;
            }

            for (int i = 0; i < pairs; i++)
            {
                uint key = (uint)reader.ReadUInt16() << 16 | reader.ReadUInt16();
                compositions[key] = (char)reader.ReadUInt16();
                pages[(key & 0xFFFF) >> 6] = true;
            }

            for (int codePoint = 0; codePoint <= 0xFFFF; codePoint++)
                pages[codePoint >> 6] |= IsInvisible(codePoint) || codePoint is (>= 0x1161 and <= 0x11C2) or (>= 0xD800 and <= 0xDFFF);
            return new Tables(mappings.ToFrozenDictionary(), compositions.ToFrozenDictionary(), pages);
        }
    }
}
