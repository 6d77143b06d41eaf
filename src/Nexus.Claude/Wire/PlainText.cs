using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nexus.Claude.Wire;

/// <summary>Finds where the plain part of a JSON string ends.</summary>
/// <remarks>
/// The framework's search for a set of bytes is written for vectors that code compiled ahead may not assume, so it runs unoptimised until
/// it has been compiled twice: for the first tenth of a second of a process, in which a short answer is over. These 16 bytes at a time
/// are what every x64 and ARM64 has, and come compiled with this library.
/// </remarks>
internal static class PlainText
{
    private const byte LastControl = 0x1F;

    /// <summary>Finds the first quote, backslash or control character, which JSON does not allow in a string.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its index; -1 when there is none.</returns>
    public static int EndOf(ReadOnlySpan<byte> text)
    {
        ref var bytes = ref MemoryMarshal.GetReference(text);
        var at = 0;
        if (Vector128.IsHardwareAccelerated && text.Length >= Vector128<byte>.Count)
        {
            var last = text.Length - Vector128<byte>.Count;
            while (true)
            {
                var here = Vector128.LoadUnsafe(ref bytes, (nuint)at);
                var found = Vector128.Equals(here, Vector128.Create((byte)'"'))
                    | Vector128.Equals(here, Vector128.Create((byte)'\\'))
                    | Vector128.Equals(Vector128.Min(here, Vector128.Create(LastControl)), here);
                if (found != Vector128<byte>.Zero)
                    return at + BitOperations.TrailingZeroCount(found.ExtractMostSignificantBits());
                if (at == last)
                    return -1;
                // The last step may look at some bytes again.
                at = Math.Min(at + Vector128<byte>.Count, last);
            }
        }

        for (; at < text.Length; at++)
        {
            if (text[at] is (byte)'"' or (byte)'\\' or <= LastControl)
                return at;
        }

        return -1;
    }
}
