using System.Buffers;

namespace Nexus.Claude.Wire;

/// <summary>
/// Finds the top-level <c>type</c> and <c>subtype</c> of one line without parsing it. Property order is not stable on the wire
/// (a <c>result</c> of CLI 2.1.330 has its <c>type</c> near the end), so the scan goes on to the end of the line unless the type
/// already says that no subtype follows.
/// </summary>
/// <remarks>
/// The scan is structural: it trusts nothing about values beyond quotes and brackets, and whoever reads the line afterwards
/// validates it. Strings are skipped by vectorised search, so a 32 MB text costs milliseconds.
/// </remarks>
internal static class FrameScanner
{
    private static readonly SearchValues<byte> StringEnds = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> PrimitiveEnds = SearchValues.Create(",}"u8);

    /// <summary>Scans one line.</summary>
    /// <param name="line">The line, without its line feed.</param>
    /// <param name="type">The value of <c>type</c>, unescaped as it stands; empty when there is none or it is not a string.</param>
    /// <param name="subtype">The value of <c>subtype</c>; empty when there is none, or when the type has none by definition.</param>
    /// <returns>False when the line is not one JSON object as far as its structure goes.</returns>
    public static bool TryScan(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> subtype)
    {
        type = default;
        subtype = default;
        var i = SkipWhitespace(line, 0);
        if (i >= line.Length || line[i] != (byte)'{')
            return false;

        i = SkipWhitespace(line, i + 1);
        if (i < line.Length && line[i] == (byte)'}')
            return true;

        while (true)
        {
            if (i >= line.Length || line[i] != (byte)'"' || !TrySkipString(line, i, out var afterKey))
                return false;
            var key = line[(i + 1)..(afterKey - 1)];
            i = SkipWhitespace(line, afterKey);
            if (i >= line.Length || line[i] != (byte)':')
                return false;
            i = SkipWhitespace(line, i + 1);
            if (!TrySkipValue(line, i, out var afterValue))
                return false;

            if (line[i] == (byte)'"')
            {
                if (key.SequenceEqual("type"u8))
                {
                    type = line[(i + 1)..(afterValue - 1)];
                    if (HasNoSubtype(type))
                        return true;
                }
                else if (key.SequenceEqual("subtype"u8))
                {
                    subtype = line[(i + 1)..(afterValue - 1)];
                }

                if (!type.IsEmpty && !subtype.IsEmpty)
                    return true;
            }

            i = SkipWhitespace(line, afterValue);
            if (i >= line.Length)
                return false;
            if (line[i] == (byte)'}')
                return true;
            if (line[i] != (byte)',')
                return false;
            i = SkipWhitespace(line, i + 1);
        }
    }

    private static bool HasNoSubtype(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("stream_event"u8) || type.SequenceEqual("assistant"u8) || type.SequenceEqual("user"u8);

    private static bool TrySkipValue(ReadOnlySpan<byte> line, int start, out int end)
    {
        end = start;
        if (start >= line.Length)
            return false;
        switch (line[start])
        {
            case (byte)'"':
                return TrySkipString(line, start, out end);
            case (byte)'{':
            case (byte)'[':
                return TrySkipContainer(line, start, out end);
            default:
                var length = line[start..].IndexOfAny(PrimitiveEnds);
                end = start + length;
                return length > 0;
        }
    }

    private static bool TrySkipContainer(ReadOnlySpan<byte> line, int start, out int end)
    {
        var depth = 0;
        end = start;
        while (true)
        {
            var next = line[end..].IndexOfAny(Structure);
            if (next < 0)
                return false;
            end += next;
            switch (line[end])
            {
                case (byte)'"':
                    if (!TrySkipString(line, end, out end))
                        return false;
                    break;
                case (byte)'{':
                case (byte)'[':
                    depth++;
                    end++;
                    break;
                default:
                    depth--;
                    end++;
                    if (depth == 0)
                        return true;
                    break;
            }
        }
    }

    /// <summary>Moves behind the closing quote of the string that starts at <paramref name="start"/>.</summary>
    private static bool TrySkipString(ReadOnlySpan<byte> line, int start, out int end)
    {
        end = start + 1;
        while (true)
        {
            var next = line[end..].IndexOfAny(StringEnds);
            if (next < 0)
                return false;
            end += next;
            if (line[end] == (byte)'"')
            {
                end++;
                return true;
            }

            end += 2;
            if (end > line.Length)
                return false;
        }
    }

    private static int SkipWhitespace(ReadOnlySpan<byte> line, int i)
    {
        while (i < line.Length && line[i] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            i++;
        return i;
    }
}
