namespace Nexus.Claude.Memory.Store;

/// <summary>
/// A row's number says where it stands: the segment in the high bits, the place in the segment in the low ones. So what is next to a
/// message, and which sitting it belongs to, is known from the index alone, without reading a row.
/// </summary>
internal static class RowIds
{
    /// <summary>The most messages of one segment; a longer one is continued in another.</summary>
    public const int SlotsPerSegment = 1 << Shift;

    private const int Shift = 8;

    public static long Of(long segment, int slot) => segment << Shift | (long)slot;

    public static long Segment(long row) => row >> Shift;

    /// <summary>The first and the last row of the segment that a row is in.</summary>
    public static (long First, long Last) Ends(long row) => (row & ~(SlotsPerSegment - 1L), row | SlotsPerSegment - 1L);

    public static int Slot(long row) => (int)(row & (SlotsPerSegment - 1));
}
