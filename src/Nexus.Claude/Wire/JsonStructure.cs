namespace Nexus.Claude.Wire;

/// <summary>
/// Steps over JSON values by their quotes and brackets alone. Strings are skipped by vectorised search (<see cref="PlainText"/>), so a text
/// of 32 MB costs milliseconds; nothing is validated.
/// </summary>
internal static class JsonStructure
{
    public static bool TrySkipValue(ReadOnlySpan<byte> line, int start, out int end)
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
                while (end < line.Length && line[end] is not ((byte)',' or (byte)'}' or (byte)']'))
                    end++;
                return end > start && end < line.Length;
        }
    }

    public static bool TrySkipContainer(ReadOnlySpan<byte> line, int start, out int end)
    {
        var depth = 0;
        end = start;
        while (end < line.Length)
        {
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
                case (byte)'}':
                case (byte)']':
                    depth--;
                    end++;
                    if (depth == 0)
                        return true;
                    break;
                default:
                    end++;
                    break;
            }
        }

        return false;
    }

    /// <summary>Moves behind the closing quote of the string that starts at <paramref name="start"/>.</summary>
    public static bool TrySkipString(ReadOnlySpan<byte> line, int start, out int end)
    {
        end = start + 1;
        while (true)
        {
            var next = PlainText.EndOf(line[end..]);
            if (next < 0)
                return false;
            end += next;
            if (line[end] == (byte)'"')
            {
                end++;
                return true;
            }

            // A control character is none of the structure; whoever reads the string refuses it.
            end += line[end] == (byte)'\\' ? 2 : 1;
            if (end > line.Length)
                return false;
        }
    }

    public static int SkipWhitespace(ReadOnlySpan<byte> line, int i)
    {
        while (i < line.Length && line[i] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            i++;
        return i;
    }
}
