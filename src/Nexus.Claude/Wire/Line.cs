namespace Nexus.Claude.Wire;

/// <summary>What <see cref="LineReader"/> found.</summary>
internal enum LineKind
{
    /// <summary>A whole line.</summary>
    Whole,

    /// <summary>A line over the limit; its bytes were skipped, only its length is known.</summary>
    TooLong,

    /// <summary>The rest of the output, without the line feed that every line ends with.</summary>
    CutOff,
}

/// <summary>One line of the CLI's output.</summary>
/// <param name="Kind">Whether the line is whole.</param>
/// <param name="Bytes">The line without its line feed; whoever receives it owns it. Empty for a line that is too long.</param>
/// <param name="Length">The length in bytes, of a skipped line too.</param>
internal readonly record struct Line(LineKind Kind, ReadOnlyMemory<byte> Bytes, long Length);
