using System.Buffers;
using System.Text.Unicode;

namespace Nexus.Claude.Server.Turns;

/// <summary>
/// Writes texts as JSON strings in UTF-8, as they are: Chinese and emoji unescaped, and half a surrogate pair as the escape that it came as,
/// which the framework's writer cannot. A pair that the model's pieces split is whole again at the client.
/// </summary>
internal static class JsonEscape
{
    // Quotes, backslashes and control characters must be escaped; the line ends that only Unicode knows split lines in some clients.
    private static readonly SearchValues<char> Special = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static code => (char)code), '"', '\\', '\u007F', '\u0085', '\u2028', '\u2029']);

    /// <summary>Writes a text with its quotes.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="text">The text.</param>
    public static void WriteString(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        output.Write("\""u8);
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAny(Special);
            if (plain != 0)
            {
                var run = plain < 0 ? text : text[..plain];
                text = text[run.Length..];
                WritePlain(output, run);
                continue;
            }

            WriteEscape(output, text[0]);
            text = text[1..];
        }

        output.Write("\""u8);
    }

    /// <summary>A text with its quotes, as bytes.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The bytes.</returns>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlySpan<char> text)
    {
        var output = new ArrayBufferWriter<byte>(text.Length + 16);
        WriteString(output, text);
        return output.WrittenMemory;
    }

    private static void WritePlain(IBufferWriter<byte> output, ReadOnlySpan<char> run)
    {
        // Large texts go piece by piece, so that no single span of three times their size is asked for.
        const int Piece = 4096;
        while (!run.IsEmpty)
        {
            var piece = run.Length <= Piece ? run : run[..Piece];
            if (piece.Length < run.Length && char.IsHighSurrogate(piece[^1]))
                piece = piece[..^1];
            var span = output.GetSpan(piece.Length * 3);
            var status = Utf8.FromUtf16(piece, span, out var read, out var written, replaceInvalidSequences: false);
            output.Advance(written);
            run = run[read..];
            if (status != OperationStatus.InvalidData)
                continue;
            WriteEscape(output, run[0]);
            run = run[1..];
        }
    }

    private static void WriteEscape(IBufferWriter<byte> output, char special)
    {
        var escape = special switch
        {
            '"' => "\\\""u8,
            '\\' => "\\\\"u8,
            '\n' => "\\n"u8,
            '\r' => "\\r"u8,
            '\t' => "\\t"u8,
            '\b' => "\\b"u8,
            '\f' => "\\f"u8,
            _ => default,
        };
        if (!escape.IsEmpty)
        {
            output.Write(escape);
            return;
        }

        var span = output.GetSpan(6);
        "\\u"u8.CopyTo(span);
        for (var digit = 0; digit < 4; digit++)
            span[2 + digit] = "0123456789abcdef"u8[(special >> (12 - (4 * digit))) & 0xF];
        output.Advance(6);
    }
}
