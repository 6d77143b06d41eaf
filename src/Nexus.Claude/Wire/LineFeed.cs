using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nexus.Claude.Wire;

/// <summary>Finds the end of a line.</summary>
/// <remarks>
/// Most lines are short, and there the framework's search, whose vectors code compiled ahead may not assume, would be the most expensive method
/// that the runtime compiles anew in the first turns (see <see cref="PlainText"/>). For long ones it is the fastest.
/// </remarks>
internal static class LineFeed
{
    private const int Near = 512;

    /// <summary>Finds the first line feed.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its index; -1 when there is none.</returns>
    public static int IndexOf(ReadOnlySpan<byte> text)
    {
        var at = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref var bytes = ref MemoryMarshal.GetReference(text);
            var last = Math.Min(text.Length, Near) - Vector128<byte>.Count;
            for (; at <= last; at += Vector128<byte>.Count)
            {
                var found = Vector128.Equals(Vector128.LoadUnsafe(ref bytes, (nuint)at), Vector128.Create((byte)'\n'));
                if (found != Vector128<byte>.Zero)
                    return at + BitOperations.TrailingZeroCount(found.ExtractMostSignificantBits());
            }
        }

        if (text.Length - at >= Vector128<byte>.Count)
            return IndexFrom(text, at);
        for (; at < text.Length; at++)
        {
            if (text[at] == (byte)'\n')
                return at;
        }

        return -1;
    }

    private static int IndexFrom(ReadOnlySpan<byte> text, int start)
    {
        var index = text[start..].IndexOf((byte)'\n');
        return index < 0 ? -1 : start + index;
    }
}
