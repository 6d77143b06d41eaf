using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Nexus.Claude.Wire;

/// <summary>Decodes a JSON string straight into its text: one allocation, no copy of the escaped form.</summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> ControlCharacters = SearchValues.Create([.. Enumerable.Range(0, 32).Select(static code => (byte)code)]);

    /// <summary>Decodes.</summary>
    /// <param name="escaped">What stands between the quotes.</param>
    /// <returns>The text; null when it is not clean JSON and Unicode, which is for the general reader to sort out.</returns>
    public static string? TryDecode(ReadOnlySpan<byte> escaped)
    {
        if (escaped.ContainsAny(ControlCharacters) || !TryCountEscapes(escaped, out var surplus))
            return null;
        var length = Encoding.UTF8.GetCharCount(escaped) - surplus;
        if (length == 0)
            return "";
        var whole = false;
        var text = string.Create(length, new Source(escaped, ref whole), static (target, source) => source.Whole = TryFill(source.Escaped, target));
        return whole ? text : null;
    }

    /// <summary>Counts by how many characters the escaped form is longer than the text.</summary>
    private static bool TryCountEscapes(ReadOnlySpan<byte> escaped, out int surplus)
    {
        surplus = 0;
        while (true)
        {
            var at = escaped.IndexOf((byte)'\\');
            if (at < 0)
                return true;
            if (at + 1 >= escaped.Length)
                return false;
            var size = escaped[at + 1] == (byte)'u' ? 6 : 2;
            if (at + size > escaped.Length)
                return false;
            surplus += size - 1;
            escaped = escaped[(at + size)..];
        }
    }

    private static bool TryFill(ReadOnlySpan<byte> escaped, Span<char> text)
    {
        while (true)
        {
            var at = escaped.IndexOf((byte)'\\');
            var plain = at < 0 ? escaped : escaped[..at];
            if (Utf8.ToUtf16(plain, text, out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
                return false;
            text = text[written..];
            if (at < 0)
                return text.IsEmpty;
            if (!TryUnescape(escaped[at..], out var character, out var size))
                return false;
            text[0] = character;
            text = text[1..];
            escaped = escaped[(at + size)..];
            if (!char.IsSurrogate(character))
                continue;
            if (!TryPair(escaped, character, out var low))
                return false;
            text[0] = low;
            text = text[1..];
            escaped = escaped[6..];
        }
    }

    private static bool TryPair(ReadOnlySpan<byte> escaped, char high, out char low)
    {
        low = default;
        return char.IsHighSurrogate(high)
            && escaped is [(byte)'\\', (byte)'u', ..]
            && TryUnescape(escaped, out low, out _)
            && char.IsLowSurrogate(low);
    }

    private static bool TryUnescape(ReadOnlySpan<byte> escape, out char character, out int size)
    {
        size = 2;
        character = escape[1] switch
        {
            (byte)'n' => '\n',
            (byte)'t' => '\t',
            (byte)'r' => '\r',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'"' => '"',
            (byte)'\\' => '\\',
            (byte)'/' => '/',
            _ => '\0',
        };
        if (character != '\0')
            return true;
        size = 6;
        Span<byte> code = stackalloc byte[2];
        if (escape[1] != (byte)'u' || escape.Length < 6
            || Convert.FromHexString(escape.Slice(2, 4), code, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        character = (char)((code[0] << 8) | code[1]);
        return true;
    }

    private readonly ref struct Source(ReadOnlySpan<byte> escaped, ref bool whole)
    {
        private readonly ref bool _whole = ref whole;

        public ReadOnlySpan<byte> Escaped { get; } = escaped;

        public bool Whole
        {
            set => _whole = value;
        }
    }
}
