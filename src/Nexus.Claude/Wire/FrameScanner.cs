namespace Nexus.Claude.Wire;

/// <summary>
/// Finds the top-level <c>type</c> and <c>subtype</c> of one line without parsing it. Property order is not stable on the wire
/// (a <c>result</c> of CLI 2.1.330 has its <c>type</c> near the end), so the scan goes on to the end of the line unless the type
/// already says that no subtype follows.
/// </summary>
/// <remarks>
/// The scan is structural: it trusts nothing about values beyond quotes and brackets, and whoever reads the line afterwards
/// validates it.
/// </remarks>
internal static class FrameScanner
{
    /// <summary>Scans one line.</summary>
    /// <param name="line">The line, without its line feed.</param>
    /// <param name="type">The value of <c>type</c>, unescaped as it stands; empty when there is none or it is not a string.</param>
    /// <param name="subtype">The value of <c>subtype</c>; empty when there is none, or when the type has none by definition.</param>
    /// <returns>False when the line is not one JSON object as far as its structure goes.</returns>
    public static bool TryScan(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> subtype)
    {
        type = default;
        subtype = default;
        var members = new JsonMembers(line, JsonStructure.SkipWhitespace(line, 0));
        while (members.MoveNext())
        {
            if (!members.IsString)
                continue;
            if (members.Name.SequenceEqual("type"u8))
            {
                type = members.StringValue;
                if (HasNoSubtype(type))
                    return true;
            }
            else if (members.Name.SequenceEqual("subtype"u8))
            {
                subtype = members.StringValue;
            }

            if (!type.IsEmpty && !subtype.IsEmpty)
                return true;
        }

        return members.IsWhole;
    }

    private static bool HasNoSubtype(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("stream_event"u8) || type.SequenceEqual("assistant"u8) || type.SequenceEqual("user"u8);
}
