using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Nexus.Claude.Wire;

/// <summary>Decodes a JSON string straight into its text: one allocation, no copy of the escaped form.</summary>
internal static class JsonText
{
    /// <summary>Decodes.</summary>
    /// <param name="escaped">What stands between the quotes.</param>
    /// <returns>The text; null when it is not clean JSON and Unicode, which is for the general reader to sort out.</returns>
    public static string? TryDecode(ReadOnlySpan<byte> escaped) =>
        !TryMeasure(escaped, 0, out var end, out var surplus) && end == escaped.Length ? TryDecode(escaped, surplus) : null;

    /// <summary>Decodes what has been measured.</summary>
    /// <param name="escaped">What stands between the quotes.</param>
    /// <param name="surplus">By how many characters that is longer than the text.</param>
    /// <returns>The text; null when it is not clean JSON and Unicode, which is for the general reader to sort out.</returns>
    public static string? TryDecode(ReadOnlySpan<byte> escaped, int surplus)
    {
        var length = Encoding.UTF8.GetCharCount(escaped) - surplus;
        if (length == 0)
            return "";
        var whole = false;
        var text = string.Create(length, new Source(escaped, ref whole), static (target, source) =>
        {
            // The decoder needs as long for the first third as the system for the pages of the rest.
            PagesAhead.Make(target[(target.Length / 3)..]);
            source.Whole = TryFill(source.Escaped, target);
        });
        return whole ? text : null;
    }

    /// <summary>Finds the end of a string, and by how many characters its escaped form is longer than the text.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="start">Where the string starts, behind its opening quote.</param>
    /// <param name="end">Where its closing quote stands; the end of the JSON when there is none; else where it is not clean.</param>
    /// <param name="surplus">The difference.</param>
    /// <returns>False when there is no closing quote, or something that does not belong into a string before it.</returns>
    public static bool TryMeasure(ReadOnlySpan<byte> json, int start, out int end, out int surplus)
    {
        surplus = 0;
        end = start;
        while (true)
        {
            var plain = PlainText.EndOf(json[end..]);
            if (plain < 0)
            {
                end = json.Length;
                return false;
            }

            end += plain;
            if (json[end] != (byte)'\\')
                return json[end] == (byte)'"';
            var size = end + 1 < json.Length && json[end + 1] == (byte)'u' ? 6 : 2;
            if (end + size > json.Length)
                return false;
            surplus += size - 1;
            end += size;
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
